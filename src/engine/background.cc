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
    : parts_(parts),
      mutex_(parts.context.runtime, LockRank::kBackground),
      changed_(parts.context.runtime),
      rest_watch_(RestWatch::New(parts.context.runtime, parts.rest, [this](const RestWork& work) {
        parts_.seal_at_rest(work);
        StartMerging();
      })) {}

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

size_t Background::sealed_waiting() const {
  const MutexLock lock(mutex_);
  return sealed_.size();
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
  if (status.code() != StatusCode::kClosed) parts_.errors.Keep(status);
  {
    const MutexLock lock(mutex_);
    merging_ = false;
    StartMergeJob();  // Asked for meanwhile.
  }
  StartRemoving();
  EndJob();
  return status;
}

// From the collection's beginning to its end: flushes that land meanwhile would keep a loop without that going for as
// long as somebody writes. What writers wait for has its share, but no more: a round for each merge.
Status Background::MergeWhole(CollectionId collection) {
  for (MergeRequest request{.effort = MergeEffort::kAll};;) {
    {
      const MutexLock lock(mutex_);
      LOGWOOD_RETURN_IF_ERROR(Stopped());
    }
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<MergePlan> plan,
                             ChooseMerge(parts_.context.root, collection, request));
    if (!plan) return Status::Ok();
    LOGWOOD_RETURN_IF_ERROR(MergeOne(collection, plan->bytes));
    StartRemoving();
    if (!plan->behind) return Status::Ok();
    request.from = *plan->behind;
    LOGWOOD_RETURN_IF_ERROR(MergeRound(GivesWay::kNo).status());
  }
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
  rest_watch_->Stop();
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
      if (sealed_.empty() || !parts_.errors.status().ok() || (stopping_ && LogsWaiting() < kLogFilesMax)) {
        flushing_ = false;
        return;
      }
      oldest = sealed_.front();
    }
    const Status status = FlushOne(oldest, parts_.stay_policy);
    parts_.errors.Keep(status);
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

// Its jobs have ended or are about to: the latch is set. None stays as data of a log of which a sync has failed (I15).
Status Background::FlushAfterFailure(SealedGeneration last) {
  std::deque<SealedGeneration> sealed;
  {
    const MutexLock lock(mutex_);
    while (flushing_ || merging_) changed_.Wait(mutex_);
    if (stopping_) return Status::Closed("the database is being closed");
    sealed = sealed_;
  }
  for (SealedGeneration& each : sealed) {
    each.log_settler = nullptr;
    LOGWOOD_RETURN_IF_ERROR(FlushOne(each, StayPolicy{}));
    const MutexLock lock(mutex_);
    sealed_.pop_front();
    changed_.NotifyAll();
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

Status Background::MergeAll() {
  LOGWOOD_RETURN_IF_ERROR(TellDebt());  // A collection may have been dropped.
  for (bool merged = true; merged;) {
    LOGWOOD_ASSIGN_OR_RETURN(merged, MergeRound(GivesWay::kYes));
    const MutexLock lock(mutex_);
    if (stopping_) return Status::Ok();
    if (merge_callers_ == 0) continue;
    merge_wanted_ = true;  // The rest, once they have had their turn.
    return Status::Ok();
  }
  return Status::Ok();
}

// One merge of each collection: one that is always in need of merging must not keep others from it. Returns whether
// there was anything to merge.
Result<bool> Background::MergeRound(GivesWay gives_way) {
  bool merged = false;
  for (const CollectionInfo& collection : parts_.context.root.collections()) {
    LOGWOOD_ASSIGN_OR_RETURN(const bool found, MergeNext(collection.id, RequestNow()));
    merged = merged || found;
    const MutexLock lock(mutex_);
    if (stopping_ || (merge_callers_ > 0 && gives_way == GivesWay::kYes)) break;
  }
  return merged;
}

// Looked at before each merge: rest may have ended.
MergeRequest Background::RequestNow() const {
  const std::optional<uint64_t> cost_max = rest_watch_->merge_cost_max();
  if (!cost_max) return {};
  return {.effort = MergeEffort::kAtRest, .cost_max = *cost_max};
}

// Returns false where there is nothing to merge.
Result<bool> Background::MergeNext(CollectionId collection, const MergeRequest& request) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<MergePlan> plan, ChooseMerge(parts_.context.root, collection, request));
  if (plan) LOGWOOD_RETURN_IF_ERROR(MergeOne(collection, plan->bytes));
  return plan.has_value();
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
