#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/form.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/statistics_page.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  Form form;
};

Result<Answer> Stats(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const Database database, OpenToRead(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const DatabaseStatistics statistics, database.Statistics());
  terminal.Write(arguments.form.json ? StatisticsAsJson(statistics) + "\n" : StatisticsAsText(statistics));
  return Answer::kYes;
}

}  // namespace

void AddStats(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("stats", "Show figures of a database");
  verb.footer(
      "Entries of trees count once for each run that has them, tombstones included. What is in memory is what the\n"
      "log holds. include/logwood/statistics.h explains every member of the JSON object.");
  AddDatabaseTo(verb, arguments->path);
  arguments->form.AddJsonTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Stats(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
