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

}  // namespace

Background::Background(const Parts& parts)
    : parts_(parts), mutex_(parts.context.runtime), changed_(parts.context.runtime) {}

void Background::AddSealed(SealedGeneration sealed) {
  parts_.pacer.OnSealed(sealed.generation->bytes());
  const MutexLock lock(mutex_);
  sealed_.push_back(std::move(sealed));
  ++sealed_count_;
  if (flushing_ || stopping_) return;
  flushing_ = true;
  RunJob(&Background::FlushJob);
}

uint64_t Background::sealed_count() const {
  const MutexLock lock(mutex_);
  return sealed_count_;
}

Status Background::WaitForFlushed(uint64_t count) {
  const MutexLock lock(mutex_);
  while (sealed_count_ - sealed_.size() < count) {
    LOGWOOD_RETURN_IF_ERROR(Stopped());
    changed_.Wait(mutex_);
  }
  return Status::Ok();
}

Status Background::WaitForSealedBelow(size_t limit) {
  const MutexLock lock(mutex_);
  while (sealed_.size() >= limit) {
    LOGWOOD_RETURN_IF_ERROR(Stopped());
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

void Background::StartMerging() {
  const MutexLock lock(mutex_);
  merge_wanted_ = true;
  StartMergeJob();
}

void Background::StartMergeJob() {
  if (!merge_wanted_ || merging_ || merge_callers_ > 0 || stopping_) return;
  merging_ = true;
  RunJob(&Background::MergeJob);
}

Status Background::MergeNow(CollectionId collection) {
  LOGWOOD_RETURN_IF_ERROR(WaitForTurnToMerge());
  const Status status = MergeWhole(collection);
  {
    const MutexLock lock(mutex_);
    merging_ = false;
    StartMergeJob();  // Asked for meanwhile.
  }
  StartRemoving();
  EndJob();
  return status;
}

// Chooses once: flushes that land meanwhile would keep a loop going for as long as somebody writes.
Status Background::MergeWhole(CollectionId collection) {
  auto plans = ChooseMerges(parts_.context.root, collection, MergeEffort::kAll);
  parts_.errors.Keep(plans.status());
  LOGWOOD_RETURN_IF_ERROR(plans.status());
  for (const std::string& plan : *plans) {
    {
      const MutexLock lock(mutex_);
      LOGWOOD_RETURN_IF_ERROR(Stopped());
    }
    const Status status = MergeOne(collection, plan);
    parts_.errors.Keep(status);
    LOGWOOD_RETURN_IF_ERROR(status);
    StartRemoving();
  }
  return Status::Ok();
}

// Whoever waits is counted, and the background job then ends before its next merge: it could go on for ever.
Status Background::WaitForTurnToMerge() {
  const MutexLock lock(mutex_);
  ++merge_callers_;
  while (merging_ && Stopped().ok()) changed_.Wait(mutex_);
  --merge_callers_;
  LOGWOOD_RETURN_IF_ERROR(Stopped());
  merging_ = true;
  ++running_jobs_;
  return Status::Ok();
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

// Flushes sealed generations, oldest first, until none is left or the work is stopped. One that holds as many logs as
// there may be is flushed before that: else the logs of processes that live for one commit would pile up, and every
// open replay more of them.
void Background::FlushJob() {
  for (;;) {
    SealedGeneration oldest;
    {
      const MutexLock lock(mutex_);
      const bool may_wait = !sealed_.empty() && sealed_.front().logs.size() < kLogFilesMax;
      if (sealed_.empty() || !parts_.errors.status().ok() || (stopping_ && may_wait)) {
        flushing_ = false;
        return;
      }
      oldest = sealed_.front();
    }
    std::vector<FileNumber> obsolete_logs;
    parts_.pacer.OnFlushBegun();
    Status status = FlushGeneration(parts_.context, oldest, parts_.stay_policy, obsolete_logs);
    if (status.ok()) {
      // As a part of the flush: what memory it gives back counts only when views have let go of it, too.
      SpillViews(kSpilledPerFlushMax * oldest.generation->bytes());
      parts_.pacer.OnFlushed(oldest.generation->bytes());
      status = TellDebt();
    }
    parts_.errors.Keep(status);
    if (status.ok()) {
      for (const FileNumber log : obsolete_logs) parts_.files.Discard(log, FileType::kLog);
    }
    {
      const MutexLock lock(mutex_);
      if (status.ok()) sealed_.pop_front();
      changed_.NotifyAll();
    }
    if (!status.ok()) continue;
    StartRemoving();
    StartMerging();
  }
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

void Background::MergeJob() {
  for (;;) {
    {
      const MutexLock lock(mutex_);
      if (!merge_wanted_ || merge_callers_ > 0 || !Stopped().ok()) {
        merging_ = false;
        changed_.NotifyAll();
        return;
      }
      merge_wanted_ = false;
    }
    parts_.errors.Keep(MergeAll());
    StartRemoving();
  }
}

// In rounds, with one merge of each collection: one that is always in need of merging must not keep others from it.
Status Background::MergeAll() {
  LOGWOOD_RETURN_IF_ERROR(TellDebt());  // A collection may have been dropped.
  for (bool merged = true; merged;) {
    merged = false;
    for (const CollectionInfo& collection : parts_.context.root.collections()) {
      LOGWOOD_ASSIGN_OR_RETURN(const bool found, MergeMostUrgent(collection.id));
      merged = merged || found;
      const MutexLock lock(mutex_);
      if (stopping_) return Status::Ok();
      if (merge_callers_ == 0) continue;
      merge_wanted_ = true;  // The rest, once they have had their turn.
      return Status::Ok();
    }
  }
  return Status::Ok();
}

// Returns false where there is nothing to merge.
Result<bool> Background::MergeMostUrgent(CollectionId collection) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> plans,
                           ChooseMerges(parts_.context.root, collection, MergeEffort::kWhileWriting));
  for (const std::string& plan : plans) LOGWOOD_RETURN_IF_ERROR(MergeOne(collection, plan));
  return !plans.empty();
}

Status Background::MergeOne(CollectionId collection, const std::string& plan) {
  Runtime& runtime = parts_.context.runtime;
  const std::chrono::nanoseconds begun = runtime.Now();
  LOGWOOD_ASSIGN_OR_RETURN(const uint64_t bytes, MergeCollection(parts_.context, collection, plan));
  parts_.pacer.OnMerged(bytes, runtime.Now() - begun);
  return TellDebt();
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
