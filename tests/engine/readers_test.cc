// Readers run through seal, flush, merge and the removal of files while a writer writes: on real threads, made for
// ThreadSanitizer, and right without it.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kSlotCount = 200;
constexpr uint64_t kStride = 71;  // Coprime to kSlotCount: all slots in each round, neighbours far apart.
constexpr uint64_t kCommitCount = 40 * kSlotCount;

// Commit n writes one slot of both collections, and n itself under the key "last": so a view says which commit it is
// at, and that says all it must show. Every third visit of a slot deletes it.
class WrittenDatabase {
 public:
  WrittenDatabase()
      : memory_(NewMemoryStore()),
        store_(*memory_),
        db_(Database::Open(
                store_,
                {.memory_budget_bytes = 40 << 10, .memtable_size_bytes = 8 << 10, .log_file_size_bytes = 16 << 10})
                .value()),
        left_(db_.CreateCollection("left", {.block_size_bytes = 512}).value()),
        right_(db_.CreateCollection("right", {.block_size_bytes = 1024}).value()) {}

  void Write() {
    Batch batch;
    for (uint64_t number = 1; number <= kCommitCount && !::testing::Test::HasFailure(); ++number) {
      batch.Clear();
      for (const Collection& collection : {left_, right_}) {
        if (Deletes(number)) {
          batch.Delete(collection, KeyOf(SlotOf(number)));
        } else {
          batch.Put(collection, KeyOf(SlotOf(number)), std::to_string(number));
        }
        batch.Put(collection, "last", std::to_string(number));
      }
      const Status status = db_.Commit(batch, {.sync = number % 64 == 0 ? Sync::kYes : Sync::kNo});
      ASSERT_TRUE(status.ok()) << status;
      acknowledged_.store(number, std::memory_order_release);  // Partner of the acquires below.
    }
    finished_.store(true, std::memory_order_release);
  }

  void Compact() {
    for (bool right = false; !Finished(); right = !right) {
      const Status status = db_.Compact(right ? right_ : left_);
      ASSERT_TRUE(status.ok()) << status;
    }
  }

  // Gets go only forward, and see what was acknowledged.
  void ReadGets() {
    for (uint64_t i = 0; !Finished(); ++i) {
      const uint64_t acknowledged = acknowledged_.load(std::memory_order_acquire);
      const uint64_t last = LastOf(left_.Get("last"));
      ASSERT_GE(last, acknowledged);
      const Result<std::optional<PinnedValue>> got = right_.Get(KeyOf(i % kSlotCount));
      ASSERT_TRUE(got.ok()) << got.status();
      const bool fits = !got->has_value() || SlotOf(std::stoull((*got)->ToString())) == i % kSlotCount;
      ASSERT_TRUE(fits) << (*got)->ToString();
      gets_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // Views are whole, and stay what they are while the database goes on.
  void ReadViews() {
    std::optional<View> held;
    uint64_t held_at = 0;
    while (!Finished()) {
      const Result<View> view = db_.NewView();
      ASSERT_TRUE(view.ok()) << view.status();
      const uint64_t at = LastOf(view->Get(left_, "last"));
      CheckScan(view->Scan(left_), at);
      CheckScan(view->Scan(right_), at);
      if (held) CheckScan(held->Scan(right_), held_at);
      if (!held || at > held_at + 500) {
        held = *view;
        held_at = at;
      }
      scans_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // One cursor over all that happens: it shows the moment when it was made, again and again.
  void ReadWithOneCursor() {
    while (acknowledged_.load(std::memory_order_acquire) < kSlotCount && !Finished()) {
    }
    Cursor cursor = left_.Scan();
    cursor.SeekExact("last");
    ASSERT_TRUE(cursor.valid()) << cursor.status();
    const uint64_t at = std::stoull(cursor.value().ToString());
    while (!Finished()) CheckScan(cursor, at);
  }

  [[nodiscard]] uint64_t removals() const { return store_.calls({StoreCallKind::kRemove}); }
  [[nodiscard]] uint64_t gets() const { return gets_; }
  [[nodiscard]] uint64_t scans() const { return scans_; }
  Database& db() { return db_; }

 private:
  static std::string KeyOf(uint64_t slot) { return "key " + std::to_string(10'000 + slot); }
  static uint64_t SlotOf(uint64_t number) { return number * kStride % kSlotCount; }
  static bool Deletes(uint64_t number) { return number / kSlotCount % 3 == 2; }

  // The commits that wrote the entries that are there after commit `at`, in the order of their keys.
  static std::vector<uint64_t> ExpectedAt(uint64_t at) {
    std::vector<uint64_t> by_slot(kSlotCount, 0);
    for (uint64_t number = at < kSlotCount ? 1 : at - kSlotCount + 1; number <= at; ++number) {
      by_slot[SlotOf(number)] = Deletes(number) ? 0 : number;
    }
    std::erase(by_slot, uint64_t{0});
    if (at > 0) by_slot.push_back(at);  // "last" comes behind "key ...".
    return by_slot;
  }

  static uint64_t LastOf(const Result<std::optional<PinnedValue>>& got) {
    EXPECT_TRUE(got.ok()) << got.status();
    return got.ok() && got->has_value() ? std::stoull((*got)->ToString()) : 0;
  }

  static void CheckScan(Cursor&& cursor, uint64_t at) { CheckScan(cursor, at); }
  static void CheckScan(Cursor& cursor, uint64_t at) {
    const std::vector<uint64_t> expected = ExpectedAt(at);
    size_t count = 0;
    for (cursor.First(); cursor.valid(); cursor.Next(), ++count) {
      ASSERT_LT(count, expected.size());
      ASSERT_EQ(cursor.value().ToString(), std::to_string(expected[count])) << "at " << at << " key " << cursor.key();
    }
    ASSERT_TRUE(cursor.status().ok()) << cursor.status();
    ASSERT_EQ(count, expected.size()) << "at " << at;
    for (cursor.Last(); cursor.valid(); cursor.Prev()) {
      ASSERT_GT(count, 0u);
      ASSERT_EQ(cursor.value().ToString(), std::to_string(expected[--count])) << "at " << at;
    }
    ASSERT_TRUE(cursor.status().ok()) << cursor.status();
    ASSERT_EQ(count, 0u) << "at " << at;
  }

  [[nodiscard]] bool Finished() const {
    return finished_.load(std::memory_order_acquire) || ::testing::Test::HasFailure();
  }

  const std::unique_ptr<Store> memory_;
  FaultStore store_;
  Database db_;
  Collection left_;
  Collection right_;
  std::atomic<uint64_t> acknowledged_ = 0;
  std::atomic<bool> finished_ = false;
  std::atomic<uint64_t> gets_ = 0;
  std::atomic<uint64_t> scans_ = 0;
};

TEST(Readers, RunThroughSealFlushMergeAndRemovalOfFiles) {
  WrittenDatabase written;
  {
    ThreadPool pool(5);
    pool.Run([&] { written.ReadGets(); });
    pool.Run([&] { written.ReadViews(); });
    pool.Run([&] { written.ReadWithOneCursor(); });
    pool.Run([&] { written.Compact(); });
    pool.Run([&] { written.Write(); });
  }
  EXPECT_GT(written.removals(), 20u);
  EXPECT_GT(written.gets(), 0u);
  EXPECT_GT(written.scans(), 0u);
  EXPECT_TRUE(written.db().Verify().value().damages.empty());
}

TEST(Readers, OpenAndCloseAmongReadersAndWriters) {
  for (int round = 0; round < 20; ++round) {
    const std::unique_ptr<Store> store = NewMemoryStore();
    Database db = Database::Open(*store, {.memtable_size_bytes = 512, .log_file_size_bytes = 4096}).value();
    Collection entries = db.CreateCollection("entries").value();
    const auto closed_or = [](const Status& status) {
      EXPECT_TRUE(status.ok() || status.code() == StatusCode::kClosed) << status;
      return status.ok();
    };
    ThreadPool pool(4);
    pool.Run([&] {
      for (int i = 0; closed_or(entries.Put(std::to_string(i % 50), "value", {.sync = Sync::kNo})); ++i) {
      }
    });
    pool.Run([&] {
      while (closed_or(entries.Get("7").status())) {
      }
    });
    pool.Run([&] {
      for (bool open = true; open;) {
        Cursor scan = entries.Scan();
        while (scan.valid()) scan.Next();
        open = closed_or(scan.status());
      }
    });
    pool.Run([&, round] {
      for (int i = 0; i < 50 * round; ++i) closed_or(entries.Get("1").status());
      EXPECT_TRUE(db.Close().ok());
    });
  }
}

}  // namespace
}  // namespace logwood::testing
