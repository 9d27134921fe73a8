#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/form.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/range_options.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::string collection;
  RangeOptions range;
  bool reverse = false;
  Form form;
};

Result<Answer> Scan(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const KeyRange range, arguments.range.Read(arguments.form));
  LOGWOOD_ASSIGN_OR_RETURN(const Database database, OpenToRead(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, OpenCollection(database, arguments.path, arguments.collection));
  Cursor cursor = range.ScanOf(collection);
  if (arguments.reverse) cursor.Last();
  for (uint64_t count = 0; cursor.valid() && count < arguments.range.limit && terminal.is_read(); ++count) {
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
  AddCollectionTo(verb, arguments->path, arguments->collection);
  arguments->range.AddTo(verb);
  verb.add_flag("--reverse", arguments->reverse, "from the largest key down");
  arguments->form.AddTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Scan(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
