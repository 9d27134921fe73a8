#pragma once

#include <cstdint>
#include <memory>

#include "base/ids.h"
#include "base/mutex.h"
#include "engine/file_table.h"
#include "engine/root.h"
#include "logwood/runtime.h"
#include "logwood/store.h"

namespace logwood {

// Makes the next log file in the background: takes a number, creates the file and makes its name durable, so that the
// write that goes on in it waits for none of these. The file stays empty: what its header says of the log before is
// not known yet. So one that a crash leaves behind looks like any other that was not begun, and goes as a leftover.
// What fails here leaves nothing prepared, and the writer finds out for itself. Thread-safe.
class LogPreparer {
 public:
  struct Parts {
    Runtime& runtime;
    Store& store;
    Root& root;
    FileTable& files;  // Where files that turn out to be of no use are discarded.
    uint64_t size_expected = 0;
  };
  struct PreparedFile {
    FileNumber number;
    std::unique_ptr<AppendFile> file;  // Null: there is none.
  };

  // All that `parts` names must outlive it.
  explicit LogPreparer(const Parts& parts) : parts_(parts), mutex_(parts.runtime), changed_(parts.runtime) {}
  LogPreparer(const LogPreparer&) = delete;  // Jobs refer to it.
  LogPreparer& operator=(const LogPreparer&) = delete;

  // Has a file made in the background.
  void Start();
  // The file that was asked for. Waits for one that is being made, but not for a job to begin.
  [[nodiscard]] PreparedFile Take();
  // Whether Stop() would wait for nothing.
  [[nodiscard]] bool is_idle();
  // Waits for jobs and discards what they made. Called before it is destroyed.
  void Stop();

 private:
  void Prepare();
  [[nodiscard]] PreparedFile Make();

  const Parts parts_;
  Mutex mutex_;
  Condition changed_;
  bool is_wanted_ GUARDED_BY(mutex_) = false;  // By a job that has not begun.
  bool is_making_ GUARDED_BY(mutex_) = false;
  int jobs_ GUARDED_BY(mutex_) = 0;  // That have not ended; those that came too late to be wanted included.
  PreparedFile prepared_ GUARDED_BY(mutex_);
};

}  // namespace logwood
