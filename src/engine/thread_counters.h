#pragma once

#include "base/counter.h"
#include "base/filter_counters.h"

namespace logwood {

// What one thread asked of a database: raised by that thread, read by any.
struct ThreadCounters {
  Counter gets;
  Counter gets_found;
  Counter seeks;
  Counter commits;  // Refused ones included: to choose those that are timed.
  FilterCounters filters;

  // Those of a thread that has ended go to others. Requires: nobody else raises these.
  void Add(const ThreadCounters& other) noexcept {
    gets.Add(other.gets.value());
    gets_found.Add(other.gets_found.value());
    seeks.Add(other.seeks.value());
    commits.Add(other.commits.value());
    filters.ruled_out.Add(other.filters.ruled_out.value());
    filters.maybe.Add(other.filters.maybe.value());
    filters.false_positives.Add(other.filters.false_positives.value());
  }
};

}  // namespace logwood
