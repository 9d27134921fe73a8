#include "tools/stress/stress.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <unistd.h>

#include "base/status_macros.h"
#include "tools/command_line/interruption.h"
#include "tools/command_line/number.h"
#include "tools/command_line/verb.h"
#include "tools/stress/report.h"
#include "tools/stress/settings.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  stress::Settings settings{.seed = std::random_device()()};
  bool json = false;
  bool remove = false;
};

constexpr const char* kClearLine = "\r\x1b[K";

// Once a second: on a terminal a line that is written over, else one below the other.
void ShowProgress(const stress::Figures& figures, Terminal& terminal) {
  const std::string line = stress::ProgressLine(figures);
  if (::isatty(STDOUT_FILENO) != 0) {
    terminal.Write(kClearLine + line);
  } else {
    terminal.WriteLine(line);
  }
  // Why: an error is kept, and told at the end of the program.
  terminal.Flush().IgnoreError();
}

Status Remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return Status::Ok();
  return Status::Io(path + ": cannot be removed: " + error.message());
}

Result<Answer> RunStress(const Arguments& arguments, Terminal& terminal) {
  const stress::Settings& settings = arguments.settings;
  LOGWOOD_RETURN_IF_ERROR(settings.Check());
  if (!arguments.json) {
    terminal.WriteLine(fmt::format("seed {}, {} threads, {} collections and one that comes and goes, {} keys each",
                                   settings.seed, settings.threads, settings.collections, settings.keys));
    LOGWOOD_RETURN_IF_ERROR(terminal.Flush());
  }
  stress::Stress::Watch watch;
  if (!arguments.json) watch = [&](const stress::Figures& figures) { ShowProgress(figures, terminal); };
  stress::Stress stress(arguments.path, settings, EndOnInterrupt(), watch);
  LOGWOOD_ASSIGN_OR_RETURN(const stress::Report report, stress.Run());
  if (!arguments.json && ::isatty(STDOUT_FILENO) != 0) terminal.Write(kClearLine);
  terminal.WriteLine(arguments.json ? JsonOf(report, settings) : TextOf(report, arguments.path));
  if (report.violation) return Answer::kNo;
  if (arguments.remove) LOGWOOD_RETURN_IF_ERROR(Remove(arguments.path));
  return Answer::kYes;
}

constexpr const char* kFooter =
    "A child process works on a database in DIR with several threads: puts, deletes, batches over collections, gets,\n"
    "scans, views looked at twice, transfers between the accounts of a bank by transactions, flushes, merges, "
    "segments\n"
    "ingested, a collection that comes and goes; some commits are synced, some are not. This process tells it what to\n"
    "do, keeps in its own memory what was acknowledged, and kills the child (SIGKILL) at random moments, also while "
    "it\n"
    "recovers. Each time it is started again, all of the database is read in both directions and compared: whatever\n"
    "was acknowledged must be there, and what was under way at the kill as a whole or not at all. Blocks are "
    "verified.\n"
    "A seed decides each thread's operations in each life, and after how many operations or which time it ends; not\n"
    "how the threads interleave, how far each has come at the kill, and what background jobs do meanwhile.\n"
    "A kill takes no power away: that unsynced bytes may be lost is what the simulator of the test library is for.\n"
    "Exit codes: 0 all promises were kept; 1 one was not: what, where, what was expected and found is shown, and DIR\n"
    "left as it is; 2 error, a full disk among them. DIR stays unless --remove is given. Ctrl-C ends with a last "
    "check.";

}  // namespace

void AddStress(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  stress::Settings& settings = arguments->settings;
  CLI::App& verb = *program.add_subcommand("stress", "Kill a process that writes, again and again, and check");
  verb.footer(kFooter);
  verb.add_option("DIR", arguments->path, "directory for the database; new or empty")->required();
  verb.add_option("--seconds", settings.seconds, "how long; the last check comes on top")->capture_default_str();
  verb.add_option("--seed", settings.seed, "of all that is drawn; without it a random one, which is shown")
      ->check(WhyNoNumber);
  verb.add_option("--threads", settings.threads, "that work on the database at the same time")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--collections", settings.collections, "beside the one that comes and goes")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--keys", settings.keys, "that each collection may hold")->check(WhyNoNumber)->capture_default_str();
  verb.add_flag("--remove", arguments->remove, "remove DIR at the end where all promises were kept");
  verb.add_flag("--json", arguments->json, "no progress; at the end one JSON object");
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return RunStress(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
