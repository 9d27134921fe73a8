#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"
#include "tools/command_line/statistics_page.h"

namespace logwood::testing {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

uint64_t BytesOf(const StoredDatabase& database, FileType type) {
  uint64_t bytes = 0;
  for (const std::string& name : database.Files(type)) bytes += std::filesystem::file_size(database.path_of(name));
  return bytes;
}

TEST(StatsVerb, ShowsCollectionsMemoryAndFiles) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"stats", database.path()});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with("KIND   RUNS      ENTRIES   TOMBSTONES ")) << end.out;
  EXPECT_TRUE(Has(end.out, "\nlsm       2            4            1 ")) << end.out;
  EXPECT_TRUE(Has(end.out, " 2  users\nlsm       0            0            0               0            0  empty\n"));
  EXPECT_TRUE(Has(end.out, "memtables, active   2 entries, ")) << end.out;
  EXPECT_TRUE(
      Has(end.out, "trees               2 files, " + std::to_string(BytesOf(database, FileType::kTree)) + " bytes\n"))
      << end.out;
  EXPECT_TRUE(Has(end.out, "published up to     1:6\nflushed up to       1:4\n")) << end.out;
  EXPECT_FALSE(Has(end.out, "commits")) << end.out;
}

TEST(StatsVerb, ShowsOneJsonObject) {
  const StoredDatabase database;
  WriteFile(database.path_of("notes.txt"), "mine");
  const CommandEnd end = RunCommand({"stats", "--json", database.path()});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with(
      "{\"collections\":[{\"name\":\"users\",\"kind\":\"lsm\",\"trees\":{\"runs\":2,\"entries\":4,\"tombstones\":1,"))
      << end.out;
  EXPECT_TRUE(end.out.ends_with("}}\n")) << end.out;
  EXPECT_TRUE(Has(end.out, "},\"memtable_entries\":2},{\"name\":\"empty\"")) << end.out;
  for (const FileType type : {FileType::kManifest, FileType::kLog, FileType::kTree}) {
    EXPECT_TRUE(Has(end.out, "\"" + std::string(ToString(type)) +
                                 "s\":{\"files\":" + std::to_string(database.Files(type).size()) +
                                 ",\"bytes\":" + std::to_string(BytesOf(database, type)) + "}"))
        << end.out;
  }
  EXPECT_TRUE(Has(end.out, "\"strangers\":{\"files\":1,\"bytes\":4}")) << end.out;
  EXPECT_TRUE(Has(end.out, "\"published\":{\"epoch\":1,\"counter\":6},\"flushed\":{\"epoch\":1,\"counter\":4}"));
}

TEST(StatsVerb, CountsNothingOfADatabaseWithoutCollections) {
  const StoredDatabase database;
  const std::string path = database.parent() / "new";
  ASSERT_EQ(RunCommand({"create", path}).exit_code, 0);
  EXPECT_TRUE(RunCommand({"stats", "--json", path}).out.starts_with("{\"collections\":[],"));
}

// Which a process of one verb never has.
TEST(StatisticsPage, ShowsCountersOfWriting) {
  const DatabaseStatistics statistics{
      .commits = {.commits = 5, .operations = 9, .groups = 4, .syncs = 3, .log_bytes = 700, .log_bytes_prepared = 900},
      .flushes = {.jobs = 2, .bytes_in = 4096, .bytes_out = 1024},
      .merges = {.jobs = 1, .bytes_in = 1000, .bytes_out = 500},
      .pacing = {.for_flushes = {.count = 3, .nanoseconds = 12'000'000, .nanoseconds_max = 5'100'000},
                 .for_merges = {},
                 .runs_max = 9,
                 .debt_bytes = 77,
                 .is_paced = true,
                 .write_bytes_per_second = 50,
                 .flush_bytes_per_second = 60,
                 .merge_bytes_per_second = 70}};
  const std::string text = command_line::StatisticsAsText(statistics);
  EXPECT_TRUE(text.ends_with(
      "commits             5 of 9 operations, in 4 groups with 3 syncs, 700 bytes of log, 900 more prepared\n"
      "flushes             2, 4096 bytes in, 1024 bytes out\n"
      "merges              1, 1000 bytes in, 500 bytes out\n"
      "delays for flushes  3, 12 ms together, 5.1 ms the longest\n"
      "delays for merges   0, 0 ms together, 0.0 ms the longest\n"))
      << text;
  const std::string json = command_line::StatisticsAsJson(statistics);
  EXPECT_TRUE(
      json.ends_with("\"commits\":{\"commits\":5,\"operations\":9,\"groups\":4,\"syncs\":3,\"log_bytes\":700,"
                     "\"log_bytes_prepared\":900},"
                     "\"flushes\":{\"jobs\":2,\"bytes_in\":4096,\"bytes_out\":1024},"
                     "\"merges\":{\"jobs\":1,\"bytes_in\":1000,\"bytes_out\":500},"
                     "\"pacing\":{\"for_flushes\":{\"count\":3,\"nanoseconds\":12000000,\"nanoseconds_max\":5100000},"
                     "\"for_merges\":{\"count\":0,\"nanoseconds\":0,\"nanoseconds_max\":0},"
                     "\"runs_max\":9,\"debt_bytes\":77,\"write_bytes_per_second\":50,\"flush_bytes_per_second\":60,"
                     "\"merge_bytes_per_second\":70}}"))
      << json;
}

}  // namespace
}  // namespace logwood::testing
