#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

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
  std::vector<std::string> collections;  // None: all.
  Form form;
};

// All are found before the first is merged: a wrong name costs nobody an hour.
Result<std::vector<Collection>> OpenAll(const Database& database, const Arguments& arguments) {
  std::vector<std::string> names = arguments.collections;
  if (names.empty()) {
    LOGWOOD_ASSIGN_OR_RETURN(names, database.Collections());
  }
  std::vector<Collection> collections;
  for (const std::string& name : names) {
    LOGWOOD_ASSIGN_OR_RETURN(Collection collection, OpenCollection(database, arguments.path, name));
    collections.push_back(std::move(collection));
  }
  return collections;
}

void Tell(const Arguments& arguments, const std::string& collection, Terminal& terminal) {
  if (arguments.form.json) {
    terminal.WriteLine(ObjectOf({"compact", arguments.path, collection}).ToString());
  } else {
    terminal.WriteLine("Compacted collection " + Escape(collection) + " of " + Escape(arguments.path) + ".");
  }
}

Result<Answer> Compact(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(Database database, OpenToWrite(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<Collection> collections, OpenAll(database, arguments));
  for (const Collection& collection : collections) {
    LOGWOOD_RETURN_IF_ERROR(database.Compact(collection));
    Tell(arguments, collection.name(), terminal);
  }
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  return Answer::kYes;
}

}  // namespace

void AddCompact(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("compact", "Merge collections down to one tree each");
  verb.footer("Fewest reads, least space: writes anew all that the collections hold. Without COLLECTION: all of them.");
  AddDatabaseTo(verb, arguments->path);
  verb.add_option("COLLECTION", arguments->collections, "names of collections");
  arguments->form.AddJsonTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Compact(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
