#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "logwood/testing/temporary_directory.h"
#include "tests/tools/command.h"
#include "tools/bench/operations.h"

namespace logwood::testing {
namespace {

using Json = nlohmann::json;

// A JSON object for each line that `logwood bench` shows.
std::vector<Json> Lines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

class BenchVerb : public ::testing::Test {
 protected:
  CommandEnd Bench(std::vector<std::string> options, const CommandSetting& setting = {}) {
    options.insert(options.begin(), {"bench", path_});
    return RunCommand(options, setting);
  }

  TemporaryDirectory directory_;
  std::string path_ = (directory_.path() / "data").string();
};

std::string AllBenchmarks() {
  std::string names = bench::OperationNames();
  for (char& c : names) {
    if (c == ' ') c = ',';
  }
  return names;
}

TEST_F(BenchVerb, RemovesItsDirectoryAfterAFailure) {
  const CommandEnd end = Bench({"--benchmarks=readrandom", "--num=10", "--remove"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_NE(end.err.find("readrandom: there is no entry"), std::string::npos) << end.err;
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(BenchVerb, RunsEveryBenchmark) {
  const CommandEnd end = Bench({"--benchmarks=" + AllBenchmarks(), "--num=2000", "--reads=500", "--json", "--verify"});
  ASSERT_EQ(end.exit_code, 0) << end.err;
  const std::vector<Json> lines = Lines(end.out);
  ASSERT_EQ(lines.size(), bench::Operations().size() + 1);
  for (size_t i = 0; i < bench::Operations().size(); ++i) {
    const Json& line = lines[i + 1];
    EXPECT_EQ(line.at("benchmark"), bench::Operations()[i].name);
    for (const char* field : {"operations", "entries", "seconds", "entries_per_second", "operations_per_second",
                              "megabytes_per_second", "user_cpu_seconds", "system_cpu_seconds", "written_bytes",
                              "occupied_bytes", "present_entries", "peak_resident_bytes", "timed_one_in"}) {
      EXPECT_TRUE(line.at(field).is_number()) << field << " in " << line;
    }
    EXPECT_EQ(line.at("interrupted"), false);
    const bool works = bench::Operations()[i].name != "stats";
    EXPECT_EQ(line.at("p50_us").is_number(), works) << line;
    EXPECT_EQ(line.at("p999_us").is_number(), works) << line;
    EXPECT_TRUE(!works || line.at("p50_us") <= line.at("max_us")) << line;
  }
}

TEST_F(BenchVerb, WritesForSoManySecondsAndTellsOfEach) {
  const std::string csv_path = (directory_.path() / "seconds.csv").string();
  const CommandEnd end = Bench({"--benchmarks=fillrandom", "--num=1000", "--seconds=2", "--csv=" + csv_path});
  ASSERT_EQ(end.exit_code, 0) << end.err;
  EXPECT_NE(end.out.find(" entries/s, 2 s\n"), std::string::npos) << end.out;
  std::ifstream csv(csv_path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(csv, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], "benchmark,second,entries,longest_us,runs,debt_bytes,stored_bytes");
  for (size_t i = 1; i < lines.size(); ++i) {
    EXPECT_TRUE(lines[i].starts_with("fillrandom," + std::to_string(i - 1) + ",")) << lines[i];
  }
}

TEST_F(BenchVerb, TellsWhereItRan) {
  const CommandEnd end = Bench({"--benchmarks=fillseq", "--num=100", "--json", "--budget=1MiB", "--seed=9"});
  ASSERT_EQ(end.exit_code, 0) << end.err;
  const Json environment = Lines(end.out).at(0).at("environment");
  for (const char* field : {"date", "cpu_model", "cores", "build_type", "logwood_version", "compiler", "warnings"}) {
    EXPECT_TRUE(environment.contains(field)) << field;
  }
  EXPECT_EQ(environment.at("options").at("num"), 100);
  EXPECT_EQ(environment.at("options").at("budget"), 1 << 20);
  EXPECT_EQ(environment.at("options").at("seed"), 9);
  EXPECT_EQ(end.err.empty(), environment.at("warnings").empty()) << end.err;
}

TEST_F(BenchVerb, ShowsALineForEachBenchmark) {
  const CommandEnd end = Bench({"--benchmarks", "fillseq,readseq,stats", "--num", "100", "--remove"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_NE(end.out.find("\nfillseq "), std::string::npos) << end.out;
  EXPECT_NE(end.out.find("\nreadseq "), std::string::npos);
  EXPECT_NE(end.out.find("(1 of 256 timed)"), std::string::npos);
  EXPECT_NE(end.out.find("(100 entries of 0.0 MB in "), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(BenchVerb, LeavesItsDatabaseForTheNext) {
  ASSERT_EQ(Bench({"--benchmarks=fillseq", "--num=100"}).exit_code, 0);
  const CommandEnd refused = Bench({"--benchmarks=fillseq", "--num=100"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("--use_existing_db"), std::string::npos) << refused.err;
  for (const char* spelling : {"--use_existing_db", "--use-existing-db", "--use_existing_db=1"}) {
    EXPECT_EQ(Bench({"--benchmarks=readrandom", "--num=100", spelling}).exit_code, 0) << spelling;
  }
  EXPECT_EQ(Bench({"--benchmarks=readrandom", "--num=100", "--use_existing_db", "--remove"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"scan", path_, "bench", "--limit", "1"}).out.substr(0, 17), "0000000000000000\t");
}

TEST_F(BenchVerb, TakesDashesForUnderscores) {
  const CommandEnd end = Bench({"--benchmarks=fillseq,readseq", "--num=100", "--value-size=10", "--key-size=12",
                                "--memtable=1MiB", "--budget=4MiB", "--keys=random", "--threads=2", "--json"});
  ASSERT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(Lines(end.out).at(1).at("user_bytes"), 2200);
  EXPECT_EQ(Lines(end.out).at(2).at("entries"), 200);
}

TEST_F(BenchVerb, RefusesWhatItCannotRun) {
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"--benchmarks=fillseq,nope", "there is no benchmark \"nope\"; there are: fillseq fillrandom"},
      {"--num=0", "--num is 0"},
      {"--num=x", "--num"},
      {"--num=-1", "--num: \"-1\" is no number"},
      {"--seed=-1", "--seed: \"-1\" is no number"},
      {"--num=4294967297", "--num is 4294967297: give 1 to 4294967296"},
      {"--threads=0", "--threads is 0"},
      {"--value_size=16777217", "--value_size is 16777217"},
      {"--key_size=2", "--key_size is 2"},
      {"--keys=hex", "--keys"},
      {"--budget=many", "--budget"}};
  for (const auto& [option, message] : calls) {
    const CommandEnd end = Bench({option});
    EXPECT_EQ(end.exit_code, 2) << option;
    EXPECT_EQ(end.out, "") << option;
    EXPECT_NE(end.err.find(message), std::string::npos) << end.err;
    EXPECT_FALSE(std::filesystem::exists(path_)) << option;
  }
}

// Called in the process that becomes the program: interrupts it when it has worked for a while.
void InterruptAfterSomeWork() {
  constexpr int64_t kNanoseconds = 300'000'000;
  const pid_t program = ::getpid();
  if (::fork() != 0) return;
  clockid_t clock = 0;
  ::clock_getcpuclockid(program, &clock);
  timespec worked{};
  while (worked.tv_sec == 0 && worked.tv_nsec < kNanoseconds) {
    ::sched_yield();
    if (::clock_gettime(clock, &worked) != 0) break;
  }
  ::kill(program, SIGINT);
  ::_exit(0);
}

TEST_F(BenchVerb, ShowsWhatItHasWhenInterrupted) {
  const CommandEnd end = Bench({"--benchmarks=fillseq,readrandom,readseq", "--num=100", "--reads=1000000000", "--json"},
                               {.in_child = InterruptAfterSomeWork});
  EXPECT_EQ(end.exit_code, 1) << end.err;
  const std::vector<Json> lines = Lines(end.out);
  ASSERT_EQ(lines.size(), 3u) << end.out;
  EXPECT_EQ(lines[2].at("benchmark"), "readrandom");
  EXPECT_EQ(lines[2].at("interrupted"), true);
  EXPECT_NE(end.err.find("interrupted"), std::string::npos);
  EXPECT_EQ(RunCommand({"verify", path_}).exit_code, 0);
}

}  // namespace
}  // namespace logwood::testing
