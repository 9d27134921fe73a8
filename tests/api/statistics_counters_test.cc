#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "logwood/logwood.h"
#include "logwood/testing/simulated_store.h"
#include "tests/api/map_cursor.h"
#include "tests/api/statistics_fixture.h"
#include "tests/engine/wrapped_store.h"

// What Database::Statistics() counts: known calls give known numbers.
namespace logwood {
namespace {

// A clock that stands still until it is told to pass. Jobs run while somebody waits, as those of a QueueRuntime.
class ClockRuntime final : public Runtime {
 public:
  std::chrono::nanoseconds Now() override { return now_; }
  uint64_t Random() override { return queue_.Random(); }
  void Execute(std::function<void()> job) override { queue_.Execute(std::move(job)); }
  void ExecuteAfter(std::chrono::nanoseconds delay, std::function<void()> job) override {
    queue_.ExecuteAfter(delay, std::move(job));
  }
  Scheduler* scheduler() override { return queue_.scheduler(); }
  void Pass(std::chrono::nanoseconds time) { now_ += time; }

 private:
  testing::QueueRuntime queue_{1};
  std::chrono::nanoseconds now_{1};
};

// Counts what is appended to its files; a sync takes a millisecond of `clock`, if there is one.
class MeasuredStore final : public WrappedStore {
 public:
  explicit MeasuredStore(Store& inner, ClockRuntime* clock = nullptr) : WrappedStore(inner), clock_(clock) {}

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    Result<std::unique_ptr<AppendFile>> file = inner_.Create(name, options);
    if (!file.ok()) return file;
    return std::unique_ptr<AppendFile>(std::make_unique<File>(*std::move(file), *this));
  }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }

 private:
  class File final : public AppendFile {
   public:
    File(std::unique_ptr<AppendFile> inner, MeasuredStore& store) : inner_(std::move(inner)), store_(store) {}
    Status Append(Bytes data) override {
      store_.bytes_ += data.size();
      return inner_->Append(data);
    }
    Status Sync() override {
      if (store_.clock_ != nullptr) store_.clock_->Pass(std::chrono::milliseconds(1));
      return inner_->Sync();
    }
    Status Finish() override { return inner_->Finish(); }
    [[nodiscard]] uint64_t size() const override { return inner_->size(); }

   private:
    const std::unique_ptr<AppendFile> inner_;
    MeasuredStore& store_;
  };

  ClockRuntime* const clock_;
  uint64_t bytes_ = 0;
};

// Reads within the destructor of an object of its thread, where no slot is left.
class ReadsAtTheEnd {
 public:
  explicit ReadsAtTheEnd(Collection& collection) : collection_(collection) {}
  ReadsAtTheEnd(const ReadsAtTheEnd&) = delete;
  ReadsAtTheEnd& operator=(const ReadsAtTheEnd&) = delete;
  ~ReadsAtTheEnd() {
    collection_.Get("a").status().Check();
    const Cursor cursor = collection_.Scan();
  }

 private:
  Collection& collection_;
};

TEST_F(StatisticsTest, CountWritesByTypeAndTheirBytes) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  users.Put("key", "value").Check();                    // 3 + 5.
  users.Delete("other", kWithoutSync).Check();          // 5.
  users.DeleteRange("a", "bcd", kWithoutSync).Check();  // 1 + 3.
  Batch batch;
  batch.Put(users, "x", std::string(50'000, 'v'));  // 1 + 50,000.
  batch.DeleteFrom(users, "yz");                    // 2.
  db.Commit(batch).Check();
  const DatabaseStatistics statistics = db.Statistics().value();
  const CommitStatistics& commits = statistics.commits;
  EXPECT_EQ(commits.commits, 4u);
  EXPECT_EQ(commits.synced_commits, 2u);
  EXPECT_EQ(commits.operations, 5u);
  EXPECT_EQ(commits.puts, 2u);
  EXPECT_EQ(commits.deletes, 1u);
  EXPECT_EQ(commits.range_deletes, 2u);
  EXPECT_EQ(commits.user_bytes, 50'020u);
  EXPECT_EQ(statistics.written.user_bytes, 50'020u);
}

TEST_F(StatisticsTest, CountGetsAndSeeks) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  for (const char* const key : {"a", "b"}) users.Put(key, "value").Check();
  for (const char* const key : {"a", "b", "c"}) users.Get(key).status().Check();
  const View view = db.NewView().value();
  for (const char* const key : {"a", "d"}) view.Get(users, key).status().Check();
  Cursor cursor = users.Scan();  // Seeks the first.
  cursor.Next();
  cursor.Prev();
  cursor.Seek("b");
  cursor.SeekExact("b");
  cursor.SeekAtOrBefore("b");
  cursor.Last();
  const ReadStatistics reads = db.Statistics()->reads;
  EXPECT_EQ(reads.gets, 5u);
  EXPECT_EQ(reads.gets_found, 3u);
  EXPECT_EQ(reads.seeks, 5u);
}

TEST_F(StatisticsTest, CountReadsOfThreadsThatHaveEnded) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  users.Put("a", "value").Check();
  for (int i = 0; i < 3; ++i) std::thread([&users] { users.Get("a").status().Check(); }).join();
  EXPECT_EQ(db.Statistics()->reads.gets, 3u);
  db.Flush().Check();  // What the threads had is let go of.
  users.Get("a").status().Check();
  EXPECT_EQ(db.Statistics()->reads.gets, 4u);
  EXPECT_EQ(db.Statistics()->reads.gets_found, 4u);
}

TEST_F(StatisticsTest, CountReadsOfAThreadThatIsAboutToEnd) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  users.Put("a", "value").Check();
  std::thread([&users] {
    static thread_local const ReadsAtTheEnd last(users);
    users.Get("b").status().Check();  // The slot is made after it, and goes before it.
  }).join();
  const ReadStatistics reads = db.Statistics()->reads;
  EXPECT_EQ(reads.gets, 2u);
  EXPECT_EQ(reads.gets_found, 1u);
  EXPECT_EQ(reads.seeks, 1u);
}

TEST_F(StatisticsTest, CountWhatFiltersSaid) {
  constexpr int kKeys = 2'000;
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  for (const bool is_old : {true, false}) {
    for (int i = 0; i < kKeys; ++i) {
      users.Put(std::to_string(i) + (is_old ? "old" : "new"), "value", kWithoutSync).Check();
    }
    db.Flush().Check();
  }
  ASSERT_EQ(db.Statistics()->collections[0].trees.runs, 2u);
  for (int i = 0; i < kKeys; ++i) users.Get(std::to_string(i) + "new").status().Check();
  const FilterStatistics newest = db.Statistics()->filters;
  EXPECT_EQ(newest.asked, uint64_t{kKeys});
  EXPECT_EQ(newest.ruled_out, 0u);
  EXPECT_EQ(newest.false_positives, 0u);
  for (int i = 0; i < kKeys; ++i) users.Get(std::to_string(i) + "gone").status().Check();
  const FilterStatistics both = db.Statistics()->filters;
  EXPECT_EQ(both.asked - newest.asked, uint64_t{2 * kKeys});
  EXPECT_EQ(both.ruled_out + both.false_positives, uint64_t{2 * kKeys});
  EXPECT_GT(both.ruled_out, uint64_t{2 * kKeys * 9 / 10});
  EXPECT_GT(both.false_positives, 0u);
}

TEST_F(StatisticsTest, TellWhatViewsHold) {
  ClockRuntime clock;
  Database db = Database::Open(*store_, {}, clock).value();
  Collection users = db.CreateCollection("users").value();
  EXPECT_EQ(db.Statistics()->views.views, 0u);
  users.Put("a", std::string(100'000, 'v')).Check();
  {
    const View first = db.NewView().value();
    clock.Pass(std::chrono::seconds(3));
    users.Put("b", "value").Check();
    const View second = db.NewView().value();
    const Cursor cursor = first.Scan(users);
    const ViewStatistics views = db.Statistics()->views;
    EXPECT_EQ(views.views, 3u);
    EXPECT_EQ(views.oldest_nanoseconds, 3'000'000'000u);
    EXPECT_EQ(views.oldest.epoch, 1u);
    EXPECT_EQ(views.oldest.counter, 1u);
    EXPECT_EQ(views.pinned_memtables_bytes, 0u);
    const uint64_t bytes = db.Statistics()->active_memtables.bytes;
    db.Flush().Check();
    EXPECT_EQ(db.Statistics()->views.pinned_memtables_bytes, bytes);
  }
  const ViewStatistics views = db.Statistics()->views;
  EXPECT_EQ(views.views, 0u);
  EXPECT_EQ(views.oldest_nanoseconds, 0u);
  EXPECT_EQ(views.pinned_memtables_bytes, 0u);
}

TEST_F(StatisticsTest, TellFilesThatViewsKeep) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  for (const char* const key : {"a", "b"}) {
    users.Put(key, std::string(20'000, 'v')).Check();
    db.Flush().Check();
  }
  const FileStatistics before = FilesEndingWith(*store_, ".tree");
  {
    const View view = db.NewView().value();
    db.Compact(users).Check();
    const FileStatistics pinned = db.Statistics()->views.pinned_files;
    EXPECT_EQ(pinned.files, 2u);
    EXPECT_EQ(pinned.bytes, before.bytes);
  }
  EXPECT_EQ(db.Statistics()->views.pinned_files.files, 0u);
}

TEST_F(StatisticsTest, TellRunsByPartitionAndTier) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  for (const char* const key : {"a", "b"}) {
    users.Put(key, "value").Check();
    users.Delete("x").Check();
    db.Flush().Check();
  }
  const TreeStatistics flushed = db.Statistics()->collections[0].trees;
  ASSERT_EQ(flushed.partitions.size(), 1u);
  EXPECT_EQ(flushed.partitions[0].start, "");
  ASSERT_EQ(flushed.partitions[0].tiers.size(), 3u);
  const TierStatistics& first = flushed.partitions[0].tiers[0];
  EXPECT_EQ(first.runs, 2u);
  EXPECT_EQ(first.entries, flushed.entries);
  EXPECT_EQ(first.tombstones, flushed.tombstones);
  EXPECT_EQ(first.bytes, 2u * 6 + flushed.tombstones);
  EXPECT_EQ(flushed.partitions[0].tiers[1].runs, 0u);
  db.Compact(users).Check();
  const TreeStatistics merged = db.Statistics()->collections[0].trees;
  EXPECT_EQ(merged.partitions[0].tiers[0].runs, 0u);
  EXPECT_EQ(merged.partitions[0].tiers[1].runs, 1u);
  EXPECT_EQ(merged.partitions[0].tiers[1].entries, 2u);
  EXPECT_EQ(merged.partitions[0].tiers[1].bytes, 12u);
}

TEST_F(StatisticsTest, TellRangeTombstonesOfTrees) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  for (const char* const key : {"a", "m", "z"}) users.Put(key, "value").Check();
  db.Flush().Check();
  EXPECT_EQ(db.Statistics()->collections[0].trees.range_tombstones, 0u);
  EXPECT_EQ(db.Statistics()->collections[0].trees.range_tombstones_bytes, 0u);
  users.DeleteRange("b", "n").Check();
  users.DeleteRange("p", "q").Check();
  db.Flush().Check();
  const TreeStatistics trees = db.Statistics()->collections[0].trees;
  EXPECT_EQ(trees.range_tombstones, 2u);
  EXPECT_GE(trees.range_tombstones_bytes, 4u);
  EXPECT_LT(trees.range_tombstones_bytes, 1'000u);
}

TEST_F(StatisticsTest, TellEveryByteWrittenByItsCause) {
  MeasuredStore store(*store_);
  Database db = Database::Open(store, {.log_file_size_bytes = 65'536}, runtime_).value();
  Collection users = db.CreateCollection("users").value();
  for (int i = 0; i < 300; ++i) users.Put(std::to_string(i), std::string(1'000, 'v'), kWithoutSync).Check();
  db.Flush().Check();
  users.Delete("7").Check();
  db.Compact(users).Check();
  std::vector<IngestedEntries> parts;
  parts.push_back({.collection = users, .entries = testing::NewMapCursor({{"new", "value"}})});
  db.Ingest(std::move(parts)).Check();
  users.Put("last", "value").Check();
  const DatabaseStatistics statistics = db.Statistics().value();
  const WrittenStatistics& written = statistics.written;
  EXPECT_EQ(written.total_bytes(), store.bytes());
  EXPECT_GT(written.log_bytes, statistics.commits.log_bytes);
  EXPECT_EQ(written.flush_bytes, statistics.flushes.bytes_out + statistics.stored.reserves.bytes);
  EXPECT_EQ(written.merge_bytes, statistics.merges.bytes_out);
  EXPECT_EQ(statistics.ingests.jobs, 1u);
  EXPECT_GT(written.ingest_bytes, 0u);
  EXPECT_GT(written.manifest_bytes, 0u);
  EXPECT_EQ(written.recovery_bytes, 0u);
  EXPECT_EQ(written.user_bytes, statistics.commits.user_bytes + written.ingest_bytes);
  EXPECT_DOUBLE_EQ(written.amplification(),
                   static_cast<double>(store.bytes()) / static_cast<double>(written.user_bytes));
  EXPECT_GT(written.amplification(), 2);
}

TEST_F(StatisticsTest, TellWhatAnOpenReadAndWroteAnew) {
  testing::SimulatedStore device(runtime_);
  Database before = Database::Open(device, {}, runtime_).value();
  Collection users = before.CreateCollection("users").value();
  users.Put("a", std::string(5'000, 'v'), kWithoutSync).Check();
  EXPECT_EQ(before.Statistics()->recovered_log_bytes, 0u);
  EXPECT_EQ(before.Statistics()->written.recovery_bytes, 0u);
  const uint64_t log_bytes = FilesEndingWith(device, ".log").bytes;
  const std::unique_ptr<testing::SimulatedStore> found = device.Clone();  // As if the process had died.
  MeasuredStore store(*found);
  const Database db = Database::Open(store, {}, runtime_).value();
  const DatabaseStatistics statistics = db.Statistics().value();
  EXPECT_EQ(statistics.recovered_log_bytes, log_bytes);
  EXPECT_EQ(statistics.written.recovery_bytes, log_bytes);
  EXPECT_EQ(statistics.written.total_bytes(), store.bytes());
  EXPECT_EQ(statistics.written.user_bytes, 0u);
  EXPECT_EQ(statistics.written.amplification(), 0);
}

TEST_F(StatisticsTest, MeasureTheFirstAndEvery64thOfAThread) {
  Database db = Open();
  Collection users = db.CreateCollection("users").value();
  for (int i = 0; i < 64; ++i) users.Put("a", "value", kWithoutSync).Check();
  for (int i = 0; i < 65; ++i) users.Get("a").status().Check();
  Cursor cursor = users.Scan();
  for (int i = 0; i < 129; ++i) cursor.Seek("a");
  const LatenciesStatistics latencies = db.Statistics()->latencies;
  EXPECT_EQ(latencies.commit.count, 1u);
  EXPECT_EQ(latencies.get.count, 2u);
  EXPECT_EQ(latencies.seek.count, 3u);
}

TEST_F(StatisticsTest, MeasureEverySyncFlushAndMerge) {
  ClockRuntime clock;
  MeasuredStore store(*store_, &clock);
  Database db = Database::Open(store, {}, clock).value();
  Collection users = db.CreateCollection("users").value();
  users.Put("a", "value").Check();
  users.Put("b", "value").Check();
  users.Put("c", "value", kWithoutSync).Check();
  db.Flush().Check();
  users.Put("a", "value", kWithoutSync).Check();
  db.Flush().Check();
  db.Compact(users).Check();
  const LatenciesStatistics latencies = db.Statistics()->latencies;
  EXPECT_EQ(latencies.sync.count, 2u);
  EXPECT_EQ(latencies.sync.max_nanoseconds, 1'000'000u);
  EXPECT_NEAR(static_cast<double>(latencies.sync.p50_nanoseconds), 1e6, 1e6 / 64);
  ASSERT_EQ(latencies.sync.buckets.size(), 1u);
  EXPECT_EQ(latencies.sync.buckets[0].count, 2u);
  EXPECT_EQ(latencies.commit.max_nanoseconds, 1'000'000u);
  EXPECT_EQ(latencies.flush.count, 2u);
  EXPECT_EQ(latencies.flush.max_nanoseconds, 2'000'000u);  // Its file's sync and the manifest's.
  EXPECT_EQ(latencies.merge.count, 1u);
  EXPECT_EQ(latencies.merge.max_nanoseconds, 2'000'000u);
}

}  // namespace
}  // namespace logwood
