#include "engine/background.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "engine/spill.h"

namespace logwood {
namespace {

// What one flush may write for views, in the bytes of its memtables: with many views at different points of one
// generation each is spilled by itself, and writers must not wait for all of them at once.
constexpr uint64_t kSpilledPerFlushMax = 4;

// A log that could not be synced is no matter of the flush that waited for it: commits cannot go on in it.
bool LogHasFailed(const SealedGeneration& sealed) {
  if (sealed.log_settler == nullptr) return false;
  const std::optional<Status> outcome = sealed.log_settler->outcome();
  return outcome && !outcome->ok();
}

}  // namespace

Background::Background(const Parts& parts)
    : parts_(parts),
      mutex_(parts.context.runtime, LockRank::kBackground),
      changed_(parts.context.runtime),
      rest_watch_(RestWatch::New(parts.context.runtime, parts.rest,
                                 [this](const RestWork& work) {
                                   parts_.seal_at_rest(work);
                                   StartMerging();
                                 })),
      flush_again_(DelayedJob::New(parts.context.runtime, [this] { FlushAgain(); })),
      merge_again_(DelayedJob::New(parts.context.runtime, [this] { MergeAgain(); })) {}

void Background::AddSealed(SealedGeneration sealed) {
  parts_.pacer.OnSealed(sealed.generation->bytes());
  const MutexLock lock(mutex_);
  sealed_.push_back(std::move(sealed));
  ++sealed_count_;
  if (!flush_delayed_) StartFlushJob();
}

void Background::FlushAgain() {
  const MutexLock lock(mutex_);
  StartFlushJob();
}

void Background::StartFlushJob() {
  flush_delayed_ = false;
  if (flushing_ || stopping_) return;
  flushing_ = true;
  RunJob(&Background::FlushJob);
}

uint64_t Background::sealed_count() const {
  const MutexLock lock(mutex_);
  return sealed_count_;
}

bool Background::is_at_work() const {
  const MutexLock lock(mutex_);
  return flushing_ || merging_;
}

size_t Background::sealed_waiting() const {
  const MutexLock lock(mutex_);
  return sealed_.size();
}

Status Background::WaitForFlushed(uint64_t count) {
  const MutexLock lock(mutex_);
  if (!flush_failures_.lasting().ok()) {  // Whoever asks for it may have mended the cause.
    flush_failures_.Clear();
    StartFlushJob();
  }
  while (sealed_count_ - sealed_.size() < count) {
    LOGWOOD_RETURN_IF_ERROR(Stopped());
    LOGWOOD_RETURN_IF_ERROR(flush_failures_.lasting());
    changed_.Wait(mutex_);
  }
  return Status::Ok();
}

Status Background::WaitForSealedBelow(size_t limit) {
  const MutexLock lock(mutex_);
  while (sealed_.size() >= limit) {
    LOGWOOD_RETURN_IF_ERROR(Stopped());
    LOGWOOD_RETURN_IF_ERROR(flush_failures_.lasting());
    changed_.Wait(mutex_);
  }
  return Stopped();
}

Result<bool> Background::WaitForSealedBelow(size_t limit, std::chrono::nanoseconds patience) {
  Runtime& runtime = parts_.context.runtime;
  const std::chrono::nanoseconds deadline = runtime.Now() + patience;
  const MutexLock lock(mutex_);
  while (sealed_.size() >= limit) {
    LOGWOOD_RETURN_IF_ERROR(Stopped());
    const std::chrono::nanoseconds now = runtime.Now();
    if (now >= deadline || !changed_.WaitFor(mutex_, deadline - now)) break;
  }
  LOGWOOD_RETURN_IF_ERROR(Stopped());
  return sealed_.size() < limit;
}

// Whether a flush or a merge has failed at files that nobody but itself knows. No sync is tried again thereby: its next
// try writes other files (I11).
bool Background::MayBeRepeated(const Status& failure) const {
  if (failure.code() != StatusCode::kIo && failure.code() != StatusCode::kNoSpace) return false;
  return parts_.context.root.manifest_failure().ok();
}

Status Background::BeginJob() {
  const MutexLock lock(mutex_);
  LOGWOOD_RETURN_IF_ERROR(Stopped());
  ++running_jobs_;
  return Status::Ok();
}

void Background::StartRemoving() {
  const MutexLock lock(mutex_);
  if (stopping_ || !parts_.files.has_retired()) return;
  remove_wanted_ = true;
  if (removing_) return;
  removing_ = true;
  RunJob(&Background::RemoveJob);
}

void Background::Stop() {
  rest_watch_->Stop();
  flush_again_->Stop();
  merge_again_->Stop();
  const MutexLock lock(mutex_);
  stopping_ = true;
  changed_.NotifyAll();
  while (running_jobs_ > 0) changed_.Wait(mutex_);
}

void Background::RunJob(void (Background::*job)()) {
  ++running_jobs_;
  parts_.context.runtime.Execute([this, job] {
    (this->*job)();
    EndJob();
  });
}

void Background::EndJob() {
  const MutexLock lock(mutex_);
  --running_jobs_;
  changed_.NotifyAll();  // Under the mutex: after the last job this object may be gone.
}

// Flushes sealed generations, oldest first, until none is left or the work is stopped. Those that hold as many logs
// together as there may be are flushed before that: else the logs of processes that live for one commit would pile up,
// and every open replay more of them.
void Background::FlushJob() {
  for (;;) {
    SealedGeneration oldest;
    {
      const MutexLock lock(mutex_);
      if (sealed_.empty() || flush_delayed_ || !parts_.errors.status().ok() ||
          (stopping_ && LogsWaiting() < kLogFilesMax)) {
        flushing_ = false;
        return;
      }
      oldest = sealed_.front();
    }
    const Status status = FlushOne(oldest, parts_.stay_policy);
    const bool repeats = MayBeRepeated(status) && status.code() != StatusCode::kNoSpace && !LogHasFailed(oldest);
    if (!repeats) parts_.errors.Keep(status);
    if (status.ok()) LetGoOfOldest(oldest);
    bool others_wait = false;
    {
      const MutexLock lock(mutex_);
      if (status.ok()) {
        sealed_.pop_front();
        others_wait = !sealed_.empty();
        flush_failures_.Clear();
      } else if (repeats) {
        flush_delayed_ = true;
        flush_again_->StartAfter(flush_failures_.Add(status));
      }
      changed_.NotifyAll();
    }
    StartRemoving();
    if (!status.ok()) continue;
    StartMerging();
    // Writers may wait for the others, too. Why: the database works without it, and the next flush tries again.
    if (!others_wait) parts_.reserve.Fill().IgnoreError();
  }
}

// Whoever waits for the flush is told when its memory is given back, but for what views hold.
void Background::LetGoOfOldest(SealedGeneration& flushed) {
  std::shared_ptr<const Generation> last;  // Destroyed after the lock is released.
  const MutexLock lock(mutex_);
  flushed.generation.reset();
  last = std::move(sealed_.front().generation);
}

Status Background::FlushOne(const SealedGeneration& sealed, const StayPolicy& policy) {
  std::vector<FileNumber> obsolete_logs;
  parts_.pacer.OnFlushBegun();
  parts_.evidence.AddFlushed(sealed.generation);  // Before it leaves the read state.
  LOGWOOD_RETURN_IF_ERROR(FlushGeneration(parts_.context, sealed, policy, obsolete_logs));
  // As a part of the flush: what memory it gives back counts only when views have let go of it, too.
  SpillViews(kSpilledPerFlushMax * sealed.generation->bytes());
  parts_.pacer.OnFlushed(sealed.generation->bytes());
  LOGWOOD_RETURN_IF_ERROR(TellDebt());
  for (const FileNumber log : obsolete_logs) parts_.files.Discard(log, FileType::kLog);
  return Status::Ok();
}

// They end by themselves: the latch is set.
void Background::WaitForJobs() {
  const MutexLock lock(mutex_);
  while (flushing_ || merging_) changed_.Wait(mutex_);
}

// None stays as data of a log of which a sync has failed (I15).
Status Background::FlushAfterFailure(SealedGeneration last) {
  std::deque<SealedGeneration> sealed;
  {
    const MutexLock lock(mutex_);
    if (stopping_) return Status::Closed("the database is being closed");
    sealed = sealed_;
  }
  for (SealedGeneration& each : sealed) {
    each.log_settler = nullptr;
    LOGWOOD_RETURN_IF_ERROR(FlushOne(each, StayPolicy{}));
    parts_.files.RemoveRetired();  // Its logs make room for the next.
    const MutexLock lock(mutex_);
    sealed_.pop_front();
    flush_failures_.Clear();
    changed_.NotifyAll();
  }
  {
    const MutexLock lock(mutex_);
    flush_delayed_ = false;
  }
  parts_.pacer.OnSealed(last.generation->bytes());
  return FlushOne(last, StayPolicy{});
}

size_t Background::LogsWaiting() const {
  size_t logs = 0;
  for (const SealedGeneration& sealed : sealed_) logs += sealed.logs.size();
  return logs;
}

// Spills views, the oldest first, until what is held is within its bounds, or `bytes_max` were written.
void Background::SpillViews(uint64_t bytes_max) {
  for (uint64_t bytes = 0; bytes < bytes_max;) {
    {
      const MutexLock lock(mutex_);
      if (stopping_) return;
    }
    const std::optional<ReadView> oldest =
        parts_.views.OldestBeyond(parts_.held_memtables_bytes_max, *parts_.states.Load());
    if (!oldest) return;
    const Result<SpilledView> spilled = Spill(parts_.context, parts_.files, *oldest);
    if (!spilled.ok()) return;  // Whatever failed: the view has what it had, and the next flush comes by again.
    parts_.views.Replace(*oldest, spilled->state);
    bytes += spilled->bytes;
  }
}

// Told by a flush and a merge at the same time, the older figures may come last; but each flush is followed by a look
// for merges, which tells them again.
Status Background::TellDebt() {
  LOGWOOD_ASSIGN_OR_RETURN(const MergeDebt debt, DebtOf(parts_.context.root));
  parts_.pacer.set_debt(debt);
  return Status::Ok();
}

// Looks again when asked meanwhile: a file that was held when it looked may be free before it is done with the others.
void Background::RemoveJob() {
  for (;;) {
    {
      const MutexLock lock(mutex_);
      if (!remove_wanted_ || stopping_) {
        removing_ = false;
        return;
      }
      remove_wanted_ = false;
    }
    parts_.files.RemoveRetired();
  }
}

Status Background::Stopped() const {
  LOGWOOD_RETURN_IF_ERROR(parts_.errors.status());
  return stopping_ ? Status::Closed("the database is being closed") : Status::Ok();
}

}  // namespace logwood
