#include "tools/command_line/shell/shell.h"

#include "base/status_macros.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/shell/command_table.h"
#include "tools/command_line/shell/interrupt.h"

namespace logwood::command_line {
namespace {

constexpr const char* kPromptForMore = "... ";

// What to do next after an error of a command, where its message cannot say.
std::string AdviceOn(const Status& status, const std::string& command) {
  if (status.code() == StatusCode::kCorruption) return "\nStored bytes are damaged. All damage there is: verify";
  const Command* const row = FindCommand(command);
  const bool is_write = command == "batch" || (row != nullptr && row->writes);
  const bool store_failed = status.code() == StatusCode::kIo || status.code() == StatusCode::kNoSpace;
  if (!is_write || !store_failed) return {};
  return std::string(status.outcome() == Outcome::kUnknown ? "\nWhether it was written is not known." : "") +
         "\nReads go on, and show what was written before. Writes go on once the cause is gone and the database is "
         "opened again: quit";
}

}  // namespace

Result<Answer> Shell::Run() {
  while (!session_.has_quit) {
    // Why: the end of the program asks for errors of standard output. Writes are made whether or not anybody reads on.
    session_.terminal.Flush().IgnoreError();
    session_.is_inside_command = !parser_.missing().empty();
    LOGWOOD_ASSIGN_OR_RETURN(const InputLine line, lines_.Read(PromptText()));
    if (line.event == InputLine::Event::kEnd) break;
    if (line.event == InputLine::Event::kInterrupted) {
      parser_.Clear();
      text_.clear();
    } else {
      LOGWOOD_RETURN_IF_ERROR(TakeLine(line.text));
    }
  }
  const Status end = CheckEnd();
  if (!end.ok()) LOGWOOD_RETURN_IF_ERROR(Fail(end));
  if (!is_script()) return Answer::kYes;
  if (failed_ == 0) return answer_;
  return Status::InvalidArgument(std::to_string(failed_) + (failed_ == 1 ? " command" : " commands") + " failed");
}

std::string Shell::PromptText() const {
  if (is_script()) return {};
  if (!parser_.missing().empty()) return kPromptForMore;
  std::string state;
  if (session_.batch) state += " batch:" + std::to_string(session_.batch->count());
  if (session_.view) state += " view";
  return (session_.collection ? Escape(session_.collection->name()) : "logwood") + state + "> ";
}

// Returns an error only where the shell is to end.
Status Shell::TakeLine(const std::string& text) {
  ++line_;
  if (text_.empty() && parser_.missing().empty()) command_line_ = line_;
  if (!is_script()) text_ += (parser_.missing().empty() ? "" : "\n") + text;
  const Result<Progress> progress = parser_.AddLine(text);
  if (!progress.ok()) {
    const Status failed =
        is_script() ? progress.status().WithContext("line " + std::to_string(line_)) : Fail(progress.status());
    Remember();
    return failed;
  }
  if (*progress == Progress::kOpen) return Status::Ok();
  Remember();
  const std::vector<std::string> words = parser_.TakeWords();
  return words.empty() ? Status::Ok() : Execute(words);
}

Status Shell::Execute(const std::vector<std::string>& words) {
  NamePlace();
  const Result<Answer> answer = RunCommand(session_, words);
  Interrupt::Clear();  // Meant for the command, whether or not that looked at it.
  if (!answer.ok()) {
    const Status& status = answer.status();
    return Fail(Status(status.code(), std::string(status.message()) + AdviceOn(status, words[0]), status.outcome()));
  }
  if (*answer == Answer::kNo) answer_ = Answer::kNo;
  return Status::Ok();
}

void Shell::Remember() {
  if (text_.empty()) return;
  const Status kept = lines_.Remember(text_);
  text_.clear();
  if (!kept.ok()) session_.terminal.Complain("History is not kept: " + std::string(kept.message()));
}

void Shell::NamePlace() {
  if (is_script()) session_.place = "logwood shell: line " + std::to_string(command_line_) + ": ";
}

// Tells an error, or returns it where it is to end the shell.
Status Shell::Fail(const Status& status) {
  ++failed_;
  if (manner_ == Manner::kScript) return status.WithContext("line " + std::to_string(command_line_));
  NamePlace();
  session_.Complain(std::string(status.message()));
  return Status::Ok();
}

Status Shell::CheckEnd() const {
  const std::string missing = parser_.missing();
  if (!missing.empty()) return Status::InvalidArgument("the input ended before " + missing);
  if (!session_.batch || session_.batch->count() == 0) return Status::Ok();
  return Status::InvalidArgument("the batch of " + std::to_string(session_.batch->count()) +
                                 " writes was not committed: nothing of it is written");
}

}  // namespace logwood::command_line
