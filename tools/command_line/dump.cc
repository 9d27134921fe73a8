#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "base/status_macros.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/database_dump.h"
#include "tools/command_line/dump_page.h"
#include "tools/command_line/file_dump.h"
#include "tools/command_line/form.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  bool log = false;
  bool trees = false;
  Form form;
};

Result<Answer> DumpDatabase(const Arguments& arguments, DumpPage& page) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<DatabaseDump> dump, DatabaseDump::Open(arguments.path));
  if (arguments.log) LOGWOOD_RETURN_IF_ERROR(dump->DumpLog(page));
  if (arguments.trees) LOGWOOD_RETURN_IF_ERROR(dump->DumpTrees(page));
  return Answer::kYes;
}

Result<Answer> DumpWhatIsNamed(const Arguments& arguments, DumpPage& page) {
  if (arguments.log || arguments.trees) return DumpDatabase(arguments, page);
  std::error_code error;
  if (!std::filesystem::is_directory(arguments.path, error)) return DumpFile(arguments.path, page);
  const std::string dump = "logwood dump " + ShellWord(arguments.path);
  return Status::InvalidArgument(arguments.path + " is a directory: say what of the database in it\n" +
                                 "What is in its log: " + dump + " --log\nWhat is in its trees: " + dump +
                                 " --trees\nOne of its files: " + dump + "/FILE");
}

Result<Answer> Dump(const Arguments& arguments, Terminal& terminal) {
  DumpPage page(terminal, arguments.form);
  const Result<Answer> answer = DumpWhatIsNamed(arguments, page);
  if (answer.status().code() != StatusCode::kCorruption) return answer;
  terminal.Complain("logwood dump: damaged: " + std::string(answer.status().message()));
  return Answer::kNo;
}

}  // namespace

void AddDump(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("dump", "Show what a stored file, the log or all trees hold");
  verb.footer(
      "Entries have the columns SEQ TYPE COLLECTION KEY VALUE; remarks begin with #. Trees store no SEQ, and a\n"
      "file by itself does not know collections by name. Exits with 1 where what was read is damaged.");
  verb.add_option("FILE_OR_DB", arguments->path, "a manifest, log or tree file; with --log or --trees a database")
      ->required();
  verb.add_flag("--log", arguments->log, "all writes that are not yet flushed");
  verb.add_flag("--trees", arguments->trees, "all entries of all trees, tombstones included");
  arguments->form.AddTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Dump(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
