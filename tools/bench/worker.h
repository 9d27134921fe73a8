#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include "base/latency_histogram.h"
#include "base/status_macros.h"
#include "logwood/batch.h"
#include "logwood/collection.h"
#include "logwood/database.h"
#include "tools/bench/index_sequence.h"
#include "tools/bench/key_maker.h"
#include "tools/bench/key_set.h"
#include "tools/bench/settings.h"
#include "tools/bench/timeline.h"
#include "tools/bench/value_source.h"

namespace logwood::bench {

// What all threads of an operation share. Whoever makes it must let it outlive them.
struct Workplace {
  const Settings& settings;
  Database& database;
  Collection& collection;
  const ValueSource& values;
  const KeySet& present;                       // Unchanged while an operation runs.
  uint64_t other_entries;                      // In the collection beside those in `present`.
  const std::atomic<bool>& interrupted;        // By the user.
  std::atomic<bool> failed = false;            // One thread did: the others stop.
  std::atomic<uint64_t> measured_running = 0;  // Threads whose figures count that have not ended.
  std::atomic<int64_t> entries_balance = 0;    // Put less deleted, where an operation keeps account of it.
};

// What one thread of an operation works with and what it counted. Confined to its thread while that runs.
struct Worker {
  // How often this thread is to do something, and how often it looks at the clock.
  struct Task {
    IndexSequence::Setting indexes;
    uint64_t quota = 0;
    uint64_t batch = 1;
    uint64_t sample_every = 1;
    double seconds = std::numeric_limits<double>::infinity();  // After which it ends, whatever the quota.
    Sync sync = Sync::kNo;
    uint64_t first_new_index = 0;  // For entries beside those of the settings; each thread's own from here on.
  };

  Worker(Workplace& place, const Task& given)
      : workplace(place),
        task(given),
        value_size_bytes(place.values.value_size_bytes()),
        verifies(place.settings.verify),
        keys(place.settings.keys, place.settings.key_size_bytes),
        indexes(given.indexes, place.present) {}

  Workplace& workplace;
  const Task task;
  const uint64_t value_size_bytes;  // Of what the workplace writes and reads.
  const bool verifies;
  KeyMaker keys;
  IndexSequence indexes;
  Batch batch;
  LatencyHistogram latency;
  Timeline timeline;                // Of entries.
  uint64_t operations = 0;          // Calls, commits, seeks with what follows them.
  uint64_t entries = 0;             // Written, deleted, read or looked for.
  uint64_t user_bytes = 0;          // Of keys and values.
  uint64_t user_bytes_written = 0;  // Of them, by operations that both read and write.
  uint64_t new_entries = 0;         // Put under indexes that no entry had.
  uint64_t touched = 0;             // From bytes that were read, so that nobody can leave out reading them.

  [[nodiscard]] bool must_stop() const noexcept {
    return workplace.interrupted.load(std::memory_order_relaxed) || workplace.failed.load(std::memory_order_relaxed);
  }

  static uint64_t NowNanoseconds() noexcept {
    return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }

  // Calls `step` until its operations reach `count`, `is_at_end` says so, something fails or the user interrupts, and
  // measures one call in `sample_every`. When every call is measured, the clock is read once between two of them.
  template <class Step, class IsAtEnd>
  Status Repeat(uint64_t count, const Step& step, const IsAtEnd& is_at_end) {
    const bool samples_all = task.sample_every == 1;
    uint64_t untimed = 0;  // Calls before the next that is measured.
    uint64_t started = NowNanoseconds();
    timeline.Begin(started);
    bool is_over = false;
    for (; operations < count && !is_over && !must_stop() && !is_at_end(); ++operations) {
      if (untimed > 0) {
        --untimed;
        LOGWOOD_RETURN_IF_ERROR(step());
        continue;
      }
      if (!samples_all) started = NowNanoseconds();
      LOGWOOD_RETURN_IF_ERROR(step());
      const uint64_t ended = NowNanoseconds();
      latency.Add(ended - started);
      timeline.Add({.at = ended, .took = ended - started, .entries_so_far = entries});
      is_over = timeline.seconds() >= task.seconds;
      started = ended;
      untimed = task.sample_every - 1;
    }
    return Status::Ok();
  }
  template <class Step>
  Status Repeat(uint64_t count, const Step& step) {
    return Repeat(count, step, [] { return false; });
  }
};

}  // namespace logwood::bench
