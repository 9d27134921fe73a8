#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"
#include "tools/command_line/quantity.h"
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
  EXPECT_TRUE(end.out.starts_with("KIND   RUNS PARTITIONS      ENTRIES   TOMBSTONES   RANGES       SIZE  IN MEMORY "))
      << end.out;
  EXPECT_TRUE(Has(end.out, "\nlsm       2          1            4            1        0 ")) << end.out;
  EXPECT_TRUE(Has(
      end.out, " 2  users\nlsm       0          1            0            0        0        0 B          0  empty\n"));
  EXPECT_TRUE(Has(end.out, "memtables, active   2 entries, ")) << end.out;
  EXPECT_TRUE(Has(end.out, "\ntiers               as flushed: 2 runs of ")) << end.out;
  const std::string trees = command_line::BytesAsText(BytesOf(database, FileType::kTree));
  EXPECT_TRUE(Has(end.out, "trees               2 files, " + trees + "\n")) << end.out;
  EXPECT_TRUE(Has(end.out, "published up to     1:6\nflushed up to       1:4\n")) << end.out;
  EXPECT_TRUE(Has(end.out, "log replayed        ")) << end.out;
  for (const char* const counter : {"SINCE THE OPEN", "commits", "reads", "written", "views"}) {
    EXPECT_FALSE(Has(end.out, counter)) << counter << " in " << end.out;
  }
}

TEST(StatsVerb, ShowsOneJsonObject) {
  const StoredDatabase database;
  WriteFile(database.path_of("notes.txt"), "mine");
  const CommandEnd end = RunCommand({"stats", "--json", database.path()});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with(
      "{\"collections\":[{\"name\":\"users\",\"kind\":\"lsm\",\"trees\":{\"runs\":2,\"entries\":4,\"tombstones\":1,"
      "\"range_tombstones\":0,\"range_tombstones_bytes\":0,\"bytes\":"))
      << end.out;
  EXPECT_TRUE(end.out.ends_with("}\n")) << end.out;
  EXPECT_TRUE(Has(end.out, ",\"partitions\":[{\"start\":\"\",\"tiers\":[{\"runs\":2,\"entries\":4,\"tombstones\":1,"))
      << end.out;
  EXPECT_TRUE(Has(end.out, "\"amplification\":null}")) << end.out;
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

// What a process of one verb never has.
DatabaseStatistics CountersOfAllKinds() {
  DatabaseStatistics statistics;
  CollectionStatistics& users = statistics.collections.emplace_back();
  users.name = "users";
  users.trees.partitions = {
      {.start = "a", .tiers = {{.runs = 2, .bytes = 100}, {.runs = 1, .bytes = 2048}, {}}},
      {.start = "b", .tiers = {{.runs = 1, .bytes = 50}, {.runs = 1, .bytes = 1024}, {.runs = 1, .bytes = 9}}}};
  statistics.reads = {.gets = 10, .gets_found = 8, .seeks = 1};
  statistics.filters = {.asked = 20, .ruled_out = 15, .false_positives = 1};
  statistics.views = {.views = 2,
                      .oldest_nanoseconds = 3'200'000'000,
                      .oldest = {.epoch = 1, .counter = 40},
                      .pinned_memtables_bytes = 1'572'864,
                      .pinned_files = {.files = 1, .bytes = 2048},
                      .spilled_views = 3,
                      .scratch_bytes = 4096};
  statistics.commits = {.commits = 5,
                        .synced_commits = 3,
                        .operations = 9,
                        .puts = 7,
                        .deletes = 1,
                        .range_deletes = 1,
                        .user_bytes = 512,
                        .groups = 4,
                        .syncs = 3,
                        .log_bytes = 700,
                        .log_bytes_prepared = 900};
  statistics.transactions = {.open = 2,
                             .begun = 20,
                             .committed = 11,
                             .conflicts = {.keys = 3, .ranges = 2, .dropped_collections = 1, .too_old = 4},
                             .deadlocks = 1,
                             .lock_timeouts = 2,
                             .writes_bytes = 4096,
                             .reads_bytes = 8192,
                             .evidence_bytes = 1'572'864};
  statistics.flushes = {.jobs = 2, .bytes_in = 4096, .bytes_out = 1024};
  statistics.merges = {.jobs = 1, .bytes_in = 900, .bytes_out = 500};
  statistics.pacing = {.for_flushes = {.count = 3, .nanoseconds = 12'000'000, .nanoseconds_max = 5'100'000},
                       .for_merges = {},
                       .runs_max = 9,
                       .debt_bytes = 77,
                       .is_paced = true,
                       .write_bytes_per_second = 50,
                       .flush_bytes_per_second = 60,
                       .merge_bytes_per_second = 70};
  statistics.written = {.user_bytes = 512, .log_bytes = 704, .log_prepared_bytes = 0, .flush_bytes = 64};
  statistics.latencies.get = {.count = 1,
                              .p50_nanoseconds = 700,
                              .p99_nanoseconds = 1500,
                              .p999_nanoseconds = 12'000,
                              .max_nanoseconds = 100'400'000,
                              .buckets = {{.nanoseconds = 700, .count = 1}}};
  statistics.recovered_log_bytes = 3;
  return statistics;
}

TEST(StatisticsPage, ShowsCountersWithUnits) {
  const std::string text = command_line::StatisticsAsText(CountersOfAllKinds());
  EXPECT_TRUE(Has(text,
                  "\ntiers               as flushed: 3 runs of 150 B, merged once: 2 runs of 3.00 KiB, "
                  "merged again: 1 run of 9 B  users\n"))
      << text;
  EXPECT_TRUE(Has(text,
                  "views               2, the oldest 3.20 s old at 1:40; pinned are 1.50 MiB of memtables and 1 file, "
                  "2.00 KiB; 3 spilled to 4.00 KiB\n"))
      << text;
  EXPECT_TRUE(text.ends_with(
      "\nSINCE THE OPEN\n"
      "reads               10 gets, 8 found; 1 seek\n"
      "filters             asked 20 times, 15 ruled out, 1 false positive\n"
      "commits             5, 3 with sync; 7 puts, 1 delete, 1 range delete of 512 B; 4 groups with 3 syncs\n"
      "flushes             2, 4.00 KiB in, 1.00 KiB out\n"
      "merges              1, 900 B in, 500 B out\n"
      "ingests             0, 0 B in, 0 B out\n"
      "written             768 B, 1.50 times: log 704 B, prepared 0 B, flushes 64 B, merges 0 B, ingests 0 B, "
      "manifest 0 B, recovery 0 B\n"
      "delays for flushes  3, 12.0 ms together, 5.10 ms the longest\n"
      "delays for merges   0, 0 ns together, 0 ns the longest\n"
      "transactions        20 begun, 2 open, 11 committed; 10 conflicts (keys 3, ranges 2, dropped collections 1, "
      "too old 4), 1 deadlock, 2 timeouts; 4.00 KiB written, 8.00 KiB read, 1.50 MiB kept to compare with\n"
      "\n"
      "TIME OF               MEASURED       P50       P99     P99.9       MAX\n"
      "get                          1    700 ns   1.50 us   12.0 us    100 ms\n"))
      << text;
}

TEST(StatisticsPage, ShowsCountersAsJson) {
  const std::string json = command_line::StatisticsAsJson(CountersOfAllKinds());
  for (const char* const part :
       {"\"reads\":{\"gets\":10,\"gets_found\":8,\"seeks\":1}",
        "\"filters\":{\"asked\":20,\"ruled_out\":15,\"false_positives\":1}",
        "\"views\":{\"views\":2,\"oldest_nanoseconds\":3200000000,\"oldest\":{\"epoch\":1,\"counter\":40},"
        "\"pinned_memtables_bytes\":1572864,\"pinned_files\":{\"files\":1,\"bytes\":2048},\"spilled_views\":3,"
        "\"scratch_bytes\":4096}",
        "\"commits\":{\"commits\":5,\"synced_commits\":3,\"operations\":9,\"puts\":7,\"deletes\":1,"
        "\"range_deletes\":1,\"user_bytes\":512,\"groups\":4,\"syncs\":3,\"log_bytes\":700,"
        "\"log_bytes_prepared\":900}",
        "\"transactions\":{\"open\":2,\"begun\":20,\"committed\":11,\"conflicts\":{\"keys\":3,\"ranges\":2,"
        "\"dropped_collections\":1,\"too_old\":4},\"deadlocks\":1,\"lock_timeouts\":2,\"writes_bytes\":4096,"
        "\"reads_bytes\":8192,\"evidence_bytes\":1572864}",
        "\"flushes\":{\"jobs\":2,\"bytes_in\":4096,\"bytes_out\":1024}",
        "\"pacing\":{\"for_flushes\":{\"count\":3,\"nanoseconds\":12000000,\"nanoseconds_max\":5100000},"
        "\"for_merges\":{\"count\":0,\"nanoseconds\":0,\"nanoseconds_max\":0},\"runs_max\":9,\"debt_bytes\":77,"
        "\"write_bytes_per_second\":50,\"flush_bytes_per_second\":60,\"merge_bytes_per_second\":70}",
        "\"written\":{\"user_bytes\":512,\"log_bytes\":704,\"log_prepared_bytes\":0,\"flush_bytes\":64,"
        "\"merge_bytes\":0,\"ingest_bytes\":0,\"manifest_bytes\":0,\"recovery_bytes\":0,\"total_bytes\":768,"
        "\"amplification\":1.5}",
        "\"latencies\":{\"get\":{\"count\":1,\"p50_nanoseconds\":700,\"p99_nanoseconds\":1500,"
        "\"p999_nanoseconds\":12000,\"max_nanoseconds\":100400000,"
        "\"buckets\":[{\"nanoseconds\":700,\"count\":1}]},",
        "\"recovered_log_bytes\":3}"}) {
    EXPECT_TRUE(Has(json, part)) << part << " in " << json;
  }
}

// Names of members of all objects in it.
void AddMembers(const nlohmann::json& json, std::set<std::string>& names) {
  for (const auto& [name, part] : json.items()) {
    if (json.is_object()) names.insert(name);
    if (part.is_structured()) AddMembers(part, names);
  }
}

TEST(StatisticsPage, NoMemberOfItsJsonIsMissingInTheDocument) {
  std::ifstream file(std::string(LOGWOOD_SOURCE_DIR) + "/docs/statistics.md");
  const std::string document((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::set<std::string> names;
  AddMembers(nlohmann::json::parse(command_line::StatisticsAsJson(CountersOfAllKinds())), names);
  EXPECT_GT(names.size(), 80u);
  for (const std::string& name : names) EXPECT_TRUE(Has(document, "`" + name + "`")) << name;
}

TEST(Quantity, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(command_line::BytesAsText(0), "0 B");
  EXPECT_EQ(command_line::BytesAsText(999), "999 B");
  EXPECT_EQ(command_line::BytesAsText(1000), "0.98 KiB");
  EXPECT_EQ(command_line::BytesAsText(10 << 20), "10.0 MiB");
  EXPECT_EQ(command_line::BytesAsText(uint64_t{5} << 50), "5120 TiB");
  EXPECT_EQ(command_line::DurationAsText(999), "999 ns");
  EXPECT_EQ(command_line::DurationAsText(1'000), "1.00 us");
  EXPECT_EQ(command_line::DurationAsText(999'999), "1.00 ms");
  EXPECT_EQ(command_line::DurationAsText(99'960'000), "100 ms");
  EXPECT_EQ(command_line::DurationAsText(7'200'000'000'000), "7200 s");
  EXPECT_EQ(command_line::CountAsText(1, "file"), "1 file");
  EXPECT_EQ(command_line::CountAsText(0, "file"), "0 files");
}

}  // namespace
}  // namespace logwood::testing
