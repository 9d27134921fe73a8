#include <memory>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "engine/engine.h"
#include "engine/option_limits.h"

namespace logwood {

Status Engine::Resume() {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  if (OnlyReads(options_.mode)) return Status::ReadOnly("the database was opened for reading only");
  return pipeline_->RunExclusively([this] { return ResumeExclusively(); });
}

// In the queue: what failed has been told, and nobody writes meanwhile. Memory holds all that readers see, and nothing
// else: a group that failed was not applied. (1) All of it goes into trees, whose record says that no log of before is
// needed, so that what such a log may hold beyond counts no more; (2) a new epoch, since sequences of the old one stand
// in that log; (3) a new log; (4) writers and jobs may go on.
Status Engine::ResumeExclusively() {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  const Status cause = errors_.status();
  if (cause.ok()) return Status::Ok();
  if (const Status failure = root_.manifest_failure(); !failure.ok()) {
    return Status::Unsupported("resume: writing to the manifest has failed (" + failure.ToString() +
                               "), and only an open can tell what it holds: close the database and open it again");
  }
  log_preparer_->Stop();
  log_settler_.Stop();
  next_log_wanted_ = false;
  LOGWOOD_ASSIGN_OR_RETURN(const FileNumber number, root_.NewFileNumber());
  LOGWOOD_RETURN_IF_ERROR(FlushAllAfterFailure(number).WithContext("resume"));
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
Status Engine::FlushAllAfterFailure(FileNumber next_log) {
  SealedGeneration last{.generation = head_->active, .logs = finished_logs_, .next_log = next_log};
  if (head_->log && head_->log_file != FileNumber()) last.logs.push_back(head_->log->current());
  LOGWOOD_RETURN_IF_ERROR(background_->FlushAfterFailure(std::move(last)));
  finished_logs_.clear();
  head_->log_file = FileNumber();
  head_->active = std::make_shared<Generation>(arena_pool_);
  head_->active->set_last(head_->last);
  states_.Update([this](ReadState& read) { read.generations = {head_->active}; });
  return Status::Ok();
}

}  // namespace logwood
