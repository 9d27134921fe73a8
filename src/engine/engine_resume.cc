#include <memory>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "engine/engine.h"
#include "engine/option_limits.h"

namespace logwood {
namespace {

// Files that tries to resume may make in vain before one of them has to write to the manifest of a full store: for a
// week.
constexpr uint64_t kNumbersForTries = uint64_t{1} << 17;

}  // namespace

Status Engine::Resume() {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  if (OnlyReads(options_.mode)) return Status::ReadOnly("the database was opened for reading only");
  return pipeline_->RunExclusively([this] { return ResumeExclusively(); });
}

// In the queue: what failed has been told, and nobody writes meanwhile. Memory holds all that readers see, and nothing
// else: a group that failed was not applied, and neither was a change that the manifest may hold or not. (1) If there
// is one, a manifest without it takes the place of that; (2) all that is in memory goes into trees, whose record says
// that no log of before is needed, so that what such a log may hold beyond counts no more; (3) a new epoch, since
// sequences of the old one stand in that log; (4) a new log; (5) writers and jobs may go on. Where the store was full
// what was reserved is given up for (1) and (2), and before (3) as much has to be there again: so a try that comes too
// early writes no more to the manifest than that.
Status Engine::ResumeExclusively() {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  const Status cause = errors_.status();
  if (cause.ok()) return Status::Ok();
  log_preparer_->Stop();
  log_settler_.Stop();
  next_log_wanted_ = false;
  background_->WaitForJobs();
  const bool was_full = cause.code() == StatusCode::kNoSpace;
  const bool gave_up = was_full && reserve_.GiveUp();
  LOGWOOD_RETURN_IF_ERROR(root_.ReplaceFailedManifest().WithContext("resume"));
  if (gave_up) {
    LOGWOOD_RETURN_IF_ERROR(root_.ReserveFileNumbers(kNumbersForTries).WithContext("resume"));
  }
  LOGWOOD_RETURN_IF_ERROR(FlushAllAfterFailure().WithContext("resume"));
  if (was_full) {
    background_->MergeInFullStore();
    LOGWOOD_RETURN_IF_ERROR(reserve_.Fill().WithContext("resume"));
  }
  LOGWOOD_ASSIGN_OR_RETURN(const FileNumber number, root_.NewFileNumber());
  LOGWOOD_RETURN_IF_ERROR(root_.AdvanceEpoch({}).WithContext("resume"));
  ++epoch_;
  head_->last = Sequence::Of(epoch_, 0);
  log_settler_.Reset();
  if (head_->log) head_->log.emplace(parts_.store, log_settler_, root_.database(), std::nullopt, head_->last);
  if (const Status begun = BeginLogFile({.number = number, .file = nullptr}); !begun.ok()) {
    head_->log_file = FileNumber();  // There is none that another try would have to give up.
    return begun.WithContext("resume");
  }
  pipeline_->Resume();
  errors_.Clear();
  background_->StartMerging();
  return Status::Ok();
}

// The active generation goes as well, with its logs, and an empty one takes its place.
Status Engine::FlushAllAfterFailure() {
  if (IsInTreesAlone()) return Status::Ok();  // By an earlier try.
  LOGWOOD_ASSIGN_OR_RETURN(const FileNumber next_log, root_.NewFileNumber());
  SealedGeneration last{.generation = head_->active, .logs = finished_logs_, .next_log = next_log};
  if (head_->log && head_->log_file != FileNumber()) last.logs.push_back(head_->log->current());
  const Status flushed = background_->FlushAfterFailure(std::move(last));
  files_.RemoveRetired();  // Logs, or what was written in vain: in a full store they are in the way.
  LOGWOOD_RETURN_IF_ERROR(flushed);
  finished_logs_.clear();
  head_->log_file = FileNumber();
  head_->active = std::make_shared<Generation>(arena_pool_);
  head_->active->set_last(head_->last);
  states_.Update([this](ReadState& read) { read.generations = {head_->active}; });
  return Status::Ok();
}

bool Engine::IsInTreesAlone() const {
  const bool has_log = head_->log && head_->log_file != FileNumber();
  return !has_log && finished_logs_.empty() && head_->active->collections().empty() &&
         background_->sealed_waiting() == 0;
}

void Engine::TryToResumeLater(std::chrono::nanoseconds delay) {
  if (!resumes_later_.exchange(true, std::memory_order_relaxed)) resume_again_->StartAfter(delay);
}

// By a job, which must wait for no other: not for a leader who may wait for one, and not for those that Resume() ends.
void Engine::ResumeOnceThereIsSpace() {
  resumes_later_.store(false, std::memory_order_relaxed);
  if (!is_started_.load(std::memory_order_acquire)) return TryToResumeLater(JobFailures::kDelayMin);
  Status status = errors_.status();
  if (status.code() != StatusCode::kNoSpace) return resume_failures_.Clear();
  const Status ran = pipeline_->RunIfIdle([&] {
    const bool waits = background_->is_at_work() || !log_preparer_->is_idle() || !log_settler_.is_idle();
    return waits ? status : ResumeExclusively();
  });
  if (ran.code() == StatusCode::kClosed) return;
  if (!errors_.status().ok()) TryToResumeLater(resume_failures_.Add(status));
}

// Where the store is full, too: it makes room.
Status Engine::CheckMayDrop() const {
  const Status status = CheckWritable();
  return status.code() == StatusCode::kNoSpace ? Status::Ok() : status;
}

}  // namespace logwood
