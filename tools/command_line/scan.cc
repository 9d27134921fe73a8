#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/form.h"
#include "tools/command_line/key_range.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::string collection;
  std::string from;
  std::optional<std::string> to;
  std::string prefix;
  uint64_t limit = std::numeric_limits<uint64_t>::max();
  bool reverse = false;
  Form form;
};

// What --from, --to and --prefix have in common.
Result<KeyRange> ReadRange(const Arguments& arguments) {
  KeyBounds bounds;
  LOGWOOD_ASSIGN_OR_RETURN(bounds.from, arguments.form.Read(arguments.from, "--from"));
  LOGWOOD_ASSIGN_OR_RETURN(bounds.prefix, arguments.form.Read(arguments.prefix, "--prefix"));
  if (arguments.to) {
    LOGWOOD_ASSIGN_OR_RETURN(bounds.to, arguments.form.Read(*arguments.to, "--to"));
  }
  return RangeOf(bounds);
}

Cursor ScanRange(const Collection& collection, const KeyRange& range) {
  if (!range.limit) return collection.ScanFrom(range.start);
  return collection.Scan(range.start, *range.limit);
}

Result<Answer> Scan(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const KeyRange range, ReadRange(arguments));
  LOGWOOD_ASSIGN_OR_RETURN(const Database database, OpenToRead(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, OpenCollection(database, arguments.path, arguments.collection));
  Cursor cursor = ScanRange(collection, range);
  if (arguments.reverse) cursor.Last();
  for (uint64_t count = 0; cursor.valid() && count < arguments.limit && terminal.is_read(); ++count) {
    terminal.WriteLine(arguments.form.ShowEntry(cursor.key(), cursor.value()));
    if (arguments.reverse) {
      cursor.Prev();
    } else {
      cursor.Next();
    }
  }
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  return Answer::kYes;
}

}  // namespace

void AddScan(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("scan", "Show entries in key order");
  verb.footer(
      "One entry a line, KEY<TAB>VALUE. \\t \\n \\r \\\\ stand for those bytes, \\xHH for other control bytes and for "
      "what\n"
      "is no UTF-8. Of --from, --to and --prefix all that are given hold.");
  verb.add_option("DB", arguments->path, "directory of the database")->required();
  verb.add_option("COLLECTION", arguments->collection, "name of the collection")->required();
  verb.add_option("--from", arguments->from, "only keys at or above this one");
  verb.add_option("--to", arguments->to, "only keys below this one");
  verb.add_option("--prefix", arguments->prefix, "only keys that begin so");
  verb.add_option("--limit", arguments->limit, "at most so many entries")->check(CLI::NonNegativeNumber);
  verb.add_flag("--reverse", arguments->reverse, "from the largest key down");
  arguments->form.AddTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Scan(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
