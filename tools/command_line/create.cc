#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/done_object.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/form.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::string collection;
  CollectionOptions options;
  Form form;
};

// `collection`: nullopt where a database alone was made.
void Tell(const Arguments& arguments, const std::optional<std::string>& collection, Terminal& terminal) {
  if (arguments.form.json) {
    terminal.WriteLine(ObjectOf({"create", arguments.path, collection}).ToString());
  } else if (collection) {
    terminal.WriteLine("Created collection " + Escape(*collection) + " in " + Escape(arguments.path) + ".");
  } else {
    terminal.WriteLine("Created database " + Escape(arguments.path) + ".");
  }
}

Result<Answer> CreateDatabase(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(Database database, CreateDatabaseAt(arguments.path));
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  Tell(arguments, std::nullopt, terminal);
  return Answer::kYes;
}

Result<Answer> CreateCollection(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_RETURN_IF_ERROR(CheckCollectionName(arguments.collection));
  LOGWOOD_ASSIGN_OR_RETURN(Database database, OpenOrCreateDatabase(arguments.path));
  LOGWOOD_RETURN_IF_ERROR(
      database.CreateCollection(arguments.collection, arguments.options).status().WithContext(arguments.path));
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  Tell(arguments, arguments.collection, terminal);
  return Answer::kYes;
}

}  // namespace

void AddCreate(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("create", "Make a database, or a collection in one");
  verb.footer("With COLLECTION the database is made too where it is not there. What is there already is an error.");
  verb.add_option("DB", arguments->path, "directory; its parent must exist")->required();
  verb.add_option("COLLECTION", arguments->collection, "name of the collection, 1 to 255 bytes");
  verb.add_option("--block-size", arguments->options.block_size_bytes, "bytes a block aims at, 256 to 1048576")
      ->check(CLI::Range(256, 1 << 20))
      ->capture_default_str();
  arguments->form.AddJsonTo(verb);
  verb.callback([&chosen, &verb, arguments] {
    const bool names_collection = verb.count("COLLECTION") > 0;
    chosen = [arguments, names_collection](Terminal& terminal) {
      return names_collection ? CreateCollection(*arguments, terminal) : CreateDatabase(*arguments, terminal);
    };
  });
}

}  // namespace logwood::command_line
