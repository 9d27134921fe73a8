#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/random.h"
#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"

namespace logwood {
namespace {

using testing::FaultStore;
using testing::StoreCallKind;
using Entries = std::map<std::string, std::string>;

constexpr int kKeyCount = 100;
constexpr CommitOptions kUnsynced{.sync = Sync::kNo};

std::string KeyOf(int number) { return "key " + std::to_string(1000 + number); }

Entries AllOf(Cursor&& cursor) {
  Entries entries;
  for (const auto [key, value] : cursor) entries.emplace(key.ToString(), value.ToString());
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return entries;
}

size_t CountOfTrees(Store& store) {
  size_t count = 0;
  for (const std::string& name : store.List().value()) count += name.ends_with(".tree") ? 1 : 0;
  return count;
}

// A database with little memory, which seals memtables only when told to.
class Tight {
 public:
  Tight() { Open(); }

  void Open() {
    db_.emplace(Database::Open(faults_, {.memory_budget_bytes = 256 << 10, .memtable_size_bytes = 64 << 10}).value());
    entries_.emplace(db_->OpenOrCreate("entries").value());
    padding_.emplace(db_->OpenOrCreate("padding").value());
  }
  // Writes all keys, each with a value of this round.
  void Write(int round) {
    for (int i = 0; i < kKeyCount; ++i) Put(KeyOf(i), "round " + std::to_string(round) + std::string(80, '.'));
  }
  void Put(const std::string& key, const std::string& value) {
    entries_->Put(key, value, kUnsynced).Check();
    model_[key] = value;
  }
  // Overwrites some keys, and makes the memtables so large that a view may not have them alone.
  void Overwrite() {
    ++rounds_;
    for (int i = 0; i < kKeyCount; i += 5) Put(KeyOf(i), "overwritten " + std::to_string(rounds_));
    padding_->Put("", std::string(40'000, 'p'), kUnsynced).Check();
  }
  // The flush spills what is in the way when it has written its own.
  void OverwriteAndFlush() {
    Overwrite();
    db_->Flush().Check();
  }
  [[nodiscard]] ViewStatistics Views() const { return db_->Statistics()->views; }

  const std::unique_ptr<Store> store_ = NewMemoryStore();
  FaultStore faults_{*store_};
  std::optional<Database> db_;
  std::optional<Collection> entries_;
  std::optional<Collection> padding_;
  Entries model_;
  int rounds_ = 0;
};

class SpilledView : public ::testing::Test, protected Tight {};

class SpilledCursor : public SpilledView {
 protected:
  // A cursor over what was written until then, and what it should show.
  void Begin() {
    Write(0);
    before_ = model_;
    cursor_.emplace(entries_->Scan());
  }
  void ExpectAt(int number) {
    ASSERT_TRUE(cursor_->valid()) << cursor_->status();
    EXPECT_EQ(cursor_->key(), KeyOf(number));
    EXPECT_EQ(cursor_->value(), before_.at(KeyOf(number)));
  }

  Entries before_;
  std::optional<Cursor> cursor_;
};

TEST_F(SpilledView, ReadsWhatItHadInMemory) {
  Write(0);
  const Entries before = model_;
  const View view = db_->NewView().value();
  OverwriteAndFlush();
  EXPECT_EQ(Views().spilled_views, 1u);
  EXPECT_GT(Views().scratch_bytes, 0u);
  EXPECT_EQ(Views().pinned_memtables_bytes, 0u);
  EXPECT_EQ(AllOf(view.Scan(*entries_)), before);
  for (const auto& [key, value] : before) EXPECT_EQ(view.Get(*entries_, key).value()->string_view(), value);
  EXPECT_FALSE(view.Get(*entries_, "key 1000.5").value());
  EXPECT_EQ(AllOf(entries_->Scan()), model_);
}

TEST_F(SpilledView, IsNotSpilledWhileWhatItHoldsIsNeededAnyway) {
  Write(0);
  const View view = db_->NewView().value();
  EXPECT_EQ(Views().spilled_views, 0u);
  EXPECT_EQ(Views().pinned_memtables_bytes, 0u);
}

TEST_F(SpilledView, TombstonesHideWhatIsInItsTrees) {
  Write(0);
  db_->Flush().Check();
  for (int i = 0; i < kKeyCount; i += 2) {
    entries_->Delete(KeyOf(i), kUnsynced).Check();
    model_.erase(KeyOf(i));
  }
  const Entries before = model_;
  const View view = db_->NewView().value();
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 1u);
  EXPECT_EQ(AllOf(view.Scan(*entries_)), before);
  EXPECT_FALSE(view.Get(*entries_, KeyOf(0)).value());
  EXPECT_TRUE(view.Get(*entries_, KeyOf(1)).value());
}

TEST_F(SpilledView, RangeTombstonesHideWhatIsInItsTreesAndNothingElse) {
  Write(0);
  db_->Flush().Check();
  Put(KeyOf(15), "hidden");
  entries_->DeleteRange(KeyOf(10), KeyOf(40), kUnsynced).Check();
  model_.erase(model_.find(KeyOf(10)), model_.find(KeyOf(40)));
  Put(KeyOf(20), "newer");
  const Entries before = model_;
  const View view = db_->NewView().value();
  entries_->DeleteFrom("", kUnsynced).Check();
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 1u);
  EXPECT_EQ(AllOf(view.Scan(*entries_)), before);
  EXPECT_FALSE(view.Get(*entries_, KeyOf(15)).value());
  EXPECT_EQ(view.Get(*entries_, KeyOf(20)).value()->string_view(), "newer");
}

TEST_F(SpilledView, MayHaveNothingButARangeTombstone) {
  Write(0);
  db_->Flush().Check();
  entries_->DeleteFrom(KeyOf(1), kUnsynced).Check();
  const View view = db_->NewView().value();
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 1u);
  EXPECT_EQ(AllOf(view.Scan(*entries_)).size(), 1u);
}

TEST_F(SpilledView, NeedsNoFileWhereItHasNothingInMemory) {
  const View view = db_->NewView().value();
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 1u);
  EXPECT_EQ(Views().scratch_bytes, 0u);
  EXPECT_EQ(AllOf(view.Scan(*entries_)), Entries());
}

TEST_F(SpilledView, ShowsAllCollectionsOfItsTime) {
  Collection other = db_->CreateCollection("other").value();
  other.Put("a", "1", kUnsynced).Check();
  Write(0);
  const Entries before = model_;
  const View view = db_->NewView().value();
  db_->DropCollection("other").Check();
  Collection younger = db_->CreateCollection("younger").value();
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 1u);
  EXPECT_EQ(view.Get(other, "a").value()->string_view(), "1");
  EXPECT_EQ(AllOf(view.Scan(other)), (Entries{{"a", "1"}}));
  EXPECT_EQ(AllOf(view.Scan(*entries_)), before);
  EXPECT_EQ(view.Get(younger, "a").status().code(), StatusCode::kNotFound);
}

TEST_F(SpilledView, FileGoesWithTheLastWhoReadsIt) {
  Write(0);
  std::optional<View> view = db_->NewView().value();
  OverwriteAndFlush();
  const size_t trees = CountOfTrees(*store_);
  std::optional<Cursor> cursor = view->Scan(*entries_);
  view.reset();
  EXPECT_EQ(CountOfTrees(*store_), trees);
  cursor.reset();
  db_->Close().Check();  // Waits for the removal.
  EXPECT_EQ(CountOfTrees(*store_), trees - 1);
}

TEST_F(SpilledView, FileThatOutlivesTheDatabaseGoesWithTheNextOpen) {
  Write(0);
  std::optional<View> view = db_->NewView().value();
  OverwriteAndFlush();
  const size_t trees = CountOfTrees(*store_);
  db_->Close().Check();
  EXPECT_EQ(CountOfTrees(*store_), trees);
  view.reset();
  Open();
  EXPECT_EQ(CountOfTrees(*store_), trees - 1);
  EXPECT_TRUE(db_->Verify()->strangers.empty());
  EXPECT_EQ(AllOf(entries_->Scan()), model_);
}

TEST_F(SpilledView, ViewsAndCursorsOfOnePointShareAFile) {
  Write(0);
  const Entries before = model_;
  const View view = db_->NewView().value();
  const View same = db_->NewView().value();
  Cursor cursor = view.Scan(*entries_);
  OverwriteAndFlush();
  EXPECT_EQ(Views().spilled_views, 3u);
  EXPECT_EQ(CountOfTrees(*store_), 2u);  // Of the flush, and the shared one.
  EXPECT_EQ(AllOf(std::move(cursor)), before);
  EXPECT_EQ(AllOf(same.Scan(*entries_)), before);
}

TEST_F(SpilledView, ManyAtDifferentPointsAreSpilledBitByBit) {
  std::vector<std::pair<View, Entries>> views;
  for (int i = 0; i < 12; ++i) {
    Overwrite();
    views.emplace_back(db_->NewView().value(), model_);
  }
  for (int i = 0; i < 6; ++i) OverwriteAndFlush();
  EXPECT_EQ(Views().spilled_views, 12u);
  for (const auto& [view, entries] : views) EXPECT_EQ(AllOf(view.Scan(*entries_)), entries);
}

TEST_F(SpilledCursor, BatchesStayWhatTheyAreAndGoOnBehindOneAnother) {
  Begin();
  std::span<const Cursor::KeyAndValue> batch = cursor_->NextBatch(10);
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 1u);
  for (int at = 0; at < kKeyCount; batch = cursor_->NextBatch(10)) {
    ASSERT_FALSE(batch.empty()) << cursor_->status();
    for (const auto [key, value] : batch) {
      EXPECT_EQ(key, KeyOf(at));
      EXPECT_EQ(value, before_.at(KeyOf(at)));
      ++at;
    }
  }
  EXPECT_TRUE(batch.empty());
  EXPECT_TRUE(cursor_->status().ok()) << cursor_->status();
}

TEST_F(SpilledCursor, GoesOnFromItsEntryInBothDirections) {
  Begin();
  for (int i = 0; i < 50; ++i) cursor_->Next();
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 1u);
  ExpectAt(50);
  cursor_->Prev();
  ExpectAt(49);
  cursor_->Next();
  cursor_->Next();
  ExpectAt(51);
  EXPECT_EQ(AllOf(*std::move(cursor_)).size(), 49u);
}

TEST_F(SpilledCursor, KeepsWhatItsUserLooksAt) {
  Begin();
  const Bytes key = cursor_->key();
  const Bytes value = cursor_->value();
  for (int i = 0; i < 5; ++i) OverwriteAndFlush();
  EXPECT_EQ(key, KeyOf(0));
  EXPECT_EQ(value, before_.at(KeyOf(0)));
  EXPECT_EQ(cursor_->key().data(), key.data());
  cursor_->Seek(key);  // As promised, it may point into the entry.
  ExpectAt(0);
}

// Moved after each flush, so that it is replaced wherever it stands.
TEST_F(SpilledCursor, IsAnEntryFromMemoryOrFromATree) {
  Write(0);
  db_->Flush().Check();
  for (int i = 0; i < kKeyCount; i += 3) Put(KeyOf(i), "in memory");
  before_ = model_;
  std::vector<Cursor> cursors;
  for (int i = 0; i < 9; ++i) cursors.push_back(entries_->ScanFrom(KeyOf(i)));
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 9u);
  for (size_t i = 0; i < 9; ++i) {
    const auto first = before_.find(KeyOf(static_cast<int>(i)));
    EXPECT_EQ(AllOf(std::move(cursors[i])), Entries(first, before_.end())) << i;
  }
}

TEST_F(SpilledCursor, KeepsItsBounds) {
  Write(0);
  cursor_.emplace(entries_->Scan(KeyOf(10), KeyOf(20)));
  OverwriteAndFlush();
  cursor_->Last();
  EXPECT_EQ(cursor_->key(), KeyOf(19));
  cursor_->Next();
  EXPECT_FALSE(cursor_->valid());
  cursor_->SeekExact(KeyOf(9));
  EXPECT_FALSE(cursor_->valid());
  cursor_->SeekAtOrBefore(KeyOf(50));
  EXPECT_EQ(cursor_->key(), KeyOf(19));
  EXPECT_TRUE(cursor_->status().ok());
}

TEST_F(SpilledCursor, ThatWasAtItsEndStaysThereAndCanBeMovedBack) {
  Begin();
  cursor_->Last();
  cursor_->Next();
  OverwriteAndFlush();
  EXPECT_FALSE(cursor_->valid());
  EXPECT_TRUE(cursor_->status().ok());
  cursor_->Last();
  ExpectAt(kKeyCount - 1);
}

TEST_F(SpilledCursor, OfAClosedDatabaseGivesClosed) {
  Begin();
  OverwriteAndFlush();
  db_->Close().Check();
  ExpectAt(0);
  cursor_->Next();
  EXPECT_FALSE(cursor_->valid());
  EXPECT_EQ(cursor_->status().code(), StatusCode::kClosed);
}

// What is damaged or cannot be read is told, and the error stays.
TEST_F(SpilledCursor, TellsThatItsFileCannotBeRead) {
  Begin();
  OverwriteAndFlush();
  ASSERT_EQ(Views().spilled_views, 1u);
  faults_.FailAt(faults_.calls({StoreCallKind::kRead}) + 1,
                 {.how_long = testing::FaultFor::kForEver, .kinds = {StoreCallKind::kRead}});
  cursor_->Next();
  faults_.Heal();
  EXPECT_FALSE(cursor_->valid());
  EXPECT_EQ(cursor_->status().code(), StatusCode::kIo);
  cursor_->First();
  EXPECT_FALSE(cursor_->valid());
  EXPECT_EQ(cursor_->status().code(), StatusCode::kIo);
}

TEST_F(SpilledCursor, ThatHadFailedStaysFailed) {
  Write(0);
  db_->Flush().Check();
  Write(1);
  faults_.FailAt(faults_.calls({StoreCallKind::kRead}) + 1,
                 {.how_long = testing::FaultFor::kForEver, .kinds = {StoreCallKind::kRead}});
  cursor_.emplace(entries_->Scan());
  faults_.Heal();
  ASSERT_EQ(cursor_->status().code(), StatusCode::kIo);
  OverwriteAndFlush();
  cursor_->First();
  EXPECT_FALSE(cursor_->valid());
  EXPECT_EQ(cursor_->status().code(), StatusCode::kIo);
}

// Cursors of several threads go to and fro, and rest, while their views are taken from them. All keys of a view have
// values of the same round.
TEST_F(SpilledView, CursorsMoveWhileTheyAreTakenAway) {
  constexpr int kRounds = 60;
  Batch first;
  for (int i = 0; i < kKeyCount; ++i) first.Put(*entries_, KeyOf(i), "first");
  db_->Commit(first, kUnsynced).Check();
  std::atomic<bool> done = false;
  std::atomic<uint64_t> walks = 0;
  const auto walk = [&](uint64_t seed) {
    SeededRandom random(seed);
    while (!done.load()) {
      int at = static_cast<int>(random.Below(kKeyCount));
      Cursor cursor = entries_->Scan();
      cursor.Seek(KeyOf(at));
      const std::string value = cursor.value().ToString();
      for (int step = 0; step < 300 && !done.load(); ++step) {
        if (random.OneIn(50)) std::this_thread::sleep_for(std::chrono::microseconds(200));
        ASSERT_EQ(cursor.key(), KeyOf(at));
        ASSERT_EQ(cursor.value(), value);
        const bool goes_on = random.OneIn(2) ? at < kKeyCount - 1 : at == 0;
        goes_on ? cursor.Next() : cursor.Prev();
        at += goes_on ? 1 : -1;
        ASSERT_TRUE(cursor.valid()) << cursor.status();
      }
      ++walks;
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t seed = 1; seed <= 3; ++seed) threads.emplace_back(walk, seed);
  for (int round = 0; round < kRounds; ++round) {
    Batch batch;
    const std::string value = "round " + std::to_string(round) + std::string(100, '.');
    for (int i = 0; i < kKeyCount; ++i) batch.Put(*entries_, KeyOf(i), value);
    batch.Put(*padding_, "", std::string(40'000, 'p'));
    db_->Commit(batch, kUnsynced).Check();
    db_->Flush().Check();
  }
  done.store(true);
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(walks.load(), 0u);
}

// A cursor that is made while the first entry of its collection comes to a memtable reads from that, or not: it does
// not keep it in the one case, and must in the other.
TEST_F(SpilledView, CursorsMadeAtTheFirstWriteToAMemtableKeepIt) {
  constexpr int kRounds = 150;
  const std::string last = KeyOf(kKeyCount - 1);
  const auto write_all = [&](int round) {
    Batch batch;
    const std::string value = "round " + std::to_string(round) + std::string(100, '.');
    for (int i = 0; i < kKeyCount; ++i) batch.Put(*entries_, KeyOf(i), value);
    batch.Put(*padding_, "", std::string(40'000, 'p'));
    db_->Commit(batch, kUnsynced).Check();
  };
  write_all(0);
  db_->Flush().Check();
  for (int round = 1; round < kRounds; ++round) {
    std::atomic<bool> is_written = false;
    std::thread writer([&] {
      write_all(round);
      is_written.store(true);
    });
    std::vector<Cursor> cursors;
    std::vector<std::string> values;
    while (!is_written.load() || cursors.empty()) {
      cursors.push_back(entries_->Scan());
      cursors.back().Seek(last);
      values.push_back(cursors.back().value().ToString());
    }
    writer.join();
    db_->Flush().Check();
    write_all(round);  // Where the memtable was, if nobody has kept it.
    db_->Flush().Check();
    for (size_t i = 0; i < cursors.size(); ++i) {
      cursors[i].First();
      ASSERT_TRUE(cursors[i].valid()) << cursors[i].status();
      cursors[i].Seek(last);
      ASSERT_TRUE(cursors[i].valid()) << cursors[i].status();
      ASSERT_EQ(cursors[i].value(), values[i]);
    }
  }
}

// Each call of a flush that spills a view fails once. Where it was one for the scratch file, writing goes on and the
// view with what it has, until the next flush spills it.
TEST(SpillingAView, ThatFailsLeavesItAsItIs) {
  constexpr testing::StoreCallKinds kKinds = {StoreCallKind::kCreate, StoreCallKind::kAppend, StoreCallKind::kFinish,
                                              StoreCallKind::kOpen, StoreCallKind::kRead};
  int unspilled = 0;
  for (uint64_t call = 1;; ++call) {
    SCOPED_TRACE(call);
    Tight on;
    on.Write(0);
    const Entries before = on.model_;
    const View view = on.db_->NewView().value();
    on.Overwrite();
    const uint64_t calls_before = on.faults_.calls(kKinds);
    on.faults_.FailAt(calls_before + call, {.kinds = kKinds});
    const Status flushed = on.db_->Flush();
    const bool has_failed = on.faults_.calls(kKinds) >= calls_before + call;
    on.faults_.Heal();
    EXPECT_EQ(AllOf(view.Scan(*on.entries_)), before);
    if (!has_failed) break;
    if (!flushed.ok()) continue;  // It could not begin a log.
    if (on.Views().spilled_views > 0)
      continue;  // It was a call of the flush itself, which was repeated, or a later one.
    ++unspilled;
    on.OverwriteAndFlush();
    EXPECT_EQ(on.Views().spilled_views, 1u);
    EXPECT_EQ(AllOf(view.Scan(*on.entries_)), before);
  }
  EXPECT_GE(unspilled, 5);  // Each kind of call at least.
}

}  // namespace
}  // namespace logwood
