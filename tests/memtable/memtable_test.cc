#include "memtable/memtable.h"

#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>

#include "base/arena.h"
#include "tests/cursor/cursor_walk.h"

namespace logwood::testing {
namespace {

Entry Put(Bytes key, Bytes value) { return {.type = EntryType::kPut, .key = key, .value = value, .address = {}}; }
Entry Tombstone(Bytes key) { return {.type = EntryType::kTombstone, .key = key, .value = {}, .address = {}}; }

// The value of `key` at `at`: "-" for a tombstone, "." for nothing.
std::string ValueAt(const Memtable& memtable, Bytes key, uint64_t at) {
  const std::optional<Memtable::Hit> hit = memtable.Get(key, Sequence(at));
  if (!hit) return ".";
  return hit->type == EntryType::kTombstone ? "-" : hit->value.ToString();
}

class MemtableTest : public ::testing::Test {
 protected:
  Arena arena_;
  Memtable memtable_{arena_};
};

TEST_F(MemtableTest, EmptyHasNothing) {
  EXPECT_EQ(ValueAt(memtable_, "", 9), ".");
  EXPECT_EQ(ValueAt(memtable_, "a", 9), ".");
  EXPECT_EQ(Walk(*memtable_.NewCursor(Sequence::Max()), "first last >=a <=a =a"), ". . . . .");
  EXPECT_EQ(memtable_.entry_count(), 0u);
}

TEST_F(MemtableTest, GetsTheNewestVersionAtOrBeforeASequence) {
  memtable_.Add(Sequence(2), Put("k", "two"));
  memtable_.Add(Sequence(4), Tombstone("k"));
  memtable_.Add(Sequence(7), Put("k", "seven"));
  EXPECT_EQ(ValueAt(memtable_, "k", 1), ".");
  EXPECT_EQ(ValueAt(memtable_, "k", 2), "two");
  EXPECT_EQ(ValueAt(memtable_, "k", 3), "two");
  EXPECT_EQ(ValueAt(memtable_, "k", 4), "-");
  EXPECT_EQ(ValueAt(memtable_, "k", 6), "-");
  EXPECT_EQ(ValueAt(memtable_, "k", 7), "seven");
  EXPECT_EQ(ValueAt(memtable_, "k", 100), "seven");
  EXPECT_EQ(memtable_.entry_count(), 3u);
}

TEST_F(MemtableTest, KnowsSequenceAndAddressOfAHit) {
  const LogAddress address{.file = FileNumber(7), .offset = 4096};
  memtable_.Add(Sequence::Of(1, 5), {.type = EntryType::kPut, .key = "k", .value = "v", .address = address});
  const std::optional<Memtable::Hit> hit = memtable_.Get("k", Sequence::Max());
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->sequence, Sequence::Of(1, 5));
  EXPECT_EQ(hit->address, address);
  const auto cursor = memtable_.NewCursor(Sequence::Max());
  cursor->First();
  ASSERT_TRUE(cursor->valid());
  EXPECT_EQ(cursor->entry().address, address);
}

TEST_F(MemtableTest, DoesNotTakeNeighboursForAKey) {
  memtable_.Add(Sequence(1), Put("b", "1"));
  memtable_.Add(Sequence(2), Put("bb", "2"));
  EXPECT_EQ(ValueAt(memtable_, "", 9), ".");
  EXPECT_EQ(ValueAt(memtable_, "a", 9), ".");
  EXPECT_EQ(ValueAt(memtable_, "ba", 9), ".");
  EXPECT_EQ(ValueAt(memtable_, "bbb", 9), ".");
}

TEST_F(MemtableTest, TellsTheEmptyKeyFromNone) {
  memtable_.Add(Sequence(1), Put("b", "2"));
  EXPECT_EQ(ValueAt(memtable_, "", 9), ".");
  memtable_.Add(Sequence(2), Put("", "1"));
  EXPECT_EQ(ValueAt(memtable_, "", 9), "1");
  EXPECT_EQ(Walk(*memtable_.NewCursor(Sequence(9)), "first next prev prev <=a last prev"), "1 b2 1 . 1 b2 1");
}

TEST_F(MemtableTest, CursorPassesOverKeysThatAreTooNew) {
  memtable_.Add(Sequence(1), Put("c", "1"));
  memtable_.Add(Sequence(2), Tombstone("e"));
  memtable_.Add(Sequence(3), Put("a", "3"));
  memtable_.Add(Sequence(4), Put("d", "4"));
  memtable_.Add(Sequence(5), Put("f", "5"));
  memtable_.Add(Sequence(6), Put("c", "6"));
  const auto cursor = memtable_.NewCursor(Sequence(2));
  EXPECT_EQ(Walk(*cursor, "first next prev prev last prev next next"), "c1 e- c1 . e- c1 e- .");
  EXPECT_EQ(Walk(*cursor, "=a =c =d >=a >=d >=f <=f <=d <=a"), ". c1 . c1 e- . e- c1 .");
}

TEST_F(MemtableTest, CursorStandsFirmWhileEntriesAreAdded) {
  memtable_.Add(Sequence(1), Put("b", "1"));
  memtable_.Add(Sequence(2), Put("d", "2"));
  const auto cursor = memtable_.NewCursor(Sequence(2));
  EXPECT_EQ(Walk(*cursor, "first"), "b1");
  memtable_.Add(Sequence(3), Put("a", "3"));
  memtable_.Add(Sequence(4), Put("b", "4"));
  memtable_.Add(Sequence(5), Put("c", "5"));
  EXPECT_EQ(cursor->entry().value, Bytes("1"));
  EXPECT_EQ(Walk(*cursor, "next prev prev"), "d2 b1 .");
}

TEST_F(MemtableTest, OrderedAppendsMayBeMixedWithOthers) {
  memtable_.Add(Sequence(1), Put("b", "1"));
  memtable_.Add(Sequence(2), Put("d", "2"));  // Beyond the last.
  memtable_.Add(Sequence(3), Put("c", "3"));  // Before it.
  memtable_.Add(Sequence(4), Put("e", "4"));
  memtable_.Add(Sequence(5), Put("e", "5"));  // The last itself.
  memtable_.Add(Sequence(6), Put("a", "6"));  // Before all.
  memtable_.Add(Sequence(7), Put("f", "7"));
  EXPECT_EQ(Walk(*memtable_.NewCursor(Sequence(7)), "first next next next next next next"), "a6 b1 c3 d2 e5 f7 .");
  EXPECT_EQ(Walk(*memtable_.NewCursor(Sequence(7)), "last prev prev prev prev prev prev"), "f7 e5 d2 c3 b1 a6 .");
}

TEST_F(MemtableTest, KeepsManyOrderedAppendsFindable) {
  constexpr uint64_t kCount = 20'000;
  const auto key_of = [](uint64_t i) { return std::to_string(1'000'000 + i); };
  for (uint64_t i = 1; i <= kCount; ++i) memtable_.Add(Sequence(i), Put(key_of(i), std::to_string(i)));
  for (uint64_t i = 1; i <= kCount; ++i) ASSERT_EQ(ValueAt(memtable_, key_of(i), kCount), std::to_string(i));
  const auto cursor = memtable_.NewCursor(Sequence(kCount));
  cursor->First();
  for (uint64_t i = 1; i <= kCount; ++i, cursor->Next()) {
    ASSERT_TRUE(cursor->valid());
    ASSERT_EQ(cursor->entry().key, Bytes(key_of(i)));
  }
  EXPECT_FALSE(cursor->valid());
}

TEST_F(MemtableTest, HoldsTheLargestKeysAndValuesWhole) {
  const std::string key(65'536, 'k');
  const std::string longer = key + '\0';
  const std::string value(size_t{16} << 20, 'v');
  memtable_.Add(Sequence(1), Put(longer, "longer"));
  memtable_.Add(Sequence(2), Put(key, value));
  EXPECT_EQ(ValueAt(memtable_, key, 2), value);
  EXPECT_EQ(ValueAt(memtable_, longer, 2), "longer");
  const auto cursor = memtable_.NewCursor(Sequence(2));
  cursor->First();
  ASSERT_TRUE(cursor->valid());
  EXPECT_EQ(cursor->entry().key, Bytes(key));
}

TEST_F(MemtableTest, CopiesKeyAndValue) {
  std::string key = "key";
  std::string value = "value";
  memtable_.Add(Sequence(1), Put(key, value));
  key = "xxx";
  value = "xxxxx";
  EXPECT_EQ(ValueAt(memtable_, "key", 1), "value");
}

TEST_F(MemtableTest, TakesItsMemoryFromTheArena) {
  const size_t before = arena_.bytes();
  memtable_.Add(Sequence(1), Put("k", std::string(100'000, 'v')));
  EXPECT_GE(arena_.bytes(), before + 100'000);
}

}  // namespace
}  // namespace logwood::testing
