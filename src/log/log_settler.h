#pragma once

#include <memory>
#include <optional>

#include "base/mutex.h"
#include "log/log_writer.h"
#include "logwood/runtime.h"
#include "logwood/status.h"

namespace logwood {

// Makes log files that take no more records durable, and finishes them, while the next one is written: a sync of all
// that nobody asked to be synced takes a tenth of a second and more. One file at most is on its way. After an error
// every later call returns it (I11). Thread-safe.
class LogSettler {
 public:
  // `runtime` must outlive it.
  explicit LogSettler(Runtime& runtime) : runtime_(runtime), mutex_(runtime), changed_(runtime) {}
  LogSettler(const LogSettler&) = delete;  // Jobs refer to it.
  LogSettler& operator=(const LogSettler&) = delete;

  // Takes a file over. Requires: Wait() returned OK since the one before.
  void Settle(std::unique_ptr<LogWriter> writer);
  // How it went; nullopt while the file is on its way.
  [[nodiscard]] std::optional<Status> outcome();
  // Waits until the file is settled. What no job has begun is done here: the runtime's threads may be busy for long.
  Status Wait();
  // Whether Stop() would wait for nothing.
  [[nodiscard]] bool is_idle();
  // Gives up what no job has begun and waits for jobs. Called before it is destroyed.
  void Stop();
  // Forgets how the last file went. Requires: Stop() was called, and nothing since.
  void Reset();

 private:
  void BeJob();
  void Work() REQUIRES(mutex_);

  Runtime& runtime_;
  Mutex mutex_;
  Condition changed_;
  std::unique_ptr<LogWriter> waiting_ GUARDED_BY(mutex_);
  bool is_working_ GUARDED_BY(mutex_) = false;
  int jobs_ GUARDED_BY(mutex_) = 0;  // That have not ended; those that came too late to find work included.
  Status status_ GUARDED_BY(mutex_);
};

}  // namespace logwood
