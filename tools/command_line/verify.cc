#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/form.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/verb.h"
#include "tools/command_line/verification_report.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  Form form;
};

// What keeps a database from being opened is a damage like any other.
Result<Verification> VerifyDatabase(const std::string& path) {
  const Result<Database> database = OpenToRead(path);
  if (database.ok()) return database->Verify();
  if (database.status().code() != StatusCode::kCorruption) return database.status();
  return Verification{.damages = {database.status()}};
}

Result<Answer> Verify(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const Verification found, VerifyDatabase(arguments.path));
  WriteVerification(found, arguments.form, terminal);
  return found.damages.empty() ? Answer::kYes : Answer::kNo;
}

}  // namespace

void AddVerify(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("verify", "Read everything and check it; exits with 1 where it is damaged");
  verb.footer("Shows each damage, and each stranger: a file in the directory that is none of the database's own.");
  AddDatabaseTo(verb, arguments->path);
  arguments->form.AddJsonTo(verb);
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Verify(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
