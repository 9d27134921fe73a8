#pragma once

#include "base/counter.h"

namespace logwood {

// What filters said to whoever owns the counters; raised by one thread at a time, read by any.
struct FilterCounters {
  Counter ruled_out;        // The key is not there.
  Counter maybe;            // It may be there.
  Counter false_positives;  // Of those, it was not.
};

}  // namespace logwood
