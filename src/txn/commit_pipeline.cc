#include "txn/commit_pipeline.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"

namespace logwood {
namespace {

// Bytes at which a group takes no further member: beyond it a larger append gains nothing, and the first would wait.
constexpr size_t kGroupSizeMax = size_t{1} << 20;

// What a leader waits for others at most: a part of a sync, and no longer than this where one took unusually long.
constexpr int kSyncsPerWait = 4;
constexpr std::chrono::milliseconds kWaitForCompanyMax{2};

}  // namespace

CommitPipeline::CommitPipeline(Runtime& runtime, WriteHead& head, std::atomic<uint64_t>& published, Hooks hooks)
    : runtime_(runtime),
      head_(head),
      published_(published),
      hooks_(std::move(hooks)),
      mutex_(runtime, LockRank::kCommitPipeline) {}

Result<Sequence> CommitPipeline::Apply(const Commit& commit) {
  commit.batch.Seal();  // Checksums are computed here, by each caller for itself.
  Member member(runtime_);
  member.commit = &commit;
  GoThroughQueue(member, Entry::kAlways);
  // Here and not by the leader, for it takes the lock under which the manifest is written.
  if (member.conflict) return hooks_.refuse(*member.conflict);
  if (!member.status.ok()) return member.status;
  return member.last;
}

Status CommitPipeline::RunExclusively(const std::function<Status()>& function) {
  Member member(runtime_);
  member.function = &function;
  GoThroughQueue(member, Entry::kAlways);
  return member.status;
}

Status CommitPipeline::RunIfIdle(const std::function<Status()>& function) {
  Member member(runtime_);
  member.function = &function;
  GoThroughQueue(member, Entry::kIfIdle);
  return member.status;
}

void CommitPipeline::GoThroughQueue(Member& member, Entry entry) {
  const HeldPlace in_queue(LockRank::kCommitQueue);
  MutexLock lock(mutex_);
  if (entry == Entry::kAlways || queue_.empty()) WaitForTurn(member);
}

void CommitPipeline::Resume() {
  poison_ = Status::Ok();
  prepared_counted_ = 0;  // The log is another.
}

void CommitPipeline::WaitForTurn(Member& member) {
  queue_.push_back(&member);
  if (queue_.size() == company_) queue_.front()->changed.NotifyOne();
  while (!member.done && queue_.front() != &member) member.changed.Wait(mutex_);
  if (member.done) return;
  WaitForCompany(member);
  Group group = TakeGroup();
  mutex_.Unlock();
  Lead(group);
  mutex_.Lock();
  Dismiss(group);
}

// Those whom the last sync has released are about to commit again: without them two halves of all would take turns,
// each waiting for a sync of the other before its own. A waiting that was in vain makes the next one expect less.
void CommitPipeline::WaitForCompany(Member& leader) {
  if (leader.function != nullptr || leader.commit->sync != Sync::kYes || sync_time_ == sync_time_.zero()) return;
  const std::chrono::nanoseconds deadline =
      runtime_.Now() + std::min<std::chrono::nanoseconds>(sync_time_ / kSyncsPerWait, kWaitForCompanyMax);
  while (queue_.size() < company_) {
    const std::chrono::nanoseconds now = runtime_.Now();
    if (now >= deadline || !leader.changed.WaitFor(mutex_, deadline - now)) return;
  }
}

CommitPipeline::Group CommitPipeline::TakeGroup() {
  Group group{queue_.front()};
  if (group.front()->function != nullptr) return group;
  size_t bytes = group.front()->commit->batch.size_bytes();
  for (size_t i = 1; i < queue_.size() && queue_[i]->function == nullptr; ++i) {
    bytes += queue_[i]->commit->batch.size_bytes();
    if (bytes > kGroupSizeMax) break;
    group.push_back(queue_[i]);
  }
  return group;
}

void CommitPipeline::Dismiss(const Group& group) {
  for (Member* const member : group) {
    LOGWOOD_ASSERT(queue_.front() == member);
    queue_.pop_front();
    member->done = true;
    member->changed.NotifyOne();  // Under the mutex: the member may be gone as soon as it is released.
  }
  company_ = group.size() + queue_.size();
  if (!queue_.empty()) queue_.front()->changed.NotifyOne();
}

void CommitPipeline::Lead(Group& group) {
  if (group.front()->function != nullptr) {
    group.front()->status = (*group.front()->function)();
    return;
  }
  Group accepted = group;
  const Status status = CommitGroup(accepted);
  for (Member* const member : accepted) member->status = status;
}

Status CommitPipeline::CommitGroup(Group& group) {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  uint64_t operations = 0;
  for (const Member* const member : group) operations += member->commit->batch.operation_count();
  LOGWOOD_RETURN_IF_ERROR(hooks_.make_room(operations).WithOutcome(Outcome::kNotApplied));
  group = TakeFit(group);
  TakeSequences(group);  // I1, I6.
  const uint64_t log_size_before = LogSize();
  LOGWOOD_RETURN_IF_ERROR(Keep(AppendToLog(group)));  // From here on a failure leaves the outcome unknown.
  const bool wants_sync =
      std::ranges::any_of(group, [](const Member* member) { return member->commit->sync == Sync::kYes; });
  sync_time_ = sync_time_.zero();
  if (wants_sync) LOGWOOD_RETURN_IF_ERROR(Keep(SyncLog()));
  ApplyToMemtables(group);
  published_.store(head_.last.value(), std::memory_order_release);  // I2. Acquired where views are taken.
  Count(group, {.syncs = wants_sync ? 1u : 0u,
                .log_bytes = LogSize() - log_size_before,
                .log_bytes_prepared = TakeUncountedPrepared()});
  return Status::Ok();
}

// The members that can be applied, in their order; in the others stands why not.
CommitPipeline::Group CommitPipeline::TakeFit(const Group& group) {
  const bool has_check =
      std::ranges::any_of(group, [](const Member* member) { return member->commit->check != nullptr; });
  Group fit;
  for (Member* const member : group) {
    if (!IsFit(*member)) continue;
    fit.push_back(member);
    if (has_check) group_writes_.Add(member->commit->batch);
  }
  group_writes_.Clear();
  return fit;
}

bool CommitPipeline::IsFit(Member& member) {
  const Commit& commit = *member.commit;
  if (!std::ranges::all_of(commit.collections, hooks_.exists)) {
    member.status = Status::NotFound("commit: a collection that the batch writes to was dropped");
    return false;
  }
  if (commit.check == nullptr) return true;
  member.conflict = hooks_.find_conflict(*commit.check);
  if (!member.conflict) member.conflict = group_writes_.Find(commit.check->reads);
  return !member.conflict;
}

void CommitPipeline::TakeSequences(Group& group) {
  records_.clear();
  for (Member* const member : group) {
    BatchEncoder& batch = member->commit->batch;
    for (const BatchFragment& fragment : batch.fragments()) {
      LogRecord& record = records_.emplace_back();
      record.type = fragment.table_length == 0 ? LogRecordType::kOperations : LogRecordType::kLargeOperation;
      record.end = &fragment == &batch.fragments().back();
      record.sequence = head_.last.Plus(1);
      record.count = static_cast<uint16_t>(fragment.count);
      record.body = batch.body(fragment);
      record.checksum_table = batch.table(fragment);
      record.checksum = fragment.checksum;
      head_.last = head_.last.Plus(fragment.count);
    }
    member->last = head_.last;
  }
}

Status CommitPipeline::AppendToLog(const Group& group) {
  if (group.empty() || records_.empty() || !head_.log) return Status::Ok();
  return head_.log->Append(records_, head_.last);
}

Status CommitPipeline::SyncLog() {
  const std::chrono::nanoseconds begun = runtime_.Now();
  const LatencyTimer timer(runtime_, &sync_latency_);
  LOGWOOD_RETURN_IF_ERROR(head_.log->Sync());
  sync_time_ = runtime_.Now() - begun;
  return Status::Ok();
}

uint64_t CommitPipeline::LogSize() const { return head_.log ? head_.log->size() : 0; }

// Also what a log file that was begun since the last group brought.
uint64_t CommitPipeline::TakeUncountedPrepared() {
  const uint64_t prepared = head_.log ? head_.log->bytes_prepared() : 0;
  return prepared - std::exchange(prepared_counted_, prepared);
}

void CommitPipeline::ApplyToMemtables(const Group& group) {
  if (group.empty()) return;
  for (const LogRecord& record : records_) {
    Sequence sequence = record.sequence;
    OperationReader operations(record.body);
    for (;;) {
      const Result<std::optional<Operation>> next = operations.Next();
      LOGWOOD_ASSERT(next.ok());  // This process encoded it.
      if (!next->has_value()) break;
      const Operation& operation = **next;
      LogAddress address;
      if (head_.log) address = {.file = head_.log_file, .offset = record.body_offset + operations.value_offset()};
      head_.active->FindOrCreate(operation.collection)
          .Add(sequence, {.type = operation.type, .key = operation.key, .value = operation.value, .address = address});
      sequence = sequence.Plus(1);
    }
  }
  head_.active->set_last(head_.last);
}

void CommitPipeline::Count(const Group& group, const GroupCost& cost) {
  if (group.empty()) return;
  groups_.Add(1);
  commits_.Add(group.size());
  for (const Member* const member : group) {
    const OperationCounts& counts = member->commit->batch.counts();
    puts_.Add(counts.puts);
    deletes_.Add(counts.deletes);
    range_deletes_.Add(counts.range_deletes);
    user_bytes_.Add(counts.user_bytes);
    synced_commits_.Add(member->commit->sync == Sync::kYes ? 1 : 0);
    transactions_.Add(member->commit->check != nullptr ? 1 : 0);
  }
  syncs_.Add(cost.syncs);
  log_bytes_.Add(cost.log_bytes);
  log_bytes_prepared_.Add(cost.log_bytes_prepared);
}

CommitStatistics CommitPipeline::statistics() const {
  return {.commits = commits_.value(),
          .synced_commits = synced_commits_.value(),
          .operations = puts_.value() + deletes_.value() + range_deletes_.value(),
          .puts = puts_.value(),
          .deletes = deletes_.value(),
          .range_deletes = range_deletes_.value(),
          .user_bytes = user_bytes_.value(),
          .groups = groups_.value(),
          .syncs = syncs_.value(),
          .log_bytes = log_bytes_.value(),
          .log_bytes_prepared = log_bytes_prepared_.value()};
}

Status CommitPipeline::Keep(Status status) {
  if (status.ok()) return status;
  poison_ = status.WithContext("writing stopped after an earlier failure").WithOutcome(Outcome::kNotApplied);
  hooks_.on_failure(poison_);
  return status.WithOutcome(Outcome::kUnknown);
}

}  // namespace logwood
