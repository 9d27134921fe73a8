#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/latency_histogram.h"
#include "logwood/collection.h"
#include "logwood/database.h"
#include "logwood/result.h"
#include "logwood/statistics.h"
#include "tools/bench/key_set.h"
#include "tools/bench/operations.h"
#include "tools/bench/process_usage.h"
#include "tools/bench/settings.h"
#include "tools/bench/timeline.h"
#include "tools/bench/value_source.h"
#include "tools/bench/worker.h"

namespace logwood::bench {

// What became of the transactions of one operation.
struct TransactionFigures {
  uint64_t committed = 0;
  uint64_t conflicts = 0;  // Deadlocks among them.
};

// What came out of one operation. Sizes in bytes.
struct Measurement {
  std::string name;
  uint64_t threads = 0;         // Those that ran beside them not counted.
  uint64_t operations = 0;      // Calls, commits, seeks with what follows them.
  uint64_t entries = 0;         // Written, deleted, read or looked for.
  uint64_t user_bytes = 0;      // Of the keys and values of these.
  uint64_t beside_entries = 0;  // Of the thread that ran beside.
  double seconds = 0;           // From the first thread's start to the last one's end.
  LatencyHistogram latency;     // Of operations.
  Timeline timeline;            // Of entries; with looks at the database where --seconds is given.
  uint64_t sample_every = 1;    // Operations of which one is in `latency`.
  double user_cpu_seconds = 0;  // Of the whole process, what works in the background included.
  double system_cpu_seconds = 0;
  uint64_t written_bytes = 0;  // See ProcessUsage.
  WrittenStatistics written;   // What the library handed to the store, by what for.
  TransactionFigures transactions;
  uint64_t user_bytes_written = 0;   // Keys and values of puts and deletes; 0 for an operation that writes none.
  uint64_t occupied_bytes = 0;       // By the directory, when it had ended.
  uint64_t present_entries = 0;      // Then.
  uint64_t present_bytes = 0;        // Of their keys and values.
  uint64_t resident_bytes_peak = 0;  // Of the process, since it began.
  bool interrupted = false;          // By the user, so that not all was done.
};

// A database under measurement, and the knowledge of what it holds. Confined to one thread; starts others.
class Bench {
 public:
  // Makes a database in `directory`, or opens the one that an earlier benchmark left there and counts its entries, as
  // settings.use_existing_db says. `settings` and `interrupted` must outlive it; when `interrupted` becomes true, what
  // runs ends soon. Requires: settings.Check().ok().
  // Errors: kAlreadyExists (something is there), kNotFound, and those of Database::Open().
  [[nodiscard]] static Result<std::unique_ptr<Bench>> Open(const std::string& directory, const Settings& settings,
                                                           const std::atomic<bool>& interrupted);
  Bench(const Bench&) = delete;  // Its threads refer to it.
  Bench& operator=(const Bench&) = delete;
  ~Bench() = default;

  // Errors: kCorruption (an entry is not what was written), kInvalidArgument (nothing there to be read), those of the
  // database.
  [[nodiscard]] Result<Measurement> Run(const Operation& operation);
  Status Close();

 private:
  Bench(std::string directory, const Settings& settings, const std::atomic<bool>& interrupted, Database database,
        Collection collection);

  // Finds out which indexes have an entry.
  Status CountEntries();
  Status CheckHasEntries(const Operation& operation) const;
  [[nodiscard]] Worker::Task TaskOf(const Operation& operation, uint64_t thread) const;
  // What the threads of an operation share.
  [[nodiscard]] Workplace WorkplaceOf(Collection& collection, const ValueSource& values);
  // Runs all threads to their end and returns the first error. Sets the seconds.
  Status RunThreads(const Operation& operation, std::vector<std::unique_ptr<Worker>>& workers, Workplace& workplace,
                    Measurement& total);
  // Looks at the database now and then, until the threads that are measured have ended.
  Status Watch(const Workplace& workplace, Timeline& timeline) const;
  // Notes what the operation wrote or deleted, which is found out by drawing the same indexes again.
  void KeepAccount(const Operation& operation, const Worker& worker);
  // The same of what it wrote elsewhere, or under new indexes.
  void KeepAccountOfOthers(const Operation& operation, const Worker& worker);
  void AddUp(const Operation& operation, const std::vector<std::unique_ptr<Worker>>& workers, Measurement& total) const;

  const std::string directory_;
  const Settings& settings_;
  const std::atomic<bool>& interrupted_;
  Database database_;
  Collection collection_;
  ValueSource values_;
  KeySet present_;
  uint64_t other_entries_ = 0;  // Found when the database was opened, with indexes of --num and above.
  uint64_t other_bytes_ = 0;
  uint64_t elsewhere_bytes_ = 0;  // Of keys and values put into other collections.
  uint64_t next_new_index_;       // Beyond all that have an entry.
  uint64_t operations_run_ = 0;
};

}  // namespace logwood::bench
