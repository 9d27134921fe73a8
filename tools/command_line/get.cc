#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/form.h"
#include "tools/command_line/json_object.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::string collection;
  std::string key;
  bool raw = false;
  Form form;
};

void WriteValue(const Arguments& arguments, Bytes key, Bytes value, Terminal& terminal) {
  if (arguments.form.json) {
    JsonObject object;
    object.Add("key", key);
    object.Add("value", value);
    terminal.WriteLine(object.ToString());
    return;
  }
  if (arguments.form.hex) {
    terminal.Write(arguments.form.Show(value));
  } else {
    terminal.Write(value.string_view());
  }
  if (!arguments.raw) terminal.Write("\n");
}

void TellAbsence(const Arguments& arguments, Bytes key, Terminal& terminal) {
  if (arguments.form.json) {
    JsonObject object;
    object.Add("key", key);
    object.AddNull("value");
    terminal.WriteLine(object.ToString());
    return;
  }
  terminal.Complain("logwood get: collection " + ShellWord(arguments.collection) + " has no key " +
                    ShellWord(arguments.key));
}

Result<Answer> Get(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::string key, arguments.form.ReadKey(arguments.key));
  LOGWOOD_ASSIGN_OR_RETURN(const Database database, OpenToRead(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, OpenCollection(database, arguments.path, arguments.collection));
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<PinnedValue> value, collection.Get(key));
  if (!value) {
    TellAbsence(arguments, key, terminal);
    return Answer::kNo;
  }
  WriteValue(arguments, key, value->bytes(), terminal);
  return Answer::kYes;
}

}  // namespace

void AddGet(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("get", "Show the value of a key; exits with 1 where it is absent");
  verb.footer("The value is shown byte for byte, then a line end.");
  AddCollectionTo(verb, arguments->path, arguments->collection);
  verb.add_option("KEY", arguments->key, "one that begins with - stands behind --")->required();
  CLI::Option& raw = *verb.add_flag("--raw", arguments->raw, "without the line end: the value and nothing else");
  arguments->form.AddTo(verb);
  raw.excludes(verb.get_option("--json"));
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Get(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
