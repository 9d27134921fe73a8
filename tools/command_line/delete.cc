#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
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
  bool must_exist = false;
  bool no_sync = false;
  Form form;
};

void Tell(const Arguments& arguments, Bytes key, Answer answer, Terminal& terminal) {
  if (arguments.form.json) {
    const std::optional<std::string> done = answer == Answer::kYes ? std::optional("delete") : std::nullopt;
    JsonObject object = ObjectOf({done, arguments.path, arguments.collection});
    object.Add("key", key);
    terminal.WriteLine(object.ToString());
  } else if (answer == Answer::kNo) {
    terminal.Complain("logwood delete: collection " + ShellWord(arguments.collection) + " has no key " +
                      ShellWord(arguments.key));
  }
}

Result<Answer> Delete(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::string key, arguments.form.ReadKey(arguments.key));
  LOGWOOD_ASSIGN_OR_RETURN(Database database, OpenToWrite(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(Collection collection, OpenCollection(database, arguments.path, arguments.collection));
  Answer answer = Answer::kYes;
  if (arguments.must_exist) {
    // Nobody else writes meanwhile: what is found now is what is deleted.
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<PinnedValue> value, collection.Get(key));
    if (!value) answer = Answer::kNo;
  }
  if (answer == Answer::kYes) {
    LOGWOOD_RETURN_IF_ERROR(collection.Delete(key, {.sync = arguments.no_sync ? Sync::kNo : Sync::kYes}));
  }
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  Tell(arguments, key, answer, terminal);
  return answer;
}

}  // namespace

void AddDelete(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("delete", "Delete one entry");
  verb.footer("A key that is absent before is absent after: that is done, too, unless --must-exist is given.");
  AddCollectionTo(verb, arguments->path, arguments->collection);
  verb.add_option("KEY", arguments->key, "one that begins with - stands behind --")->required();
  verb.add_flag("--must-exist", arguments->must_exist, "look first, and exit with 1 where the key is absent");
  verb.add_flag("--no-sync", arguments->no_sync,
                "do not wait for the device: the delete survives the end of this process, perhaps not a loss of power");
  arguments->form.AddTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Delete(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
