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
  std::string collection;
  Form form;
};

Result<Answer> Drop(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(Database database, OpenToWrite(arguments.path));
  // Opened for the sake of its error, which names others that may have been meant.
  LOGWOOD_RETURN_IF_ERROR(OpenCollection(database, arguments.path, arguments.collection).status());
  LOGWOOD_RETURN_IF_ERROR(database.DropCollection(arguments.collection).WithContext(arguments.path));
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  if (arguments.form.json) {
    terminal.WriteLine(ObjectOf({"drop", arguments.path, arguments.collection}).ToString());
  } else {
    terminal.WriteLine("Dropped collection " + Escape(arguments.collection) + " of " + Escape(arguments.path) + ".");
  }
  return Answer::kYes;
}

}  // namespace

void AddDrop(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("drop", "Remove a collection with all its entries");
  verb.footer("There is no way back. A collection that is not there is an error.");
  AddCollectionTo(verb, arguments->path, arguments->collection);
  arguments->form.AddJsonTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Drop(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
