#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "logwood/result.h"
#include "tools/command_line/shell/command_parser.h"
#include "tools/command_line/shell/line_source.h"
#include "tools/command_line/shell/session.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {

// Who gives the commands, and what comes of an error.
enum class Manner : uint8_t {
  kTerminal = 0,         // Somebody, who sees prompts: errors are told, and it goes on.
  kScript = 1,           // The first error ends it.
  kScriptKeepGoing = 2,  // Commands that fail are told, and it goes on; a line that is no command ends it: what
                         // follows may be the rest of a value, and must not be run.
};

// Reads commands, runs them and shows what comes of it, until there are no more. Confined to one thread.
class Shell {
 public:
  // Both must outlive the shell.
  Shell(Session& session, LineSource& lines, Manner manner) : session_(session), lines_(lines), manner_(manner) {}

  // The answer of a script is no where that of any command was; that of somebody at a terminal is always yes.
  // Errors: the first that ended it, or that commands failed: how many.
  [[nodiscard]] Result<Answer> Run();

 private:
  using Progress = CommandParser::Progress;

  [[nodiscard]] bool is_script() const noexcept { return manner_ != Manner::kTerminal; }
  [[nodiscard]] std::string PromptText() const;
  Status TakeLine(const std::string& text);
  Status Execute(const std::vector<std::string>& words);
  void Remember();
  void NamePlace();
  Status Fail(const Status& status);
  [[nodiscard]] Status CheckEnd() const;

  Session& session_;
  LineSource& lines_;
  Manner manner_;
  CommandParser parser_;
  std::string text_;         // Of the command being read, all its lines.
  size_t line_ = 0;          // Lines read.
  size_t command_line_ = 0;  // The one in which the command begins, from 1.
  size_t failed_ = 0;        // Commands.
  Answer answer_ = Answer::kYes;
};

}  // namespace logwood::command_line
