#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "engine/background.h"
#include "engine/pacing.h"

namespace logwood {
namespace {

constexpr uint64_t kCostMaxInFullStore = 64;  // As at the end of a rest.
constexpr int kRoundsInFullStore = 16;        // So that it is not long before one who closes has his turn.

}  // namespace

void Background::StartMerging() {
  const MutexLock lock(mutex_);
  merge_wanted_ = true;
  StartMergeJob();
}

void Background::StartMergeJob() {
  if (!merge_wanted_ || merging_ || merge_delayed_ || merge_callers_ > 0 || stopping_) return;
  merging_ = true;
  RunJob(&Background::MergeJob);
}

Status Background::MergeNow(CollectionId collection) {
  LOGWOOD_RETURN_IF_ERROR(WaitForTurnToMerge());
  const Status status = MergeWhole(collection);
  if (status.code() != StatusCode::kClosed && !MayBeRepeated(status)) parts_.errors.Keep(status);
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
  JobFailures failures;
  for (MergeRequest request{.effort = MergeEffort::kAll};;) {
    {
      const MutexLock lock(mutex_);
      LOGWOOD_RETURN_IF_ERROR(Stopped());
    }
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<MergePlan> plan,
                             ChooseMerge(parts_.context.root, collection, request));
    if (!plan) return Status::Ok();
    Status status = MergeOne(collection, plan->bytes);
    StartRemoving();
    if (status.ok()) {
      if (!plan->behind) return Status::Ok();
      request.from = *plan->behind;
      status = MergeRound(GivesWay::kNo).status();
    }
    LOGWOOD_RETURN_IF_ERROR(WaitToRepeat(status, failures));
  }
}

// In the calling thread, whom nobody else tells of a failure.
Status Background::WaitToRepeat(const Status& status, JobFailures& failures) {
  if (status.ok()) {
    failures.Clear();
    return Status::Ok();
  }
  if (!MayBeRepeated(status)) return status;
  Runtime& runtime = parts_.context.runtime;
  const std::chrono::nanoseconds deadline = runtime.Now() + failures.Add(status);
  LOGWOOD_RETURN_IF_ERROR(failures.lasting());
  const MutexLock lock(mutex_);
  for (std::chrono::nanoseconds now = runtime.Now(); now < deadline && Stopped().ok(); now = runtime.Now()) {
    if (!changed_.WaitFor(mutex_, deadline - now)) break;
  }
  return Stopped();
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

void Background::MergeJob() {
  for (;;) {
    {
      const MutexLock lock(mutex_);
      if (!merge_wanted_ || merge_delayed_ || merge_callers_ > 0 || !Stopped().ok()) {
        merging_ = false;
        changed_.NotifyAll();
        return;
      }
      merge_wanted_ = false;
    }
    if (const Status status = MergeAll(); status.ok()) {
      const MutexLock lock(mutex_);
      merge_failures_.Clear();
    } else {
      OnMergeFailed(status);
    }
    StartRemoving();
  }
}

void Background::OnMergeFailed(const Status& failure) {
  if (!MayBeRepeated(failure)) {
    parts_.errors.Keep(failure);
    return;
  }
  const Result<MergeDebt> debt = DebtOf(parts_.context.root);
  const MutexLock lock(mutex_);
  merge_wanted_ = true;
  merge_delayed_ = true;
  merge_again_->StartAfter(merge_failures_.Add(failure));
  if (failure.code() == StatusCode::kNoSpace) return;  // Others tell of it, as soon as they meet it.
  if (debt.ok() && debt->runs >= kRunsMax) parts_.errors.Keep(merge_failures_.lasting());
}

void Background::MergeAgain() {
  const MutexLock lock(mutex_);
  merge_delayed_ = false;
  StartMergeJob();
}

Status Background::MergeAll() {
  LOGWOOD_RETURN_IF_ERROR(TellDebt());  // A collection may have been dropped.
  for (bool merged = true; merged;) {
    LOGWOOD_ASSIGN_OR_RETURN(merged, MergeRound(GivesWay::kYes));
    const MutexLock lock(mutex_);
    if (!Stopped().ok()) return Status::Ok();
    if (merge_callers_ == 0) continue;
    merge_wanted_ = true;  // The rest, once they have had their turn.
    return Status::Ok();
  }
  return Status::Ok();
}

// One merge of each collection: one that is always in need of merging, or whose merge fails, must not keep others from
// it. Returns whether there was anything to merge; the first failure, if there was one.
Result<bool> Background::MergeRound(GivesWay gives_way) {
  bool merged = false;
  Status failure;
  for (const CollectionInfo& collection : parts_.context.root.collections()) {
    const Result<bool> found = MergeNext(collection.id, RequestNow());
    if (failure.ok()) failure = found.status();
    merged = merged || (found.ok() && *found);
    const MutexLock lock(mutex_);
    if (!Stopped().ok() || (merge_callers_ > 0 && gives_way == GivesWay::kYes)) break;
  }
  LOGWOOD_RETURN_IF_ERROR(failure);
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

// Alone, and each file that it frees is removed at once: another job beside it, or a record of the manifest, might find
// the space taken that a merge is going to give back.
void Background::MergeInFullStore() {
  const MergeRequest request{.effort = MergeEffort::kAtRest, .cost_max = kCostMaxInFullStore};
  bool merged = true;
  for (int round = 0; merged && round < kRoundsInFullStore; ++round) {
    merged = false;
    for (const CollectionInfo& collection : parts_.context.root.collections()) {
      const Result<bool> found = MergeNext(collection.id, request);  // What does not fit in leaves things as they are.
      merged = merged || (found.ok() && *found);
      parts_.files.RemoveRetired();
    }
  }
}

}  // namespace logwood
