#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/mutex.h"
#include "engine/delayed_job.h"
#include "engine/error_latch.h"
#include "engine/file_table.h"
#include "engine/held_views.h"
#include "engine/job_failures.h"
#include "engine/jobs.h"
#include "engine/pacer.h"
#include "engine/read_state.h"
#include "engine/rest_watch.h"
#include "engine/root.h"
#include "engine/space_reserve.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "txn/evidence.h"

namespace logwood {

// The background work of a database: at most one flush and one merge at a time. Sealed generations are flushed in
// order; with each flush views are spilled that hold too much, and after it collections are merged for as long as their
// kinds ask for it, and more when nobody writes. Thread-safe.
//
// A flush or merge that fails at its files has changed nothing: it is repeated into new files after a growing delay
// (JobFailures), and meanwhile only those wait who need it. What stops all work and, through the latch, all writing:
// a manifest or a log that failed, damage, a full store at a flush; a flush that goes on failing, once a writer has to
// wait for it; a merge that goes on failing, once there are as many runs as there may be. A view that cannot be spilled
// stays as it is until the next flush.
class Background {
 public:
  struct Parts {
    NewFileOutput::Context context;
    FileTable& files;
    ReadStates& states;
    HeldViews& views;
    ErrorLatch& errors;
    SpaceReserve& reserve;
    Pacer& pacer;        // Is told of all work.
    Evidence& evidence;  // Takes over what is flushed.
    StayPolicy stay_policy;
    uint64_t held_memtables_bytes_max = 0;  // Beyond which the oldest views are spilled.
    RestTuning rest = {};
    // Flushes what is in memory, if there is enough of it and nobody writes. May do I/O, but wait for nobody.
    std::function<void(const RestWork& work)> seal_at_rest;
  };

  // All that `parts` names must outlive it.
  explicit Background(const Parts& parts);

  // Hands over a generation to be flushed.
  void AddSealed(SealedGeneration sealed);
  // How many were handed over so far.
  [[nodiscard]] uint64_t sealed_count() const;
  // Waits until the first `count` of those that were handed over are in trees. Errors: what stopped the work before;
  // why flushes go on failing; kClosed.
  Status WaitForFlushed(uint64_t count);
  // Waits until fewer than `limit` sealed generations remain. Errors: what stopped the work; why flushes go on failing;
  // kClosed.
  Status WaitForSealedBelow(size_t limit);
  // The same, but gives up when `patience` has passed: returns whether fewer remain. Errors: what stopped the work;
  // kClosed.
  Result<bool> WaitForSealedBelow(size_t limit, std::chrono::nanoseconds patience);
  // How many of them wait for their flush, or are being flushed.
  [[nodiscard]] size_t sealed_waiting() const;
  // After a failure: waits for the flush and the merge that are at work.
  void WaitForJobs();
  // After that: brings all sealed generations, and then `last`, into trees, in the calling thread and in new
  // files. What fails leaves those that are not in trees sealed, and `last` as it was. Errors: kIo, kNoSpace,
  // kCorruption, kClosed.
  Status FlushAfterFailure(SealedGeneration last);
  // After a failure, with no job at work: merges what it can in the calling thread, some rounds of it.
  void MergeInFullStore();
  // Whether a flush or a merge is at work, or about to begin.
  [[nodiscard]] bool is_at_work() const;
  // Looks for merges in the background.
  void StartMerging();
  // Somebody writes, or has left something to be merged: work at rest waits until nobody does any more.
  void OnWrite() { rest_watch_->OnWrite(); }
  // Merges what a collection has now, with all effort, once from its beginning to its end, in the calling thread. Waits
  // for a merge that is running, and goes before those that would follow it in the background; between its own merges
  // it does those that are urgent, so that writers find room. Errors: why a merge goes on failing; what stopped the
  // work; kClosed.
  Status MergeNow(CollectionId collection);
  // Counts the calling thread's work as a job, so that Stop() waits for it, until EndJob() is called. Errors: what
  // stopped the work; kClosed; EndJob() must not be called then.
  Status BeginJob();
  void EndJob();
  // Removes files that nobody holds any more, in the background.
  void StartRemoving();
  // Starts nothing more and waits for what runs. Sealed generations that were not flushed stay in the log, but for
  // those that hold as many logs together as there may be.
  void Stop();

 private:
  enum class GivesWay : uint8_t { kNo, kYes };  // To those who wait for their turn in MergeNow().

  void RunJob(void (Background::*job)()) REQUIRES(mutex_);
  void StartMergeJob() REQUIRES(mutex_);
  Status WaitForTurnToMerge();
  void FlushJob();
  void FlushAgain();
  void StartFlushJob() REQUIRES(mutex_);
  void MergeAgain();
  void OnMergeFailed(const Status& failure);
  [[nodiscard]] bool MayBeRepeated(const Status& failure) const;
  Status WaitToRepeat(const Status& status, JobFailures& failures);
  Status FlushOne(const SealedGeneration& sealed, const StayPolicy& policy);
  void LetGoOfOldest(SealedGeneration& flushed);
  [[nodiscard]] size_t LogsWaiting() const REQUIRES(mutex_);
  void SpillViews(uint64_t bytes_max);
  void MergeJob();
  void RemoveJob();
  Status MergeWhole(CollectionId collection);
  Status MergeAll();
  Status MergeOne(CollectionId collection, const std::string& plan);
  Status TellDebt();
  Result<bool> MergeRound(GivesWay gives_way);
  Result<bool> MergeNext(CollectionId collection, const MergeRequest& request);
  [[nodiscard]] MergeRequest RequestNow() const;
  [[nodiscard]] Status Stopped() const REQUIRES(mutex_);

  Parts parts_;
  mutable Mutex mutex_;
  Condition changed_;
  std::deque<SealedGeneration> sealed_ GUARDED_BY(mutex_);  // Oldest first.
  uint64_t sealed_count_ GUARDED_BY(mutex_) = 0;            // Those flushed since included.
  bool flushing_ GUARDED_BY(mutex_) = false;
  bool flush_delayed_ GUARDED_BY(mutex_) = false;  // It failed, and flush_again_ is to repeat it.
  JobFailures flush_failures_ GUARDED_BY(mutex_);
  bool merging_ GUARDED_BY(mutex_) = false;
  bool merge_delayed_ GUARDED_BY(mutex_) = false;
  JobFailures merge_failures_ GUARDED_BY(mutex_);
  bool merge_wanted_ GUARDED_BY(mutex_) = false;
  int merge_callers_ GUARDED_BY(mutex_) = 0;  // That wait for their turn in MergeNow().
  bool removing_ GUARDED_BY(mutex_) = false;
  bool remove_wanted_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  int running_jobs_ GUARDED_BY(mutex_) = 0;
  const std::shared_ptr<RestWatch> rest_watch_;
  const std::shared_ptr<DelayedJob> flush_again_;
  const std::shared_ptr<DelayedJob> merge_again_;
};

}  // namespace logwood
