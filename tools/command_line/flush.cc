#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/done_object.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/form.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  Form form;
};

Result<Answer> Flush(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(Database database, OpenToWrite(arguments.path));
  LOGWOOD_RETURN_IF_ERROR(database.Flush());
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  if (arguments.form.json) {
    terminal.WriteLine(ObjectOf({"flush", arguments.path}).ToString());
  } else {
    terminal.WriteLine("Flushed " + Escape(arguments.path) + ": all entries are in trees.");
  }
  return Answer::kYes;
}

}  // namespace

void AddFlush(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("flush", "Bring all that the log holds into trees");
  verb.footer("The next open then has nothing to replay.");
  AddDatabaseTo(verb, arguments->path);
  arguments->form.AddJsonTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Flush(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
