#include "engine/log_preparer.h"

#include <utility>

#include "codec/file_header.h"

namespace logwood {

void LogPreparer::Start() {
  {
    const MutexLock lock(mutex_);
    is_wanted_ = true;
    ++jobs_;
  }
  parts_.runtime.Execute([this] { Prepare(); });
}

LogPreparer::PreparedFile LogPreparer::Take() {
  const MutexLock lock(mutex_);
  is_wanted_ = false;
  while (is_making_) changed_.Wait(mutex_);
  return std::exchange(prepared_, {});
}

bool LogPreparer::is_idle() {
  const MutexLock lock(mutex_);
  return jobs_ == 0;
}

void LogPreparer::Stop() {
  PreparedFile unused;
  {
    const MutexLock lock(mutex_);
    is_wanted_ = false;
    while (jobs_ > 0) changed_.Wait(mutex_);
    unused = std::exchange(prepared_, {});
  }
  if (unused.file != nullptr) parts_.files.Discard(unused.number, FileType::kLog);
}

void LogPreparer::Prepare() {
  const MutexLock lock(mutex_);
  if (std::exchange(is_wanted_, false)) {
    is_making_ = true;
    mutex_.Unlock();
    PreparedFile made = Make();
    mutex_.Lock();
    is_making_ = false;
    prepared_ = std::move(made);
  }
  --jobs_;
  changed_.NotifyAll();  // Under the mutex: after the last job this object may be gone.
}

LogPreparer::PreparedFile LogPreparer::Make() {
  const Result<FileNumber> number = parts_.root.NewFileNumber();
  if (!number.ok()) return {};
  auto file = parts_.store.Create(FileName(*number, FileType::kLog), {.size_expected = parts_.size_expected});
  if (!file.ok()) return {};
  if ((*file)->Sync().ok()) return {.number = *number, .file = *std::move(file)};
  parts_.files.Discard(*number, FileType::kLog);
  return {};
}

}  // namespace logwood
