#include "tools/bench/bench.h"

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <fmt/format.h>
#include <langinfo.h>
#include <locale.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

#include "base/status_macros.h"
#include "tools/bench/environment.h"
#include "tools/bench/operations.h"
#include "tools/bench/report.h"
#include "tools/bench/settings.h"
#include "tools/command_line/interruption.h"
#include "tools/command_line/number.h"
#include "tools/command_line/output_file.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  bench::Settings settings;
  std::string keys = "decimal";
  std::string csv;  // Path; empty for none.
  std::string log = "on";
  bool json = false;
  bool remove = false;
};

constexpr size_t kPlotWidth = 80;  // Where nothing says how wide a line may be.

// Each line goes out when it is known: a benchmark takes long.
Status Show(Terminal& terminal, const std::string& line) {
  terminal.WriteLine(line);
  return terminal.Flush();
}

// Columns of the terminal that standard output is, if it is one.
size_t PlotWidth() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 1) return kPlotWidth;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kPlotWidth;
}

bench::Characters PlotCharacters() {
  if (::isatty(STDOUT_FILENO) != 1) return bench::Characters::kAscii;
  const locale_t users = ::newlocale(LC_CTYPE_MASK, "", nullptr);
  if (users == nullptr) return bench::Characters::kAscii;
  const bool is_utf8 = std::string_view(::nl_langinfo_l(CODESET, users)) == "UTF-8";
  ::freelocale(users);
  return is_utf8 ? bench::Characters::kBlocks : bench::Characters::kAscii;
}

Status ShowBySecond(const Arguments& arguments, const bench::Measurement& measurement, OutputFile* csv,
                    Terminal& terminal) {
  if (csv != nullptr) LOGWOOD_RETURN_IF_ERROR(csv->Write(CsvOf(measurement.name, measurement.timeline)));
  if (arguments.json || arguments.settings.seconds == 0) return Status::Ok();
  terminal.Write(PlotOf(measurement.timeline, PlotWidth(), PlotCharacters()));
  return terminal.Flush();
}

Status RunAll(const Arguments& arguments, const bench::Environment& environment, bench::Bench& bench,
              const std::atomic<bool>& interrupted, Terminal& terminal) {
  LOGWOOD_RETURN_IF_ERROR(Show(
      terminal, arguments.json ? JsonOf(environment, arguments.settings) : TextOf(environment, arguments.settings)));
  std::unique_ptr<OutputFile> csv;
  if (!arguments.csv.empty()) {
    LOGWOOD_ASSIGN_OR_RETURN(csv, OutputFile::Create(arguments.csv, Present::kReplace));
    LOGWOOD_RETURN_IF_ERROR(csv->Write(bench::TimelineCsvHeader()));
  }
  for (const std::string& name : arguments.settings.benchmarks) {
    if (interrupted || !terminal.is_read()) break;
    LOGWOOD_ASSIGN_OR_RETURN(const bench::Measurement measurement, bench.Run(*bench::FindOperation(name)));
    LOGWOOD_RETURN_IF_ERROR(Show(terminal, arguments.json ? JsonOf(measurement) : TextOf(measurement)));
    LOGWOOD_RETURN_IF_ERROR(ShowBySecond(arguments, measurement, csv.get(), terminal));
  }
  return csv != nullptr ? csv->Finish() : Status::Ok();
}

Status Remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return Status::Ok();
  return Status::Io(path + ": cannot be removed: " + error.message());
}

Result<Answer> RunBench(const Arguments& arguments, Terminal& terminal) {
  const bench::Settings& settings = arguments.settings;
  LOGWOOD_RETURN_IF_ERROR(settings.Check());
  const std::atomic<bool>& interrupted = EndOnInterrupt();
  const auto environment = bench::Environment::Now();
  for (const std::string& warning : environment.Warnings()) {
    terminal.Complain("logwood bench: these figures say little: " + warning);
  }
  LOGWOOD_ASSIGN_OR_RETURN(const auto bench, bench::Bench::Open(arguments.path, settings, interrupted));
  const Status run = RunAll(arguments, environment, *bench, interrupted, terminal);
  const Status closed = bench->Close();
  const Status removed = arguments.remove ? Remove(arguments.path) : Status::Ok();
  LOGWOOD_RETURN_IF_ERROR(run);
  LOGWOOD_RETURN_IF_ERROR(closed);
  LOGWOOD_RETURN_IF_ERROR(removed);
  if (!interrupted) return Answer::kYes;
  terminal.Complain("logwood bench: interrupted; not all was run");
  return Answer::kNo;
}

std::string Footer() {
  std::string text = "Benchmarks, run in the order given, all on one database:\n";
  for (const bench::Operation& operation : bench::Operations()) {
    text += fmt::format("  {:<17} {}\n", operation.name, operation.help);
  }
  return text +
         "\n--num and --reads are divided among the threads; a thread of readseq and readreverse passes over all.\n"
         "ops/s counts calls: a commit, a get, a seek with what follows it, a step of a pass. Every write is timed, "
         "of\n"
         "reads 1 of 16, of steps 1 of 256; the clock itself is about 30 ns of each. MB: 10^6 bytes of keys and "
         "values.\n"
         "CPU s: user and system, of the whole process, background work of this and the benchmark before included: "
         "put\n"
         "settle between to keep them apart. written: pages of the file system that the process made dirty "
         "(write_bytes\n"
         "of /proc/self/io). WA: written for each byte put or deleted. SA: what DIR occupies for each byte of keys "
         "and\n"
         "values that are there. RSS: the most memory the process had so far.\n"
         "What a transaction costs where nobody is in its way: txput beside batchput, txupdate beside batchupdate.\n"
         "Conflicts, deadlocks among them, are what made transactions begin anew; a commit is one that came through.\n"
         "Values are pieces of text that a compressor halves. Readers check the size of each value, that keys are "
         "there\n"
         "or absent as they must be, and that a pass finds all of them.\n"
         "--seconds makes fillrandom, fillbatch, overwrite and deleterandom, on keys made of the numbers below --num, "
         "go on\n"
         "for so long, and draws what they did in each second. --csv FILE has the figures; debt: what merges have to "
         "read;\n"
         "runs, debt and space only with --seconds.\n"
         "DIR stays as it is unless --remove is given. Ctrl-C ends what runs, shows it, and exits with 1.";
}

void AddWorkload(CLI::App& verb, Arguments& arguments) {
  bench::Settings& settings = arguments.settings;
  verb.add_option("--benchmarks", settings.benchmarks, "what to run, with commas between")
      ->delimiter(',')
      ->capture_default_str();
  verb.add_option("--num", settings.num, "entries to write; keys are made of the numbers below it")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--seconds", settings.seconds, "how long to write random keys; 0: until --num are written")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--reads", settings.reads, "reads or seeks; 0: as many as --num")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--key_size,--key-size", settings.key_size_bytes, "bytes of a key")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--value_size,--value-size", settings.value_size_bytes, "bytes of a value")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--keys", arguments.keys, "decimal: zero-padded numbers; random: bytes by a hash of them")
      ->check(CLI::IsMember({"decimal", "random"}))
      ->capture_default_str();
  verb.add_option("--threads", settings.threads, "that do the same at the same time")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--batch", settings.batch, "entries a commit")->check(WhyNoNumber)->capture_default_str();
  verb.add_option("--seek_nexts,--seek-nexts", settings.seek_nexts, "entries that a seek goes on to read")
      ->check(WhyNoNumber)
      ->capture_default_str();
  verb.add_option("--series", settings.series, "time series of tsingest")->check(WhyNoNumber)->capture_default_str();
  verb.add_flag("--sync", settings.sync, "sync every commit");
  verb.add_option("--log", arguments.log, "off: nothing is logged, so that only a flush makes entries last")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  verb.add_option("--seed", settings.seed, "of keys drawn and of values")->check(WhyNoNumber)->capture_default_str();
}

void AddDatabase(CLI::App& verb, Arguments& arguments) {
  bench::Settings& settings = arguments.settings;
  verb.add_option("--budget", settings.memory_budget_bytes, "bytes of memory for the database; 64MiB works too")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  verb.add_option("--memtable,--memtable_size,--memtable-size", settings.memtable_size_bytes,
                  "bytes of entries before a flush; 0: a share of the budget")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  CLI::Option* existing = verb.add_flag("--use_existing_db,--use-existing-db", settings.use_existing_db,
                                        "run on what an earlier benchmark left in DIR, after a pass that counts it");
  verb.add_flag("--remove", arguments.remove, "remove DIR at the end, also where a benchmark failed")
      ->excludes(existing);
}

}  // namespace

void AddBench(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("bench", "Measure how fast a database is, in the manner of db_bench");
  verb.footer(Footer());
  verb.add_option("DIR", arguments->path, "directory for the database; new or empty")->required();
  AddWorkload(verb, *arguments);
  AddDatabase(verb, *arguments);
  verb.add_flag("--verify", arguments->settings.verify, "readers compare every byte of each value");
  verb.add_option("--csv", arguments->csv, "file for a line each second: entries, longest call, runs, debt, space");
  verb.add_flag("--json", arguments->json, "one JSON object a line: the environment, then each benchmark");
  verb.callback([&chosen, arguments] {
    arguments->settings.log = arguments->log == "off" ? LogMode::kOff : LogMode::kOn;
    arguments->settings.keys = arguments->keys == "random" ? bench::KeyForm::kRandom : bench::KeyForm::kDecimal;
    chosen = [arguments](Terminal& terminal) { return RunBench(*arguments, terminal); };
  });
}

}  // namespace logwood::command_line
