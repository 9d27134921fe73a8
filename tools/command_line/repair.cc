#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "logwood/raw_cursor.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/form.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/salvage_report_page.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  std::string into;
  Form form;
};

// Nothing that is there is written to, the damaged database least of all.
Status CheckPlace(const Arguments& arguments) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(arguments.into, error))) {
    return Status::AlreadyExists(arguments.into + " is there: name a new directory");
  }
  const std::filesystem::path parent =
      std::filesystem::absolute(arguments.into, error).lexically_normal().parent_path();
  if (std::filesystem::equivalent(parent, arguments.path, error)) {
    return Status::InvalidArgument(arguments.into +
                                   " lies in the directory of the damaged database: name one beside it");
  }
  return Status::Ok();
}

Status Copy(const Database& from, const std::string& name, Database& to) {
  LOGWOOD_ASSIGN_OR_RETURN(const Collection source, from.OpenCollection(name));
  LOGWOOD_ASSIGN_OR_RETURN(const Collection target, to.CreateCollection(name));
  std::vector<IngestedEntries> parts;
  parts.push_back({.collection = target, .entries = RawCursorOf(source.Scan())});
  return to.Ingest(std::move(parts));
}

Status Verify(const Database& database, const std::string& path) {
  LOGWOOD_ASSIGN_OR_RETURN(const Verification found, database.Verify());
  if (found.damages.empty()) return Status::Ok();
  return found.damages.front().WithContext(path + ", which was written a moment ago");
}

Result<Repaired> CopyAll(const Database& damaged, const std::string& into) {
  LOGWOOD_ASSIGN_OR_RETURN(Database whole, CreateDatabaseAt(into));
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, damaged.Collections());
  for (const std::string& name : names) LOGWOOD_RETURN_IF_ERROR(Copy(damaged, name, whole));
  LOGWOOD_RETURN_IF_ERROR(Verify(whole, into));
  LOGWOOD_ASSIGN_OR_RETURN(const DatabaseStatistics statistics, whole.Statistics());
  Repaired repaired{.into = into, .collections = names.size(), .entries = 0, .report = damaged.salvage_report()};
  for (const CollectionStatistics& collection : statistics.collections) repaired.entries += collection.trees.entries;
  LOGWOOD_RETURN_IF_ERROR(whole.Close());
  return repaired;
}

Result<Answer> Repair(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_RETURN_IF_ERROR(CheckPlace(arguments));
  LOGWOOD_ASSIGN_OR_RETURN(const Database damaged, OpenToSalvage(arguments.path));
  const Result<Repaired> repaired = CopyAll(damaged, arguments.into);
  if (!repaired.ok()) {
    return repaired.status().WithContext("what " + arguments.into + " holds is not all: remove it, and begin again");
  }
  WriteRepaired(*repaired, arguments.form, terminal);
  return repaired->report.is_complete() ? Answer::kYes : Answer::kNo;
}

}  // namespace

void AddRepair(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand(
      "repair", "Bring what is left of a damaged database into a new one; exits with 1 where something is lost");
  verb.footer(
      "Shows each damage and, with \"lost\", what may be missing by it: keys of which it names a loss may show an "
      "older\n"
      "value, or one that was deleted since. The damaged database is only read. Entries of which no manifest tells "
      "come\n"
      "into collections \"collection N\" and \"tree file N tree M\". Collections get the options of new ones.");
  AddDatabaseTo(verb, arguments->path);
  verb.add_option("--into", arguments->into, "directory of the new database, which must not be there")->required();
  arguments->form.AddTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Repair(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
