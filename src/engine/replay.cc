#include "engine/replay.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "codec/batch_encoder.h"

namespace logwood {

Replay::Replay(Runtime& runtime, const ManifestState& state, const ReplayTuning& tuning,
               std::shared_ptr<ArenaPool> pool)
    : runtime_(runtime), tuning_(tuning), pool_(std::move(pool)), work_(std::make_shared<Work>(runtime, state)) {
  BeginShare();
  work_->shares.back().replayed.generation->set_last(state.flushed);
}

Replay::~Replay() { work_->GiveUp(); }

void Replay::BeginShare() {
  Share& share = work_->shares.emplace_back();
  share.replayed.generation = std::make_shared<Generation>(pool_);
  share_bytes_ = 0;
}

void Replay::Add(const LogCommit& commit) {
  if (share_bytes_ >= tuning_.generation_bytes) {
    HandOver();
    BeginShare();
  }
  ReplayedGeneration& replayed = work_->shares.back().replayed;
  if (replayed.first_log == FileNumber()) replayed.first_log = commit.log;
  for (const LogRecord& record : commit.records) AddRecord(commit.log, record);
  replayed.generation->set_last(commit.last);
}

void Replay::AddRecord(FileNumber log, const LogRecord& record) {
  if (record.type != LogRecordType::kOperations && record.type != LogRecordType::kLargeOperation) return;
  chunk_.bodies.push_back({.first = record.sequence,
                           .log = log,
                           .offset = record.body_offset,
                           .begin = chunk_.bytes.size(),
                           .size = record.body.size()});
  chunk_.bytes.insert(chunk_.bytes.end(), record.body.begin(), record.body.end());
  share_bytes_ += record.body.size();
  if (chunk_.bytes.size() >= tuning_.chunk_bytes) HandOver();
}

void Replay::HandOver() {
  Chunk chunk = std::exchange(chunk_, {});
  chunk_.bytes.reserve(tuning_.chunk_bytes);
  if (chunk.bodies.empty()) return;
  Share& share = work_->shares.back();
  if (!work_->Add(share, std::move(chunk), tuning_.waiting_bytes_max)) return;
  runtime_.Execute([work = work_, &share] { work->BeJob(share); });
}

Result<std::vector<ReplayedGeneration>> Replay::Finish() {
  work_->FinishAll();
  work_->Apply(chunk_, work_->shares.back());
  chunk_ = {};
  std::vector<ReplayedGeneration> generations;
  for (Share& share : work_->shares) {
    LOGWOOD_RETURN_IF_ERROR(share.status);
    generations.push_back(std::move(share.replayed));  // A late job keeps none of them in memory.
  }
  return generations;
}

bool Replay::Work::Add(Share& share, Chunk chunk, size_t waiting_bytes_max) {
  const MutexLock lock(mutex_);
  while (waiting_bytes_ > 0 && waiting_bytes_ + chunk.bytes.size() > waiting_bytes_max) {
    if (!Help()) changed_.Wait(mutex_);
  }
  waiting_bytes_ += chunk.bytes.size();
  share.waiting.push_back(std::move(chunk));
  return !share.is_worked_at && !std::exchange(share.has_job, true);
}

void Replay::Work::BeJob(Share& share) {
  const MutexLock lock(mutex_);
  share.has_job = false;
  if (!share.is_worked_at) WorkAt(share);
}

void Replay::Work::FinishAll() {
  const MutexLock lock(mutex_);
  for (;;) {
    if (Help()) continue;
    if (!IsWorkedAt()) return;
    changed_.Wait(mutex_);
  }
}

void Replay::Work::GiveUp() {
  const MutexLock lock(mutex_);
  for (Share& share : shares) share.waiting.clear();
  while (IsWorkedAt()) changed_.Wait(mutex_);
  for (Share& share : shares) share.replayed.generation = nullptr;
}

bool Replay::Work::Help() {
  const auto share =
      std::ranges::find_if(shares, [](const Share& each) { return !each.is_worked_at && !each.waiting.empty(); });
  if (share == shares.end()) return false;
  WorkAt(*share);
  return true;
}

// Until nothing waits: what is added meanwhile needs nobody else.
void Replay::Work::WorkAt(Share& share) {
  share.is_worked_at = true;
  while (!share.waiting.empty()) {
    const Chunk chunk = std::move(share.waiting.front());
    share.waiting.pop_front();
    mutex_.Unlock();
    Apply(chunk, share);
    mutex_.Lock();
    waiting_bytes_ -= chunk.bytes.size();
    changed_.NotifyAll();
  }
  share.is_worked_at = false;
  changed_.NotifyAll();
}

bool Replay::Work::IsWorkedAt() const {
  return std::ranges::any_of(shares, [](const Share& share) { return share.is_worked_at; });
}

void Replay::Work::Apply(const Chunk& chunk, Share& share) const {
  for (const Body& body : chunk.bodies) {
    if (!share.status.ok()) return;
    share.status = ApplyBody(chunk, body, *share.replayed.generation);
    if (share.status.ok()) continue;
    share.status = share.status.WithContext("log file " + std::to_string(body.log.value()) + " record body at offset " +
                                            std::to_string(body.offset));
  }
}

Status Replay::Work::ApplyBody(const Chunk& chunk, const Body& body, Generation& generation) const {
  Sequence sequence = body.first;
  OperationReader operations(Bytes(chunk.bytes.data() + body.begin, body.size));
  for (;;) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<Operation> next, operations.Next());
    if (!next) return Status::Ok();
    const CollectionId collection = next->collection;
    if (state_.collections.contains(collection)) {
      // No address: what was replayed is always moved into trees (I15).
      generation.FindOrCreate(collection)
          .Add(sequence, {.type = next->type, .key = next->key, .value = next->value, .address = {}});
    } else if (collection >= state_.next_collection) {
      return Status::Corruption("an operation names collection " + std::to_string(collection.value()) +
                                ", which was never created");
    }  // Else it was dropped since.
    sequence = sequence.Plus(1);
  }
}

}  // namespace logwood
