#include "tools/command_line/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "logwood/version.h"
#include "tools/command_line/empty_values.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/near_names.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

constexpr int kExitError = 2;

constexpr const char* kFirstSteps =
    "Five commands to begin with:\n"
    "\n"
    "  logwood create data users          # a database in ./data with a collection\n"
    "  logwood put data users ada 1815\n"
    "  logwood get data users ada\n"
    "  logwood scan data users --prefix a\n"
    "  logwood verify data\n"
    "\n"
    "logwood --help lists all verbs, logwood VERB --help explains one.";

std::string Version() {
  std::ostringstream text;
  text << "logwood " << kVersionMajor << "." << kVersionMinor << "." << kVersionPatch << ", file format "
       << kFormatVersion;
  return text.str();
}

void Describe(CLI::App& program) {
  program.description("Logwood keeps named collections of keys and values, in key order, in a directory.");
  program.get_formatter()->label("SUBCOMMAND", "VERB DB [COLLECTION] [KEY [VALUE]]");
  program.footer(
      "Exit codes: 0 done; 1 the answer is no (the key is absent, damage was found); 2 error or wrong usage.\n"
      "Verbs that only read open the database for reading and change nothing in its directory.");
  program.set_version_flag("--version", Version());
  // A verb's name may be a key, too.
  program.require_subcommand(0, 1);
}

std::string VerbOf(const CLI::App& program) {
  const auto verbs = program.get_subcommands();
  return verbs.empty() ? "logwood" : "logwood " + verbs.front()->get_name();
}

std::string NoSuchVerb(const CLI::App& program, const std::string& word) {
  std::vector<std::string> verbs;
  for (const CLI::App* const verb : program.get_subcommands({})) verbs.push_back(verb->get_name());
  const std::vector<std::string> near = NamesNear(word, verbs);
  std::string message = "there is no verb \"" + Escape(word) + "\"";
  if (!near.empty()) message += "; near to it:";
  for (const std::string& verb : near) message += " " + verb;
  return message + "\nAll there are: logwood --help";
}

// A call for help or version, or a wrong call.
int EndOfParse(const CLI::App& program, const CLI::ParseError& end, Terminal& terminal) {
  if (end.get_exit_code() == 0) {
    std::ostringstream out;
    std::ostringstream err;
    program.exit(end, out, err);
    terminal.Write(out.str());
    return 0;
  }
  const std::string verb = VerbOf(program);
  const bool no_verb = program.get_subcommands().empty() && dynamic_cast<const CLI::ExtrasError*>(&end) != nullptr;
  if (no_verb) {
    terminal.Complain(verb + ": " + NoSuchVerb(program, program.remaining().front()));
  } else {
    terminal.Complain(verb + ": " + end.what() + "\nFor its usage: " + verb + " --help");
  }
  return kExitError;
}

// What to do next, where the message cannot say.
std::string AdviceOn(const Status& status) {
  if (status.code() == StatusCode::kCorruption) {
    return "\nStored bytes are damaged. All damage there is, where the database still opens: logwood "
           "verify DB. What helps is a backup of the file "
           "named; without one: logwood repair DB --into NEW.";
  }
  if (status.outcome() == Outcome::kUnknown) {
    return "\nWhether it was written is not known; once the cause is gone, look: logwood get DB COLLECTION KEY";
  }
  return {};
}

int Run(const std::string& verb, const Action& action, Terminal& terminal) {
  const Result<Answer> answer = action(terminal);
  if (answer.ok()) return static_cast<int>(*answer);
  terminal.Complain(verb + ": " + std::string(answer.status().message()) + AdviceOn(answer.status()));
  return kExitError;
}

int ParseAndRun(int argument_count, const char* const* arguments, Terminal& terminal) {
  CLI::App program("", "logwood");
  Action chosen;
  Describe(program);
  AddCreate(program, chosen);
  AddDrop(program, chosen);
  AddCollections(program, chosen);
  AddPut(program, chosen);
  AddGet(program, chosen);
  AddDelete(program, chosen);
  AddScan(program, chosen);
  AddCount(program, chosen);
  AddFlush(program, chosen);
  AddCompact(program, chosen);
  AddVerify(program, chosen);
  AddRepair(program, chosen);
  AddStats(program, chosen);
  AddDump(program, chosen);
  AddLoad(program, chosen);
  AddExport(program, chosen);
  AddBench(program, chosen);
  AddStress(program, chosen);
  AddShell(program, chosen);
  for (CLI::App* const verb : program.get_subcommands({})) verb->group("Verbs");
  try {
    std::vector<std::string> words = WithEmptyValues(program, {arguments + 1, arguments + argument_count});
    std::ranges::reverse(words);  // As CLI11 takes them.
    program.parse(std::move(words));
  } catch (const CLI::ParseError& end) {
    return EndOfParse(program, end, terminal);
  }
  if (chosen != nullptr) return Run(VerbOf(program), chosen, terminal);
  terminal.WriteLine(kFirstSteps);
  return 0;
}

}  // namespace

int RunProgram(int argument_count, const char* const* arguments) {
  Terminal terminal;
  const int exit_code = ParseAndRun(argument_count, arguments, terminal);
  const Status written = terminal.Flush();
  if (written.ok()) return exit_code;
  terminal.Complain("logwood: " + std::string(written.message()));
  return kExitError;
}

}  // namespace logwood::command_line
