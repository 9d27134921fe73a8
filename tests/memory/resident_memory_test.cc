#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <unistd.h>

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
                             memory.jobs_bytes;
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

}  // namespace
}  // namespace logwood::testing
