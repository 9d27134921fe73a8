#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "engine/engine.h"
#include "engine/option_limits.h"

namespace logwood {
namespace {

// Memtables that the active one may take as much as while sealed ones wait for their flush: only here, or where the
// budget has no room for it, do writers wait for as long as that takes.
constexpr uint64_t kActiveMemtablesMax = 4;

// Tombstones in the active memtables, and steps of cursors over tombstones, at which the memtables are flushed: merges
// drop tombstones of trees, and nothing those of a memtable that is not full. A step costs some 0.1 us.
constexpr uint64_t kTombstonesPassedMax = 4096;

bool HoldsCursorsUp(const Generation& generation) {
  return generation.tombstones_passed().load(std::memory_order_relaxed) >= kTombstonesPassedMax &&
         generation.tombstone_count() >= kTombstonesPassedMax;
}

}  // namespace

Status Engine::MakeRoom(uint64_t operations) {
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  background_->OnWrite();
  MakeRoomInMemory();
  Status status;
  if (head_->last.counter() + operations > parts_.sequences_per_epoch) status = AdvanceEpoch();
  if (status.ok() && GenerationIsFull()) {
    status = SealInTime();
  } else if (status.ok()) {
    status = SealForCursors();
    if (status.ok()) Pace();
  }
  if (status.ok() && head_->log && head_->log->size() >= options_.log_file_size_bytes) status = BeginNextLog();
  errors_.Keep(status);  // A log that could not be begun is an end of writing like any other.
  if (status.ok()) PrepareNextLog();
  return status;
}

// Has the next log made ready once this one, or its generation, is half full. A small database never needs it.
void Engine::PrepareNextLog() {
  if (!head_->log || next_log_wanted_) return;
  if (head_->log->size() < options_.log_file_size_bytes / 2 && head_->active->bytes() < memtable_size_bytes_ / 2)
    return;
  next_log_wanted_ = true;
  log_preparer_->Start();
}

// Blocks, indexes and filters make room for what memtables have taken since.
void Engine::MakeRoomInMemory() {
  const uint64_t bytes = budget_->bytes(MemoryUse::kMemtables);
  if (std::exchange(memtable_bytes_seen_, bytes) != bytes) cache_.MakeRoom();
}

// Delays the group as the work in the background demands. Without a log memory tells what was written; it is taken
// piece by piece, which comes to the same.
void Engine::Pace() {
  const uint64_t size = head_->log ? head_->log->size() : head_->active->bytes();
  const uint64_t before = std::exchange(paced_log_, head_->log_file) == head_->log_file ? paced_log_size_ : 0;
  paced_log_size_ = size;
  pacer_.Admit(size - std::min(size, before), head_->active->bytes());
}

// Seals once memory is there for a next generation, or goes on with this one where that takes too long for one write
// and the budget has room for it.
Status Engine::SealInTime() {
  const bool must_wait = finished_logs_.size() + 1 >= kLogFilesMax ||
                         head_->active->bytes() / kActiveMemtablesMax >= memtable_size_bytes_ ||
                         budget_->bytes(MemoryUse::kMemtables) >= MemtablesBytesMaxOf(options_);
  const std::chrono::nanoseconds begun = parts_.runtime.Now();
  bool has_room = true;
  if (must_wait) {
    LOGWOOD_RETURN_IF_ERROR(background_->WaitForSealedBelow(kSealedGenerationsMax));
  } else {
    LOGWOOD_ASSIGN_OR_RETURN(has_room, background_->WaitForSealedBelow(kSealedGenerationsMax, Pacer::kDelayMax));
  }
  const std::chrono::nanoseconds waited = parts_.runtime.Now() - begun;
  if (waited >= Pacer::kDelayMin) pacer_.CountWaitForFlush(waited);
  return has_room ? Seal() : Status::Ok();
}

void Engine::OnCursorEnded() {
  const ReadView now = states_.View();
  if (now.state->generations.empty() || !HoldsCursorsUp(*now.state->generations.front())) return;
  if (!CheckWritable().ok() || !background_->BeginJob().ok()) return;
  parts_.runtime.Execute([this] {
    // Whoever is in the queue seals as well, or the next cursor asks again.
    errors_.Keep(pipeline_->RunIfIdle([this] { return CheckWritable().ok() ? SealForCursors() : Status::Ok(); }));
    background_->EndJob();
  });
}

// Not where that would have to wait for a flush.
Status Engine::SealForCursors() {
  if (!HoldsCursorsUp(*head_->active)) return Status::Ok();
  LOGWOOD_ASSIGN_OR_RETURN(const bool has_room,
                           background_->WaitForSealedBelow(kSealedGenerationsMax, std::chrono::nanoseconds(0)));
  return has_room ? Seal() : Status::Ok();
}

bool Engine::GenerationIsFull() const {
  return head_->active->bytes() >= memtable_size_bytes_ || finished_logs_.size() + 1 >= kLogFilesMax;
}

// The active generation takes no more: a next log begins, and with it a next generation. All of it is published,
// since only the leader seals, and between groups (I13).
Status Engine::Seal() {
  if (head_->active->collections().empty()) return Status::Ok();
  LOGWOOD_RETURN_IF_ERROR(BeginNextLog());
  SealedGeneration sealed{.generation = head_->active,
                          .logs = std::exchange(finished_logs_, {}),
                          .next_log = head_->log_file,
                          .log_settler = head_->log ? &log_settler_ : nullptr};
  head_->active = std::make_shared<Generation>(arena_pool_);
  head_->active->set_last(head_->last);
  states_.Update([this](ReadState& read) { read.generations.insert(read.generations.begin(), head_->active); });
  background_->AddSealed(std::move(sealed));
  return Status::Ok();
}

// By a job, which must not wait for a leader that itself waits for a job: whoever is in the queue is no rest, anyway.
void Engine::SealAtRest(const RestWork& work) {
  errors_.Keep(pipeline_->RunIfIdle([&] {
    if (!CheckWritable().ok()) return Status::Ok();
    const uint64_t bytes = head_->active->bytes();
    const bool is_much = work.memtable_share > 0 && bytes >= memtable_size_bytes_ / work.memtable_share;
    return (is_much || work.any_memtable) && background_->sealed_waiting() == 0 ? Seal() : Status::Ok();
  }));
}

Status Engine::BeginNextLog() {
  LogPreparer::PreparedFile next;
  if (std::exchange(next_log_wanted_, false)) next = log_preparer_->Take();
  if (next.file == nullptr) {
    LOGWOOD_ASSIGN_OR_RETURN(next.number, root_.NewFileNumber());
  }
  return BeginLogFile(std::move(next));
}

// Without a log the number alone: it parts the logs that are in trees once a generation is flushed from those that
// later processes write.
Status Engine::BeginLogFile(LogPreparer::PreparedFile next) {
  const FileNumber before = std::exchange(head_->log_file, next.number);
  if (!head_->log) return Status::Ok();
  std::optional<LogEnd> finished;
  if (before != FileNumber()) finished = head_->log->current();
  const Status begun = head_->log->Begin({.number = next.number,
                                          .id = FileId(parts_.runtime.Random()),
                                          .epoch = epoch_,
                                          .size_expected = options_.log_file_size_bytes,
                                          .file = std::move(next.file)});
  if (!begun.ok()) files_.Discard(next.number, FileType::kLog);  // Nothing was written to it.
  LOGWOOD_RETURN_IF_ERROR(begun);
  log_headers_bytes_.Add(head_->log->size());
  if (finished) finished_logs_.push_back(*finished);
  return Status::Ok();
}

// The counter of this epoch runs out: what this process has written so far becomes what an earlier one left behind.
Status Engine::AdvanceEpoch() {
  LOGWOOD_RETURN_IF_ERROR(background_->WaitForSealedBelow(1));
  std::vector<LogEnd> ends = finished_logs_;
  if (head_->log) {
    LOGWOOD_RETURN_IF_ERROR(head_->log->Sync());
    ends.push_back(head_->log->current());
  }
  LOGWOOD_RETURN_IF_ERROR(root_.AdvanceEpoch(std::move(ends)));
  ++epoch_;
  head_->last = Sequence::Of(epoch_, 0);
  return BeginNextLog();
}

}  // namespace logwood
