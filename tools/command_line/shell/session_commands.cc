#include <algorithm>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "tools/command_line/shell/command_parser.h"
#include "tools/command_line/shell/commands.h"

namespace logwood::command_line {
namespace {

Status NotOneOf(const std::string& word, std::string_view words) {
  return Status::InvalidArgument(QuoteWord(word) + " is none of: " + std::string(words));
}

Result<Answer> BeginBatch(Session& session) {
  if (session.batch) {
    return Status::InvalidArgument("a batch of " + std::to_string(session.batch->count()) +
                                   " writes is begun already: batch commit, or batch abort");
  }
  session.batch.emplace();
  return Answer::kYes;
}

Result<Answer> CommitBatch(Session& session) {
  // A batch that failed is not tried again: part of the answer to "was it written" is what the error says.
  Batch batch = *std::exchange(session.batch, std::nullopt);
  LOGWOOD_RETURN_IF_ERROR(session.database.Commit(batch, {.sync = session.sync}));
  session.TellDone("batch commit");
  return Answer::kYes;
}

size_t WidestUsage() {
  size_t widest = 0;
  for (const Command& command : Commands()) widest = std::max(widest, UsageOf(command).size());
  return widest;
}

void ListCommands(Terminal& terminal) {
  const size_t width = WidestUsage() + 2;
  for (const Command& command : Commands()) {
    std::string line = UsageOf(command);
    line.resize(width, ' ');
    terminal.WriteLine(line + std::string(command.summary));
  }
  terminal.WriteLine(
      "\n"
      "Words with blanks stand in \"double quotes\", with the escapes \\n \\t \\\" \\\\ \\xHH, or in 'single quotes' "
      "as they are.\n"
      "An open quote goes on in the next line. <<END as the last word takes the lines up to one that is END.\n"
      "A line that begins with # is a comment. help COMMAND says more about one.");
}

}  // namespace

Result<Answer> ControlBatch(Session& session, const CommandArguments& arguments) {
  const std::string& what = arguments[0];
  if (what == "begin") return BeginBatch(session);
  if (what != "commit" && what != "abort") return NotOneOf(what, "begin, commit, abort");
  if (!session.batch) return Status::InvalidArgument("no batch is begun: batch begin");
  if (what == "commit") return CommitBatch(session);
  session.batch.reset();
  return Answer::kYes;
}

Result<Answer> ControlView(Session& session, const CommandArguments& arguments) {
  const std::string& what = arguments[0];
  if (what == "take") {
    LOGWOOD_ASSIGN_OR_RETURN(session.view, session.database.NewView());
    return Answer::kYes;
  }
  if (what != "drop") return NotOneOf(what, "take, drop");
  if (!session.view) return Status::InvalidArgument("no view is taken: view take");
  session.view.reset();
  return Answer::kYes;
}

Result<Answer> Set(Session& session, const CommandArguments& arguments) {
  const std::string& what = arguments[0];
  const std::string& value = arguments[1];
  if (value != "on" && value != "off") return NotOneOf(value, "on, off");
  const bool is_on = value == "on";
  if (what == "hex") {
    session.form.hex = is_on;
  } else if (what == "json") {
    session.form.json = is_on;
  } else if (what == "sync") {
    session.sync = is_on ? Sync::kYes : Sync::kNo;
  } else {
    return NotOneOf(what, "hex, json, sync");
  }
  return Answer::kYes;
}

Result<Answer> Help(Session& session, const CommandArguments& arguments) {
  if (arguments.empty()) {
    ListCommands(session.terminal);
    return Answer::kYes;
  }
  const Command* const command = FindCommand(arguments[0]);
  if (command == nullptr) {
    return Status::InvalidArgument("there is no command " + QuoteWord(arguments[0]) + "; all there are: help");
  }
  session.terminal.WriteLine(UsageOf(*command) + "\n  " + std::string(command->summary));
  if (!command->details.empty()) session.terminal.WriteLine(command->details);
  return Answer::kYes;
}

Result<Answer> Quit(Session& session, const CommandArguments&) {
  session.has_quit = true;
  return Answer::kYes;
}

}  // namespace logwood::command_line
