#include "engine/replay.h"

#include <string>
#include <utility>

#include "base/status_macros.h"
#include "codec/batch_encoder.h"

namespace logwood {

Replay::Replay(Runtime& runtime, const ManifestState& state, const ReplayTuning& tuning,
               std::shared_ptr<ArenaPool> pool)
    : runtime_(runtime), state_(state), tuning_(tuning), pool_(std::move(pool)), mutex_(runtime), changed_(runtime) {
  BeginShare();
  shares_.back().replayed.generation->set_last(state.flushed);
}

Replay::~Replay() { WaitForJobs(); }

void Replay::BeginShare() {
  Share& share = shares_.emplace_back();
  share.replayed.generation = std::make_shared<Generation>(pool_);
  share_bytes_ = 0;
}

void Replay::Add(const LogCommit& commit) {
  if (share_bytes_ >= tuning_.generation_bytes) {
    HandOver();
    BeginShare();
  }
  ReplayedGeneration& replayed = shares_.back().replayed;
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
  Share& share = shares_.back();
  const MutexLock lock(mutex_);
  while (waiting_bytes_ > 0 && waiting_bytes_ + chunk.bytes.size() > tuning_.waiting_bytes_max) changed_.Wait(mutex_);
  waiting_bytes_ += chunk.bytes.size();
  share.waiting.push_back(std::move(chunk));
  if (share.has_job) return;
  share.has_job = true;
  ++jobs_;
  runtime_.Execute([this, &share] { Work(share); });
}

void Replay::Work(Share& share) {
  for (;;) {
    Chunk chunk;
    {
      const MutexLock lock(mutex_);
      if (share.waiting.empty()) {
        share.has_job = false;
        --jobs_;
        changed_.NotifyAll();  // Under the mutex: after the last job this object may be gone.
        return;
      }
      chunk = std::move(share.waiting.front());
      share.waiting.pop_front();
    }
    ApplyChunk(chunk, share);
    const MutexLock lock(mutex_);
    waiting_bytes_ -= chunk.bytes.size();
    changed_.NotifyAll();
  }
}

void Replay::WaitForJobs() {
  const MutexLock lock(mutex_);
  while (jobs_ > 0) changed_.Wait(mutex_);
}

Result<std::vector<ReplayedGeneration>> Replay::Finish() {
  WaitForJobs();
  ApplyChunk(chunk_, shares_.back());
  chunk_ = {};
  std::vector<ReplayedGeneration> generations;
  for (const Share& share : shares_) {
    LOGWOOD_RETURN_IF_ERROR(share.status);
    generations.push_back(share.replayed);
  }
  return generations;
}

void Replay::ApplyChunk(const Chunk& chunk, Share& share) const {
  for (const Body& body : chunk.bodies) {
    if (!share.status.ok()) return;
    share.status = ApplyBody(chunk, body, *share.replayed.generation);
    if (share.status.ok()) continue;
    share.status = share.status.WithContext("log file " + std::to_string(body.log.value()) + " record body at offset " +
                                            std::to_string(body.offset));
  }
}

Status Replay::ApplyBody(const Chunk& chunk, const Body& body, Generation& generation) const {
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
