#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/form.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/shell/completion.h"
#include "tools/command_line/shell/history_file.h"
#include "tools/command_line/shell/interrupt.h"
#include "tools/command_line/shell/script_lines.h"
#include "tools/command_line/shell/session.h"
#include "tools/command_line/shell/shell.h"
#include "tools/command_line/shell/terminal_lines.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::optional<std::string> collection;
  bool read_only = false;
  bool keep_going = false;
  Form form;
};

// Nullopt where no place for it is known or it cannot be kept, which is told.
std::optional<HistoryFile> OpenHistory(Terminal& terminal) {
  const std::optional<std::string> path = HistoryPath();
  if (!path) return std::nullopt;
  Result<HistoryFile> opened = HistoryFile::Open(*path);
  if (opened.ok()) return *std::move(opened);
  terminal.Complain("History is not kept: " + std::string(opened.status().message()));
  return std::nullopt;
}

std::optional<Completion> CompleteFor(const Session& session, std::string_view line) {
  if (session.is_inside_command) return std::nullopt;
  const Result<std::vector<std::string>> names = session.database.Collections();
  return Complete(line, names.ok() ? *names : std::vector<std::string>());
}

Result<Answer> RunAtTerminal(Session& session) {
  session.terminal.WriteLine("Database " + Escape(session.path) + ". For all commands: help. To end: quit, or Ctrl-D.");
  Interrupt interrupt;
  TerminalLines lines(interrupt, OpenHistory(session.terminal),
                      [&session](std::string_view line) { return CompleteFor(session, line); });
  return Shell(session, lines, Manner::kTerminal).Run();
}

Result<Answer> RunScript(Session& session, bool keep_going) {
  ScriptLines lines(STDIN_FILENO);
  return Shell(session, lines, keep_going ? Manner::kScriptKeepGoing : Manner::kScript).Run();
}

Result<Answer> RunShell(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(Database database,
                           arguments.read_only ? OpenToRead(arguments.path) : OpenToWrite(arguments.path));
  Session session(std::move(database), arguments.path, terminal);
  session.form = arguments.form;
  if (arguments.collection) {
    LOGWOOD_ASSIGN_OR_RETURN(session.collection,
                             OpenCollection(session.database, arguments.path, *arguments.collection));
  }
  const bool is_typed = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  Result<Answer> answer = is_typed ? RunAtTerminal(session) : RunScript(session, arguments.keep_going);
  const Status closed = session.database.Close();
  // Whoever waits for this process is told by what it was ended.
  if (const int signal = Interrupt::ending_signal(); signal != 0) std::raise(signal);
  if (closed.ok()) return answer;
  const Status told = closed.WithContext("when the database was closed");
  if (answer.ok()) return told;
  terminal.Complain("logwood shell: " + std::string(told.message()));  // What ended the shell comes behind it.
  return answer;
}

}  // namespace

void AddShell(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("shell", "Run commands, typed or from a script, on one open database");
  verb.footer(
      "The command help lists all commands. Where standard input and output are a terminal, lines are edited, TAB\n"
      "completes, and history is kept in $XDG_STATE_HOME/logwood/history (else ~/.local/state), but not of lines that\n"
      "begin with a blank. Otherwise there is no prompt, errors name the line, and the shell exits with 0 where all\n"
      "answers were yes, with 1 where one was no (a key is absent, damage was found), with 2 at the first error.");
  AddDatabaseTo(verb, arguments->path);
  verb.add_option("COLLECTION", arguments->collection, "name of the collection to begin in");
  verb.add_flag("--read-only", arguments->read_only, "open the database for reading only, beside other readers");
  verb.add_flag(
      "--keep-going", arguments->keep_going,
      "in a script, go on after a command that fails, though not after a line that is none; exits with 2 at the "
      "end all the same");
  arguments->form.AddTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return RunShell(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
