#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <string>
#include <unistd.h>

#include "logwood/database.h"
#include "tools/command_line/standard_streams.h"
#include "tools/kill_ledger/comparison.h"
#include "tools/kill_ledger/workload.h"
#include "tools/kill_ledger/writer.h"
#include "tools/kill_ledger/writer_process.h"

// Shows that what is acknowledged is kept. A writer process commits batches to a database; this process keeps the
// ledger of what it acknowledged, kills it, looks what is there, and starts the next, which has to recover first.

namespace logwood::kill_ledger {
namespace {

struct Arguments {
  std::string directory;
  unsigned rounds = 25;
  double seconds = 12;
  uint64_t seed = std::random_device()();
  uint64_t first = 0;  // Not 0: this is the writer.
};

// The ledger, and what the rounds added up to.
struct Totals {
  uint64_t acknowledged = 0;  // Batches in the ledger.
  uint64_t synced = 0;        // Of them.
  uint64_t last = 0;          // The last one's number.
  uint64_t found = 0;         // Of those in the ledger.
  uint64_t under_way = 0;     // Found though nobody had been told.
  uint64_t entries = 0;
  uint64_t differences = 0;
};

int Failed(const std::string& what) {
  fmt::print(stderr, "kill_ledger: {}\n", what);
  return 2;
}

class Demonstration {
 public:
  explicit Demonstration(const Arguments& arguments)
      : arguments_(arguments), path_(arguments.directory + "/database"), random_(arguments.seed) {}

  int Run() {
    fmt::print("{} rounds, seed {}, database {}\n", arguments_.rounds, arguments_.seed, path_);
    for (unsigned round = 1; round <= arguments_.rounds && totals_.differences == 0; ++round) {
      const Status status = RunRound(round);
      if (!status.ok()) return Failed(status.ToString());
    }
    const Status status = LookOnceMore();
    if (!status.ok()) return Failed(status.ToString());
    Report();
    return totals_.differences == 0 ? 0 : 1;
  }

 private:
  Status RunRound(unsigned round) {
    const uint64_t first = comparison_.last() + 1;
    Result<WriterProcess> writer =
        WriterProcess::Start({"kill_ledger", arguments_.directory, "--write-from", std::to_string(first)});
    if (!writer.ok()) return writer.status();
    const std::chrono::milliseconds time = DrawTime();
    const WriterProcess::End end = writer->KillAfter(time);
    if (!end.was_killed) return Status::Io("the writer ended by itself; what it said stands above");
    if (Status status = Enter(round, first, end); !status.ok()) return status;
    return Look(OpenMode::kReadOnly, fmt::format("round {:2}: killed after {:4} ms", round, time.count()));
  }

  // Anything from nothing, so that some are killed while they recover, to twice the mean.
  std::chrono::milliseconds DrawTime() {
    const auto mean = arguments_.seconds * 1000 / arguments_.rounds;
    return std::chrono::milliseconds(random_() % std::max<uint64_t>(1, static_cast<uint64_t>(mean * 2)));
  }

  Status Enter(unsigned round, uint64_t first, const WriterProcess::End& end) {
    for (uint64_t expected = first; const uint64_t number : end.acknowledged) {
      if (number != expected++) return Status::Io("the writer acknowledged batches out of order");
      ++totals_.acknowledged;
      totals_.synced += SyncOf(number) == Sync::kYes ? 1 : 0;
      totals_.last = number;
    }
    if (end.acknowledged.empty()) return Status::Ok();
    std::ofstream(arguments_.directory + "/ledger", std::ios::app)
        << "round " << round << ": batches " << first << " to " << totals_.last << " acknowledged\n";
    return Status::Ok();
  }

  Status Look(OpenMode mode, const std::string& when) {
    const Result<Database> database = Database::Open(path_, SmallOptions(mode));
    if (database.status().code() == StatusCode::kNotFound && totals_.last == 0) {
      fmt::print("{}: before the database was there\n", when);
      return Status::Ok();
    }
    if (!database.ok()) return database.status();
    const Result<Comparison::Found> found = comparison_.Compare(*database, totals_.last);
    if (!found.ok()) return found.status();
    Count(*found);
    fmt::print("{}; acknowledged {:7}, found {:7} (and {} under way)\n", when, totals_.acknowledged,
               found->acknowledged, found->under_way);
    for (const std::string& difference : found->differences) fmt::print("  DIFFERENCE: {}\n", difference);
    return Status::Ok();
  }

  void Count(const Comparison::Found& found) {
    totals_.found = found.acknowledged;
    totals_.under_way = found.under_way;
    totals_.entries += found.entries;
    totals_.differences += found.differences.size();
  }

  // Opens for writing, which recovers to the end, and checks every block.
  Status LookOnceMore() {
    if (totals_.last == 0) return Status::Ok();
    if (Status status = Look(OpenMode::kOpen, "at the end"); !status.ok()) return status;
    const Result<Database> database = Database::Open(path_, SmallOptions(OpenMode::kReadOnly));
    if (!database.ok()) return database.status();
    const Result<Verification> verified = database->Verify();
    if (!verified.ok()) return verified.status();
    for (const Status& damage : verified->damages) fmt::print("  DAMAGE: {}\n", damage.message());
    totals_.differences += verified->damages.size();
    fmt::print("verified: {} blocks read, {} damaged\n", verified->blocks, verified->damages.size());
    return Status::Ok();
  }

  void Report() const {
    fmt::print("\n");
    fmt::print("acknowledged, in the ledger:  {} batches, {} of them synced\n", totals_.acknowledged, totals_.synced);
    fmt::print("of these in the database:     {} batches\n", totals_.found);
    fmt::print("under way at a kill, found whole though nobody had been told: {}\n", totals_.under_way);
    fmt::print("entries compared in all rounds: {}; differences: {}\n", totals_.entries, totals_.differences);
  }

  const Arguments& arguments_;
  const std::string path_;
  std::mt19937_64 random_;
  Comparison comparison_;
  Totals totals_;
};

int Write(const Arguments& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  const Status status = WriteBatches(arguments.directory + "/database", arguments.first, STDOUT_FILENO);
  return status.ok() ? 0 : Failed("writer: " + status.ToString());
}

int Run(int argument_count, char** texts) {
  Arguments arguments;
  CLI::App program("Kills a writer again and again, and counts what was acknowledged and what is still there.",
                   "kill_ledger");
  program.add_option("DIR", arguments.directory, "an existing directory; the database is DIR/database")
      ->required()
      ->check(CLI::ExistingDirectory);
  program.add_option("--rounds", arguments.rounds, "writers to kill")
      ->check(CLI::Range(1u, 1'000'000u))
      ->capture_default_str();
  program.add_option("--seconds", arguments.seconds, "how long they write, all together")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  program.add_option("--seed", arguments.seed, "of the moments of killing; drawn where it is not given");
  program.add_option("--write-from", arguments.first)->group("");  // How this program starts its writers.
  program.footer("Exit codes: 0 all is there; 1 something is missing or too much; 2 error.");
  try {
    program.parse(argument_count, texts);
  } catch (const CLI::ParseError& end) {
    return program.exit(end) == 0 ? 0 : 2;
  }
  if (arguments.first != 0) return Write(arguments);
  if (!std::filesystem::exists(arguments.directory + "/database")) return Demonstration(arguments).Run();
  return Failed(arguments.directory +
                "/database is there already, and no ledger knows what is in it: name another "
                "directory");
}

}  // namespace
}  // namespace logwood::kill_ledger

int main(int argument_count, char** arguments) {
  if (!logwood::command_line::OpenStandardStreams()) return 2;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    return logwood::kill_ledger::Run(argument_count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kill_ledger: %s\n", error.what());
    return 2;
  }
}
