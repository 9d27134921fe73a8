#include "memtable/memtable_range_tombstones.h"

#include <cstdio>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/random.h"

namespace logwood {
namespace {

constexpr uint64_t kMany = 100'000;

std::string Key(uint64_t index) { return std::to_string(1'000'000 + index); }

TEST(MemtableRangeTombstones, OldVersionsStayAsTheyWere) {
  Arena arena;
  const MemtableRangeTombstones* newest = nullptr;
  for (uint64_t i = 1; i <= 200; ++i) {
    newest = MemtableRangeTombstones::Add(newest, Sequence(10 * i), {Key(i), Key(i + 1)}, arena);
  }
  EXPECT_EQ(MemtableRangeTombstones::At(newest, Sequence(9)), nullptr);
  for (uint64_t i = 1; i <= 200; ++i) {
    const MemtableRangeTombstones* const at = MemtableRangeTombstones::At(newest, Sequence(10 * i + 9));
    ASSERT_EQ(at->count(), i);
    EXPECT_EQ(at->Covering(Key(i), Sequence()), Sequence(10 * i));
    EXPECT_EQ(at->Covering(Key(i + 1), Sequence()), Sequence());
    EXPECT_EQ(at->Covering(Key(1), Sequence(10)), Sequence());  // Not above.
  }
}

TEST(MemtableRangeTombstones, TheNewestThatCoversAKeyIsTold) {
  Arena arena;
  const MemtableRangeTombstones* newest = nullptr;
  // Each within the one before, so that each key has many.
  for (uint64_t i = 0; i < 50; ++i) {
    newest = MemtableRangeTombstones::Add(newest, Sequence(i + 1), {Key(i), Key(100 - i)}, arena);
  }
  for (uint64_t i = 0; i < 50; ++i) EXPECT_EQ(newest->Covering(Key(i), Sequence()), Sequence(i + 1));
  newest = MemtableRangeTombstones::Add(newest, Sequence(51), {"", ""}, arena);
  EXPECT_EQ(newest->Covering(Key(20), Sequence()), Sequence(51));
}

// Quadratic cost would be 5 * 10^9 copies, and 200 GB.
void ExpectCheap(const std::function<RangeTombstone(uint64_t, std::string&, std::string&)>& draw) {
  Arena arena;
  const MemtableRangeTombstones* newest = nullptr;
  std::string begin;
  std::string end;
  for (uint64_t i = 0; i < kMany; ++i) {
    newest = MemtableRangeTombstones::Add(newest, Sequence(i + 1), draw(i, begin, end), arena);
  }
  EXPECT_EQ(newest->count(), kMany);
  EXPECT_LE(newest->lists().size(), 3u * 9);
  std::printf("%zu bytes each\n", arena.bytes() / kMany);
  EXPECT_LE(arena.bytes(), kMany * 1024);
}

TEST(MemtableRangeTombstones, AHundredThousandInOrderAreCheap) {
  ExpectCheap([](uint64_t i, std::string& begin, std::string& end) {
    begin = Key(2 * i);
    end = Key(2 * i + 1);
    return RangeTombstone{begin, end};
  });
}

TEST(MemtableRangeTombstones, AHundredThousandThatOverlapAreCheap) {
  SeededRandom random(1);
  ExpectCheap([&random](uint64_t, std::string& begin, std::string& end) {
    const uint64_t first = random.Below(kMany);
    begin = Key(first);
    end = Key(first + 1 + random.Below(kMany));
    return RangeTombstone{begin, end};
  });
}

TEST(MemtableRangeTombstones, AHundredThousandOneWithinTheOtherAreCheap) {
  ExpectCheap([](uint64_t i, std::string& begin, std::string& end) {
    begin = Key(i);
    end = Key(3 * kMany - i);
    return RangeTombstone{begin, end};
  });
}

}  // namespace
}  // namespace logwood
