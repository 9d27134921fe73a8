#include "logwood/statistics.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <thread>

#include "logwood/testing/temporary_directory.h"
#include "tests/api/statistics_fixture.h"

namespace logwood {
namespace {

TEST_F(StatisticsTest, NameEveryCollectionWithItsKind) {
  Database db = Open();
  EXPECT_TRUE(db.Statistics()->collections.empty());
  for (const char* const name : {"users", "guests", "events"}) db.CreateCollection(name).status().Check();
  db.DropCollection("guests").Check();
  const DatabaseStatistics statistics = db.Statistics().value();
  ASSERT_EQ(statistics.collections.size(), 2u);
  EXPECT_EQ(statistics.collections[0].name, "users");
  EXPECT_EQ(statistics.collections[1].name, "events");
  EXPECT_EQ(statistics.collections[1].kind, CollectionKind::kLsm);
}

TEST_F(StatisticsTest, CountWhatIsInMemoryAndThenInTrees) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  Collection events = db.CreateCollection("events").value();
  for (const char* const key : {"a", "b", "b"}) users.Put(key, "value").Check();
  events.Put("a", "value").Check();
  const DatabaseStatistics before = db.Statistics().value();
  EXPECT_EQ(before.collections[0].memtable_entries, 3u);
  EXPECT_EQ(before.collections[1].memtable_entries, 1u);
  EXPECT_EQ(before.active_memtables.generations, 1u);
  EXPECT_EQ(before.active_memtables.entries, 4u);
  EXPECT_GT(before.active_memtables.bytes, 0u);
  EXPECT_EQ(before.collections[0].trees.runs, 0u);
  db.Flush().Check();
  users.Delete("a").Check();
  db.Flush().Check();
  const DatabaseStatistics after = db.Statistics().value();
  EXPECT_EQ(after.active_memtables.entries, 0u);
  EXPECT_EQ(after.collections[0].memtable_entries, 0u);
  EXPECT_EQ(after.collections[0].trees.runs, 2u);
  EXPECT_EQ(after.collections[0].trees.entries, 3u);
  EXPECT_EQ(after.collections[0].trees.tombstones, 1u);
  EXPECT_EQ(after.collections[1].trees.runs, 1u);
  EXPECT_EQ(after.collections[1].trees.entries, 1u);
}

TEST_F(StatisticsTest, CountSealedMemtablesUntilTheyAreFlushed) {
  Database db = Open({.memtable_size_bytes = 65'536});
  Collection users = db.CreateCollection("users").value();
  for (int i = 0; i < 3; ++i) users.Put(std::to_string(i), std::string(40'000, 'v'), kWithoutSync).Check();
  const DatabaseStatistics before = db.Statistics().value();
  EXPECT_EQ(before.sealed_memtables.generations, 1u);
  EXPECT_EQ(before.sealed_memtables.entries, 2u);
  EXPECT_GE(before.sealed_memtables.bytes, 80'000u);
  EXPECT_EQ(before.active_memtables.entries, 1u);
  EXPECT_EQ(before.collections[0].memtable_entries, 3u);
  constexpr int kJobsMax = 8;  // The log's among them.
  for (int job = 0; job < kJobsMax && db.Statistics()->flushes.jobs == 0; ++job) runtime_.RunOneJob();
  const DatabaseStatistics after = db.Statistics().value();
  EXPECT_EQ(after.sealed_memtables.generations, 0u);
  EXPECT_EQ(after.sealed_memtables.bytes, 0u);
  EXPECT_EQ(after.flushes.jobs, 1u);
  EXPECT_EQ(after.flushes.bytes_in, before.sealed_memtables.bytes);
}

TEST_F(StatisticsTest, BytesOfFilesAreThoseInTheStore) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  users.Put("a", std::string(100'000, 'v')).Check();
  db.Flush().Check();
  users.Put("b", "value").Check();
  const StoredStatistics stored = db.Statistics()->stored;
  const auto expect_same = [this](const FileStatistics& told, std::string_view ending) {
    const FileStatistics found = FilesEndingWith(*store_, ending);
    EXPECT_EQ(told.files, found.files) << ending;
    EXPECT_EQ(told.bytes, found.bytes) << ending;
    EXPECT_GT(told.bytes, 0u) << ending;
  };
  expect_same(stored.manifests, ".manifest");
  expect_same(stored.logs, ".log");
  expect_same(stored.trees, ".tree");
  EXPECT_GE(stored.trees.bytes, 100'000u);
  EXPECT_EQ(stored.strangers.files, 0u);
}

TEST_F(StatisticsTest, CountStrangersApart) {
  Open().Close().Check();
  for (const char* const name : {"notes.txt", "000900.tree"}) {
    store_->Create(name, {}).value()->Append("mine").Check();
  }
  const StoredStatistics stored = Open().Statistics()->stored;
  EXPECT_EQ(stored.strangers.files, 2u);
  EXPECT_EQ(stored.strangers.bytes, 8u);
  EXPECT_EQ(stored.trees.files, 0u);
}

TEST_F(StatisticsTest, CountCommitsOperationsSyncsAndBytesOfTheLog) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  const uint64_t log_before = FilesEndingWith(*store_, ".log").bytes;
  users.Put("a", "value").Check();
  users.Put("b", std::string(50'000, 'v'), kWithoutSync).Check();
  Batch batch;
  for (const char* const key : {"c", "d", "e"}) batch.Put(users, key, "value");
  batch.Delete(users, "a");
  db.Commit(batch).Check();
  const CommitStatistics commits = db.Statistics()->commits;
  EXPECT_EQ(commits.commits, 3u);
  EXPECT_EQ(commits.operations, 6u);
  EXPECT_EQ(commits.groups, 3u);
  EXPECT_EQ(commits.syncs, 2u);
  EXPECT_EQ(commits.log_bytes, FilesEndingWith(*store_, ".log").bytes - log_before);
}

TEST_F(StatisticsTest, CountWhatWasPreparedInAllLogFiles) {
  const testing::TemporaryDirectory directory;
  Database db = Database::Open(directory.path(), {.log_file_size_bytes = 128 << 10}).value();
  Collection users = db.CreateCollection("users").value();
  users.Put("a", "value", kWithoutSync).Check();
  const DatabaseStatistics begun = db.Statistics().value();
  if (begun.stored.logs.bytes < 1024) GTEST_SKIP() << "nothing is prepared on the file system of " << directory.path();
  EXPECT_EQ(begun.commits.log_bytes_prepared, begun.stored.logs.bytes);
  const std::string value(1000, 'v');
  for (int i = 0; i < 200; ++i) users.Put("b", value, kWithoutSync).Check();
  const DatabaseStatistics statistics = db.Statistics().value();
  EXPECT_GE(statistics.stored.logs.files, 2u);  // The next one may be there as well.
  EXPECT_GT(statistics.commits.log_bytes_prepared, statistics.commits.log_bytes);
}

TEST_F(StatisticsTest, DoNotCountARefusedCommit) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  db.DropCollection("users").Check();
  ASSERT_EQ(users.Put("a", "value").code(), StatusCode::kNotFound);
  const CommitStatistics commits = db.Statistics()->commits;
  EXPECT_EQ(commits.commits, 0u);
  EXPECT_EQ(commits.groups, 0u);
  EXPECT_EQ(commits.operations, 0u);
}

TEST_F(StatisticsTest, TellBytesThatFlushesAndMergesReadAndWrote) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  const std::string value(20'000, 'v');
  uint64_t memory = 0;
  for (const char* const key : {"a", "b"}) {
    users.Put(key, value).Check();
    memory += db.Statistics()->active_memtables.bytes;
    db.Flush().Check();
  }
  const DatabaseStatistics flushed = db.Statistics().value();
  EXPECT_EQ(flushed.flushes.jobs, 2u);
  EXPECT_EQ(flushed.flushes.bytes_in, memory);
  EXPECT_EQ(flushed.flushes.bytes_out, FilesEndingWith(*store_, ".tree").bytes);
  EXPECT_EQ(flushed.merges.jobs, 0u);
  db.Compact(users).Check();
  while (FilesEndingWith(*store_, ".tree").files > 1) runtime_.RunOneJob();
  const DatabaseStatistics merged = db.Statistics().value();
  EXPECT_EQ(merged.merges.jobs, 1u);
  EXPECT_EQ(merged.merges.bytes_in, flushed.collections[0].trees.bytes);
  EXPECT_EQ(merged.merges.bytes_out, FilesEndingWith(*store_, ".tree").bytes);
  EXPECT_EQ(merged.collections[0].trees.runs, 1u);
  EXPECT_GE(merged.collections[0].trees.bytes, 40'000u);
  EXPECT_LE(merged.collections[0].trees.bytes, merged.stored.trees.bytes);
}

TEST_F(StatisticsTest, CountHitsAndMissesOfTheCache) {
  Database db = Open({.memory_budget_bytes = 1 << 20});
  Collection users = db.CreateCollection("users").value();
  users.Put("a", std::string(3'000, 'v')).Check();
  db.Flush().Check();
  ASSERT_TRUE(users.Get("a").value());
  const CacheStatistics first = db.Statistics()->cache;
  ASSERT_TRUE(users.Get("a").value());
  const CacheStatistics second = db.Statistics()->cache;
  EXPECT_LT(first.capacity_bytes, uint64_t{1} << 20);  // What memtables and the index leave.
  EXPECT_GT(first.capacity_bytes, uint64_t{1} << 19);
  EXPECT_GE(first.used_bytes, 3'000u);
  EXPECT_GT(first.misses, 0u);
  EXPECT_EQ(first.misses_bytes, first.used_bytes);
  EXPECT_EQ(second.misses, first.misses);
  EXPECT_EQ(second.hits, first.hits + 1);
}

TEST_F(StatisticsTest, TellHowFarIsPublishedAndFlushed) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  for (const char* const key : {"a", "b", "c"}) users.Put(key, "value").Check();
  const DatabaseStatistics before = db.Statistics().value();
  EXPECT_EQ(before.published.epoch, 1u);
  EXPECT_EQ(before.published.counter, 3u);
  EXPECT_EQ(before.flushed.counter, 0u);
  db.Flush().Check();
  users.Put("d", "value").Check();
  const DatabaseStatistics after = db.Statistics().value();
  EXPECT_EQ(after.published.counter, 4u);
  EXPECT_EQ(after.flushed.epoch, 1u);
  EXPECT_EQ(after.flushed.counter, 3u);
}

TEST_F(StatisticsTest, OfAReaderTellWhatWasReplayedAndCountFromItsOpen) {
  {
    Database db = Open();
    Collection users = db.CreateCollection("users").value();
    users.Put("a", "value").Check();
    db.Flush().Check();
    users.Put("b", "value").Check();
    db.Close().Check();
  }
  const Database db = Open({.mode = OpenMode::kReadOnly});
  const DatabaseStatistics statistics = db.Statistics().value();
  ASSERT_EQ(statistics.collections.size(), 1u);
  EXPECT_EQ(statistics.collections[0].trees.entries, 1u);
  EXPECT_EQ(statistics.collections[0].memtable_entries, 1u);
  EXPECT_EQ(statistics.published.counter, 2u);
  EXPECT_EQ(statistics.commits.commits, 0u);
  EXPECT_EQ(statistics.flushes.jobs, 0u);
}

TEST(ConcurrentStatistics, NeverFallAndEndExact) {
  constexpr uint64_t kCommits = 3'000;
  Database db = Database::OpenInMemory({.memtable_size_bytes = 65'536}).value();
  Collection users = db.CreateCollection("users").value();
  std::thread writer([&users] {
    for (uint64_t i = 0; i < kCommits; ++i) users.Put(std::to_string(i), std::string(100, 'v'), kWithoutSync).Check();
  });
  uint64_t commits = 0;
  uint64_t counter = 0;
  while (commits < kCommits) {
    const DatabaseStatistics statistics = db.Statistics().value();
    EXPECT_GE(statistics.commits.commits, commits);
    EXPECT_GE(statistics.published.counter, counter);
    EXPECT_GE(statistics.published.counter, statistics.flushed.counter);
    commits = statistics.commits.commits;
    counter = statistics.published.counter;
  }
  writer.join();
  db.Flush().Check();
  const DatabaseStatistics statistics = db.Statistics().value();
  EXPECT_EQ(statistics.commits.operations, kCommits);
  EXPECT_EQ(statistics.flushed.counter, kCommits);
  EXPECT_EQ(statistics.collections[0].trees.entries, kCommits);
  EXPECT_GT(statistics.flushes.jobs, 1u);
}

TEST_F(StatisticsTest, OfAClosedDatabaseAreAnError) {
  Database db = Open();
  db.Close().Check();
  EXPECT_EQ(db.Statistics().status().code(), StatusCode::kClosed);
}

}  // namespace
}  // namespace logwood
