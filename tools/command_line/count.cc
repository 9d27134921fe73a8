#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/form.h"
#include "tools/command_line/json_object.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/range_options.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::string collection;
  RangeOptions range;
  Form form;
};

Result<Answer> Count(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const KeyRange range, arguments.range.Read(arguments.form));
  LOGWOOD_ASSIGN_OR_RETURN(const Database database, OpenToRead(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, OpenCollection(database, arguments.path, arguments.collection));
  Cursor cursor = range.ScanOf(collection);
  uint64_t count = 0;
  while (count < arguments.range.limit) {
    const size_t found = cursor.NextBatch().size();
    if (found == 0) break;
    count = std::min(count + found, arguments.range.limit);
  }
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  if (!arguments.form.json) {
    terminal.WriteLine(std::to_string(count));
    return Answer::kYes;
  }
  JsonObject object;
  object.Add("collection", arguments.collection);
  object.AddNumber("count", count);
  terminal.WriteLine(object.ToString());
  return Answer::kYes;
}

}  // namespace

void AddCount(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("count", "Count entries");
  verb.footer(
      "Reads all that it counts. Of --from, --to and --prefix all that are given hold. How many entries trees hold,\n"
      "overwritten and deleted ones included, is known without reading them: logwood stats DB");
  AddCollectionTo(verb, arguments->path, arguments->collection);
  arguments->range.AddTo(verb);
  arguments->form.AddTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Count(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
