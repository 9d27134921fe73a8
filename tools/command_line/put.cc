#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/done_object.h"
#include "tools/command_line/form.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::string collection;
  std::string key;
  std::string value;
  bool create = false;
  bool no_sync = false;
  Form form;
};

bool IsSpace(char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; }

Result<std::string> ReadValue(const Arguments& arguments) {
  if (arguments.value != "-") return arguments.form.Read(arguments.value, "VALUE");
  if (!arguments.form.hex) return Terminal::ReadAll(kValueSizeMax, "VALUE");
  // Room for a line end behind every byte.
  LOGWOOD_ASSIGN_OR_RETURN(std::string digits, Terminal::ReadAll(kValueSizeMax * 4, "VALUE in hexadecimal"));
  std::erase_if(digits, IsSpace);
  return arguments.form.Read(digits, "VALUE");
}

void TellAsJson(const Arguments& arguments, Bytes key, Terminal& terminal) {
  JsonObject object = ObjectOf({"put", arguments.path, arguments.collection});
  object.Add("key", key);
  terminal.WriteLine(object.ToString());
}

Result<Answer> Put(const Arguments& arguments, Terminal& terminal) {
  if (arguments.create) LOGWOOD_RETURN_IF_ERROR(CheckCollectionName(arguments.collection));
  // All input first: nobody else waits for the database while this one waits for a person.
  LOGWOOD_ASSIGN_OR_RETURN(const std::string key, arguments.form.ReadKey(arguments.key));
  LOGWOOD_ASSIGN_OR_RETURN(const std::string value, ReadValue(arguments));
  LOGWOOD_ASSIGN_OR_RETURN(Database database,
                           arguments.create ? OpenOrCreateDatabase(arguments.path) : OpenToWrite(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(Collection collection, arguments.create
                                                      ? database.OpenOrCreate(arguments.collection)
                                                      : OpenCollection(database, arguments.path, arguments.collection));
  LOGWOOD_RETURN_IF_ERROR(collection.Put(key, value, {.sync = arguments.no_sync ? Sync::kNo : Sync::kYes}));
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  if (arguments.form.json) TellAsJson(arguments, key, terminal);
  return Answer::kYes;
}

}  // namespace

void AddPut(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("put", "Write one entry");
  verb.footer("A KEY or VALUE that begins with - stands behind --, as in: logwood put DB COLLECTION -- -key -value");
  AddCollectionTo(verb, arguments->path, arguments->collection);
  verb.add_option("KEY", arguments->key, "up to 65536 bytes")->required();
  verb.add_option("VALUE", arguments->value, "up to 16777216 bytes; - reads it from standard input")->required();
  verb.add_flag("--create", arguments->create, "make database and collection where they are not there");
  verb.add_flag("--no-sync", arguments->no_sync,
                "do not wait for the device: the entry survives the end of this process, perhaps not a loss of power");
  arguments->form.AddTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Put(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
