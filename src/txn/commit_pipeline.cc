#include "txn/commit_pipeline.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"

namespace logwood {
namespace {

// Bytes at which a group takes no further member: beyond it a larger append gains nothing, and the first would wait.
constexpr size_t kGroupSizeMax = size_t{1} << 20;

}  // namespace

CommitPipeline::CommitPipeline(Runtime& runtime, WriteHead& head, std::atomic<uint64_t>& published, Hooks hooks)
    : runtime_(runtime), head_(head), published_(published), hooks_(std::move(hooks)), mutex_(runtime) {}

Result<Sequence> CommitPipeline::Apply(const Commit& commit) {
  commit.batch.Seal();  // Checksums are computed here, by each caller for itself.
  Member member(runtime_);
  member.commit = &commit;
  MutexLock lock(mutex_);
  WaitForTurn(member);
  if (!member.status.ok()) return member.status;
  return member.last;
}

Status CommitPipeline::RunExclusively(const std::function<Status()>& function) {
  Member member(runtime_);
  member.function = &function;
  MutexLock lock(mutex_);
  WaitForTurn(member);
  return member.status;
}

Status CommitPipeline::RunIfIdle(const std::function<Status()>& function) {
  Member member(runtime_);
  member.function = &function;
  MutexLock lock(mutex_);
  if (queue_.empty()) WaitForTurn(member);
  return member.status;
}

void CommitPipeline::WaitForTurn(Member& member) {
  queue_.push_back(&member);
  while (!member.done && queue_.front() != &member) member.changed.Wait(mutex_);
  if (member.done) return;
  Group group = TakeGroup();
  mutex_.Unlock();
  Lead(group);
  mutex_.Lock();
  Dismiss(group);
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
  RejectOrphans(group);
  TakeSequences(group);  // I1, I6.
  const uint64_t log_size_before = LogSize();
  LOGWOOD_RETURN_IF_ERROR(Keep(AppendToLog(group)));  // From here on a failure leaves the outcome unknown.
  const bool wants_sync =
      std::ranges::any_of(group, [](const Member* member) { return member->commit->sync == Sync::kYes; });
  if (wants_sync) LOGWOOD_RETURN_IF_ERROR(Keep(head_.log->Sync()));
  ApplyToMemtables(group);
  published_.store(head_.last.value(), std::memory_order_release);  // I2. Acquired where views are taken.
  Count(group, {.syncs = wants_sync ? 1u : 0u,
                .log_bytes = LogSize() - log_size_before,
                .log_bytes_prepared = TakeUncountedPrepared()});
  return Status::Ok();
}

void CommitPipeline::RejectOrphans(Group& group) {
  std::erase_if(group, [this](Member* member) {
    const bool whole = std::ranges::all_of(member->commit->collections, hooks_.exists);
    if (!whole) member->status = Status::NotFound("commit: a collection that the batch writes to was dropped");
    return !whole;
  });
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
  uint64_t operations = 0;
  for (const LogRecord& record : records_) operations += record.count;
  operations_.Add(operations);
  syncs_.Add(cost.syncs);
  log_bytes_.Add(cost.log_bytes);
  log_bytes_prepared_.Add(cost.log_bytes_prepared);
}

CommitStatistics CommitPipeline::statistics() const {
  return {.commits = commits_.value(),
          .operations = operations_.value(),
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
