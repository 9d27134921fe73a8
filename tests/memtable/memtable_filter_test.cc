#include "memtable/memtable_filter.h"

#include <cstdint>
#include <gtest/gtest.h>

#include "base/arena.h"
#include "base/random.h"

namespace logwood::testing {
namespace {

TEST(MemtableFilter, HasNothingAtFirst) {
  const MemtableFilter filter;
  for (uint64_t hash = 0; hash < 10; ++hash) EXPECT_FALSE(filter.MayContain(hash));
}

TEST(MemtableFilter, LetsThroughAllThatWasAddedAndLittleElse) {
  constexpr uint64_t kSeed = 5;
  Arena arena;
  MemtableFilter filter;
  SeededRandom added(kSeed);
  uint64_t count = 0;
  for (const uint64_t until : {1u, 200u, 256u, 257u, 3000u, 20'000u, 150'000u}) {
    for (; count < until; ++count) filter.Add(added.Next(), arena);
    SeededRandom again(kSeed);
    for (uint64_t i = 0; i < count; ++i) ASSERT_TRUE(filter.MayContain(again.Next())) << i << " of " << count;
    SeededRandom others(kSeed + 1);
    int let_through = 0;
    for (int i = 0; i < 10'000; ++i) let_through += filter.MayContain(others.Next()) ? 1 : 0;
    EXPECT_LE(let_through, 250) << "of 10,000 with " << count << " keys";
  }
}

TEST(MemtableFilter, TakesLittleMemory) {
  Arena arena;
  MemtableFilter filter;
  SeededRandom random(6);
  filter.Add(random.Next(), arena);
  EXPECT_LE(arena.bytes(), 4096u);
  for (int i = 0; i < 1'100'000; ++i) filter.Add(random.Next(), arena);
  EXPECT_LE(arena.bytes(), 1'100'000u * 2) << "12 bits a key, and the same for the layers before";
}

}  // namespace
}  // namespace logwood::testing
