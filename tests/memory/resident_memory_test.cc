#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "logwood/logwood.h"
#include "logwood/testing/temporary_directory.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kBudgetBytes = uint64_t{32} << 20;
constexpr uint64_t kEntries = 1'700'000;  // About 200 MB of keys and values: six times the budget.
constexpr size_t kValueSize = 100;

size_t ResidentBytes() {
  size_t total = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

// Watches how much memory the process has, and keeps the most that it had.
class Watch {
 public:
  Watch() : at_begin_(ResidentBytes()), most_(at_begin_), watcher_([this] { Run(); }) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    done_.store(true);
    watcher_.join();
  }

  // Since the last call, or since it began.
  [[nodiscard]] uint64_t TakeMostSinceBegin() {
    const size_t most = most_.exchange(ResidentBytes());
    return most - std::min(most, at_begin_);
  }

 private:
  void Run() {
    while (!done_.load()) {
      most_.store(std::max(most_.load(), ResidentBytes()));
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  const size_t at_begin_;
  std::atomic<size_t> most_;
  std::atomic<bool> done_ = false;
  std::thread watcher_;
};

std::string KeyOf(uint64_t number) {
  std::string key = std::to_string(number);
  return std::string(16 - key.size(), '0') + key;
}

// Every part reads or writes much more than the budget: what is not charged shows here.
TEST(ResidentMemory, StaysWithinABudgetThroughLoadReadsAndMerges) {
  const TemporaryDirectory directory;
  Database db = Database::Open((directory.path() / "db").string(), {.memory_budget_bytes = kBudgetBytes}).value();
  Collection entries = db.CreateCollection("entries").value();
  entries.Put("0", "").Check();  // What begins with the first write belongs to the open.
  Watch watch;
  SeededRandom random(1);
  const std::string value(kValueSize, 'v');
  const auto expect_within = [&](const char* part) {
    const uint64_t most = watch.TakeMostSinceBegin();
    const MemoryStatistics memory = db.Statistics()->memory;
    const uint64_t charged = memory.memtables_bytes + memory.spare_bytes + memory.blocks_bytes +
                             memory.cache_tables_bytes + memory.indexes_bytes + memory.filters_bytes +
                             memory.jobs_bytes + memory.transactions_bytes;
    EXPECT_LE(most, kBudgetBytes * 11 / 10) << part;
    EXPECT_LE(charged, kBudgetBytes * 11 / 10) << part;
    RecordProperty(part, static_cast<int>(most >> 10));
  };
  const auto write = [&](uint64_t count) {
    Batch batch;
    for (uint64_t i = 0; i < count; ++i) {
      batch.Put(entries, KeyOf(random.Below(kEntries)), value);
      if (i % 100 < 99) continue;
      db.Commit(batch, {.sync = Sync::kNo}).Check();
      batch.Clear();
    }
  };
  write(kEntries);
  expect_within("load");
  for (int i = 0; i < 60'000; ++i) ASSERT_TRUE(entries.Get(KeyOf(random.Below(kEntries))).ok());
  expect_within("reads");
  write(kEntries / 4);
  expect_within("overwrite");
  db.Compact(entries).Check();
  expect_within("compact");
  for (int i = 0; i < 60'000; ++i) ASSERT_TRUE(entries.Get(KeyOf(random.Below(kEntries))).ok());
  expect_within("reads after compact");
  EXPECT_GT(db.Statistics()->memory.filters_bytes, 0u);
  EXPECT_GT(db.Statistics()->memory.indexes_bytes, 0u);
}

// What all entries are, as one number that changes with each of them.
class Checksum {
 public:
  explicit Checksum(uint64_t keys) : versions_(keys) {}

  // The next value of a key.
  std::string Overwrite(uint64_t key) {
    if (versions_[key] > 0) sum_ -= Hash64(KeyOf(key) + ValueOf(versions_[key]));
    const std::string value = ValueOf(++versions_[key]);
    sum_ += Hash64(KeyOf(key) + value);
    return value;
  }
  [[nodiscard]] uint64_t sum() const { return sum_; }

 private:
  static std::string ValueOf(uint32_t version) {
    std::string value = std::to_string(version);
    value.resize(kValueSize, 'v');
    return value;
  }

  std::vector<uint32_t> versions_;
  uint64_t sum_ = 0;
};

// From where it stands in one direction.
template <class Step>
uint64_t SumOf(Cursor& cursor, const Step& step) {
  uint64_t sum = 0;
  for (; cursor.valid(); step()) sum += Hash64(cursor.key().ToString() + cursor.value().ToString());
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return sum;
}

// Each cursor is opened when several memtables have been filled since the one before, and would keep one to three of
// them: together some 250 MB.
TEST(ResidentMemory, StaysWithinABudgetThatFiftyIdleCursorsShare) {
  constexpr uint64_t kKeys = 40'000;
  constexpr uint64_t kMemtableBytes = uint64_t{2} << 20;
  const TemporaryDirectory directory;
  Database db = Database::Open((directory.path() / "db").string(),
                               {.memory_budget_bytes = kBudgetBytes, .memtable_size_bytes = kMemtableBytes})
                    .value();
  Collection entries = db.CreateCollection("entries").value();
  Checksum model(kKeys);
  entries.Put(KeyOf(0), model.Overwrite(0)).Check();
  Watch watch;
  SeededRandom random(1);
  std::vector<std::pair<Cursor, uint64_t>> cursors;
  Batch batch;
  while (cursors.size() < 50) {
    for (uint64_t i = 0; i < 40'000; ++i) {
      const uint64_t key = random.Below(kKeys);
      batch.Put(entries, KeyOf(key), model.Overwrite(key));
      if (i % 100 < 99) continue;
      db.Commit(batch, {.sync = Sync::kNo}).Check();
      batch.Clear();
    }
    cursors.emplace_back(entries.Scan(), model.sum());
  }
  db.Flush().Check();
  const uint64_t most = watch.TakeMostSinceBegin();
  EXPECT_LE(most, kBudgetBytes * 11 / 10);
  RecordProperty("writing", static_cast<int>(most >> 10));
  EXPECT_GE(db.Statistics()->views.spilled_views, 48u);  // The last ones may have little enough in memory.
  for (size_t i = 0; i < cursors.size(); ++i) {
    auto& [cursor, sum] = cursors[i];
    if (i % 3 == 0) cursor.Last();
    const uint64_t found = i % 3 == 0 ? SumOf(cursor, [&] { cursor.Prev(); }) : SumOf(cursor, [&] { cursor.Next(); });
    EXPECT_EQ(found, sum) << i;
  }
  const uint64_t most_reading = watch.TakeMostSinceBegin();
  EXPECT_LE(most_reading, kBudgetBytes * 11 / 10);
  RecordProperty("reading", static_cast<int>(most_reading >> 10));
}

}  // namespace
}  // namespace logwood::testing
