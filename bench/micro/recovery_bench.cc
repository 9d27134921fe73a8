#include <array>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "logwood/logwood.h"

// Opening a database whose process died with 64 MB of entries in its log, 500,000 of 16 and 100 bytes, and none of them
// in trees: what a user waits for, logs that are written anew since nothing proves them to be synced included; and
// `...ToRead`, the replay alone. The database lies in $TMPDIR, or /tmp. On a machine that does other work too, the
// processor times say more than the time by the clock.
//
// Keys: numbers as 16 zero-padded digits, `Random` or `Ordered`.

namespace logwood::bench {
namespace {

constexpr uint64_t kEntryCount = 500'000;
constexpr size_t kValueSize = 100;

enum class KeyOrder : uint8_t { kRandom, kOrdered };

std::string Decimal(uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(16 - digits.size(), '0') + digits;
}

// Nothing is flushed, and all is in one log file.
Options OptionsToFill() {
  return {.memtable_size_bytes = uint64_t{1} << 30, .log_file_size_bytes = uint64_t{256} << 20};
}

// Ends by the death of the process.
[[noreturn]] void FillAndDie(const std::string& path, KeyOrder order) {
  Database db = Database::Open(path, OptionsToFill()).value();
  Collection entries = db.CreateCollection("entries").value();
  const std::string value(kValueSize, 'v');
  SeededRandom random(1);
  for (uint64_t i = 0; i < kEntryCount; ++i) {
    const uint64_t number = order == KeyOrder::kOrdered ? i : random.Below(1'000'000'000);
    entries.Put(Decimal(number), value, {.sync = Sync::kNo}).Check();
  }
  ::_exit(0);
}

bool Fill(const std::string& path, KeyOrder order) {
  std::filesystem::remove_all(path);
  const pid_t child = ::fork();
  if (child == 0) FillAndDie(path, order);
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// What an open took, in seconds.
struct Cost {
  double wall = 0;
  double caller_cpu = 0;   // Of the thread that opens: what more threads cannot make shorter.
  double process_cpu = 0;  // Of all threads.
};

// In a process of its own, which then dies: threads do not survive a fork, and closing is not what is measured.
bool Open(const std::string& path, const Options& options, Cost& cost) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    const Cost before{Seconds(CLOCK_MONOTONIC), Seconds(CLOCK_THREAD_CPUTIME_ID), Seconds(CLOCK_PROCESS_CPUTIME_ID)};
    const Database db = Database::Open(path, options).value();
    const Cost taken{Seconds(CLOCK_MONOTONIC) - before.wall, Seconds(CLOCK_THREAD_CPUTIME_ID) - before.caller_cpu,
                     Seconds(CLOCK_PROCESS_CPUTIME_ID) - before.process_cpu};
    ::_exit(::write(ends[1], &taken, sizeof(taken)) == sizeof(taken) ? 0 : 1);
  }
  ::close(ends[1]);
  const bool read = ::read(ends[0], &cost, sizeof(cost)) == sizeof(cost);
  ::close(ends[0]);
  return child > 0 && ::waitpid(child, nullptr, 0) == child && read;
}

void Recover(benchmark::State& state, KeyOrder order, OpenMode mode) {
  const std::string place =
      std::filesystem::temp_directory_path() / ("logwood_recovery_bench_" + std::to_string(::getpid()));
  Options options = OptionsToFill();
  options.mode = mode;
  for (auto _ : state) {
    Cost cost;
    if (!Fill(place, order) || !Open(place, options, cost)) {
      state.SkipWithError("the database could not be filled or opened");
      break;
    }
    state.SetIterationTime(cost.wall);
    state.counters["caller_cpu_ms"] = 1e3 * cost.caller_cpu;
    state.counters["process_cpu_ms"] = 1e3 * cost.process_cpu;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kEntryCount));
  std::filesystem::remove_all(place);
}

void Configure(benchmark::internal::Benchmark* benchmark) {
  benchmark->UseManualTime()->Iterations(1)->Repetitions(5)->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(Recover, Random, KeyOrder::kRandom, OpenMode::kOpen)->Apply(Configure);
BENCHMARK_CAPTURE(Recover, Ordered, KeyOrder::kOrdered, OpenMode::kOpen)->Apply(Configure);
BENCHMARK_CAPTURE(Recover, RandomToRead, KeyOrder::kRandom, OpenMode::kReadOnly)->Apply(Configure);
BENCHMARK_CAPTURE(Recover, OrderedToRead, KeyOrder::kOrdered, OpenMode::kReadOnly)->Apply(Configure);

}  // namespace
}  // namespace logwood::bench

BENCHMARK_MAIN();
