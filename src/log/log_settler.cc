#include "log/log_settler.h"

#include <utility>

#include "base/assert.h"

namespace logwood {

void LogSettler::Settle(std::unique_ptr<LogWriter> writer) {
  {
    const MutexLock lock(mutex_);
    LOGWOOD_ASSERT(waiting_ == nullptr && !is_working_);
    waiting_ = std::move(writer);
    ++jobs_;
  }
  runtime_.Execute([this] { BeJob(); });
}

std::optional<Status> LogSettler::outcome() {
  const MutexLock lock(mutex_);
  return waiting_ != nullptr || is_working_ ? std::nullopt : std::optional(status_);
}

Status LogSettler::Wait() {
  const MutexLock lock(mutex_);
  if (waiting_ != nullptr) Work();
  while (is_working_) changed_.Wait(mutex_);
  return status_;
}

bool LogSettler::is_idle() {
  const MutexLock lock(mutex_);
  return jobs_ == 0;
}

void LogSettler::Stop() {
  const MutexLock lock(mutex_);
  waiting_ = nullptr;
  while (jobs_ > 0) changed_.Wait(mutex_);
}

void LogSettler::Reset() {
  const MutexLock lock(mutex_);
  status_ = Status::Ok();
}

void LogSettler::BeJob() {
  const MutexLock lock(mutex_);
  if (waiting_ != nullptr) Work();
  --jobs_;
  changed_.NotifyAll();  // Under the mutex: after the last job this object may be gone.
}

void LogSettler::Work() {
  std::unique_ptr<LogWriter> writer = std::move(waiting_);
  is_working_ = true;
  mutex_.Unlock();
  Status status = writer->Sync();
  if (status.ok()) status = writer->Finish();
  writer = nullptr;
  mutex_.Lock();
  is_working_ = false;
  if (status_.ok()) status_ = std::move(status);
  changed_.NotifyAll();
}

}  // namespace logwood
