#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/result.h"
#include "tools/command_line/shell/session.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {

using CommandArguments = std::vector<std::string>;

// One row of the table of all commands. Dispatch, help and completion read nothing else.
struct Command {
  std::string_view name;
  // What stands behind the name, as help shows it. A word in capitals is any word; with COLLECTION and COMMAND
  // completion knows which. Words in small letters stand for themselves, and | is between those that exclude one
  // another. What is in brackets may be left out.
  std::string_view arguments;
  std::string_view summary;  // A few words.
  std::string_view details;  // Lines that `help COMMAND` adds; may be empty.
  bool writes = false;       // To the database.
  // Called with as many arguments as `arguments` allows.
  Result<Answer> (*run)(Session& session, const CommandArguments& arguments);
};

// In the order in which help lists them.
[[nodiscard]] std::span<const Command> Commands();
// Null where there is none of that name.
[[nodiscard]] const Command* FindCommand(std::string_view name);

// How many arguments a command takes, both ends included.
struct ArgumentCount {
  size_t min = 0;
  size_t max = 0;
};
[[nodiscard]] ArgumentCount CountOf(const Command& command);

// "put KEY VALUE".
[[nodiscard]] std::string UsageOf(const Command& command);

// Runs the command that `words` are. Errors: kInvalidArgument (no such command, too few or too many arguments), and
// what the command returns. Requires: !words.empty().
[[nodiscard]] Result<Answer> RunCommand(Session& session, const std::vector<std::string>& words);

}  // namespace logwood::command_line
