#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/status_macros.h"
#include "logwood/batch.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/done_object.h"
#include "tools/command_line/form.h"
#include "tools/command_line/key_range.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::string collection;
  std::optional<std::string> key;  // None: all in the range.
  std::string from;
  std::optional<std::string> to;
  std::string prefix;
  bool has_range = false;
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
                      ShellWord(*arguments.key));
  }
}

// A range must be asked for: to leave out the key by mistake deletes nothing.
void CheckArguments(const Arguments& arguments) {
  if (arguments.key.has_value() == arguments.has_range) {
    throw CLI::ValidationError("either KEY or a range by --from, --to or --prefix is required");
  }
}

Result<Answer> DeleteRange(const Arguments& arguments, Terminal& terminal) {
  KeyBounds bounds;
  LOGWOOD_ASSIGN_OR_RETURN(bounds.from, arguments.form.Read(arguments.from, "--from"));
  LOGWOOD_ASSIGN_OR_RETURN(bounds.prefix, arguments.form.Read(arguments.prefix, "--prefix"));
  if (arguments.to) {
    LOGWOOD_ASSIGN_OR_RETURN(bounds.to, arguments.form.Read(*arguments.to, "--to"));
  }
  LOGWOOD_ASSIGN_OR_RETURN(Database database, OpenToWrite(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, OpenCollection(database, arguments.path, arguments.collection));
  Batch batch;
  RangeOf(bounds).DeleteFrom(collection, batch);
  LOGWOOD_RETURN_IF_ERROR(database.Commit(batch, {.sync = arguments.no_sync ? Sync::kNo : Sync::kYes}));
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  if (arguments.form.json) {
    terminal.WriteLine(ObjectOf({"delete", arguments.path, arguments.collection}).ToString());
  }
  return Answer::kYes;
}

Result<Answer> Delete(const Arguments& arguments, Terminal& terminal) {
  if (arguments.has_range) return DeleteRange(arguments, terminal);
  LOGWOOD_ASSIGN_OR_RETURN(const std::string key, arguments.form.ReadKey(*arguments.key));
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
  CLI::App& verb = *program.add_subcommand("delete", "Delete one entry, or all in a range");
  verb.footer(
      "A key that is absent before is absent after: that is done, too, unless --must-exist is given.\n"
      "Of --from, --to and --prefix all that are given hold. Deleting a range takes as long as deleting a key.");
  AddCollectionTo(verb, arguments->path, arguments->collection);
  verb.add_option("KEY", arguments->key, "one that begins with - stands behind --");
  const auto is_range = [arguments](const std::string&) { arguments->has_range = true; };
  verb.add_option("--from", arguments->from, "all keys at or above this one")->each(is_range);
  verb.add_option("--to", arguments->to, "all keys below this one")->each(is_range);
  verb.add_option("--prefix", arguments->prefix, "all keys that begin so")->each(is_range);
  verb.add_flag("--must-exist", arguments->must_exist, "look first, and exit with 1 where the key is absent")
      ->excludes(verb.get_option("--from"), verb.get_option("--to"), verb.get_option("--prefix"));
  verb.add_flag("--no-sync", arguments->no_sync,
                "do not wait for the device: the delete survives the end of this process, perhaps not a loss of power");
  arguments->form.AddTo(verb);
  verb.callback([&chosen, arguments] {
    CheckArguments(*arguments);
    chosen = [arguments](Terminal& terminal) { return Delete(*arguments, terminal); };
  });
}

}  // namespace logwood::command_line
