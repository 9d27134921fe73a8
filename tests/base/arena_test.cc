#include "base/arena.h"

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace logwood {
namespace {

TEST(Arena, IsEmptyAtFirst) {
  const Arena arena;
  EXPECT_EQ(arena.bytes(), 0u);
}

TEST(Arena, AlignsAsAsked) {
  Arena arena;
  for (const size_t alignment : {1u, 2u, 4u, 8u, 16u, 64u}) {
    for (const size_t size : {1u, 3u, 4095u, 5000u, 100'000u}) {
      arena.Allocate(1, 1);
      const std::byte* const piece = arena.Allocate(size, alignment);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(piece) % alignment, 0u) << size << " aligned to " << alignment;
    }
  }
}

TEST(Arena, PiecesKeepTheirBytes) {
  constexpr uint64_t kSeed = 7;
  SeededRandom random(kSeed);
  Arena arena;
  std::vector<std::pair<std::byte*, size_t>> pieces;
  for (size_t i = 0; i < 2000; ++i) {
    const size_t size = random.OneIn(50) ? random.Below(50'000) : random.Below(200);
    std::byte* const piece = arena.Allocate(size, size_t{1} << random.Below(5));
    if (size > 0) std::memset(piece, static_cast<int>(i % 251), size);
    pieces.emplace_back(piece, size);
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Bytes piece(pieces[i].first, pieces[i].second);
    const std::string expected(piece.size(), static_cast<char>(i % 251));
    ASSERT_EQ(piece, expected) << "piece " << i << " of seed " << kSeed;
  }
}

TEST(Arena, CopiesOutliveTheOriginal) {
  Arena arena;
  std::string original = "log-structured";
  const Bytes copy = arena.Copy(original);
  original.assign(original.size(), 'x');
  EXPECT_EQ(copy, "log-structured");
  EXPECT_EQ(arena.Copy({}), "");
}

TEST(Arena, CountsTheBytesTaken) {
  Arena arena;
  arena.Allocate(1);
  const size_t first = arena.bytes();
  EXPECT_GE(first, 1u);
  EXPECT_LE(first, 4096u);
  arena.Allocate(first / 2);
  EXPECT_EQ(arena.bytes(), first);
  arena.Allocate(16 << 20);
  EXPECT_GE(arena.bytes(), first + (16u << 20));
  EXPECT_LE(arena.bytes(), first + (17u << 20));
}

TEST(ArenaPool, KeepsChunksForTheNextArena) {
  const auto pool = std::make_shared<ArenaPool>(size_t{64} << 20);
  EXPECT_EQ(pool->bytes(), 0u);
  size_t taken = 0;
  {
    Arena arena(pool);
    for (int i = 0; i < 16; ++i) arena.Allocate(250'000);
    taken = arena.bytes();
    EXPECT_EQ(pool->bytes(), 0u);
  }
  const size_t kept = pool->bytes();
  EXPECT_GE(kept, size_t{2} << 20);
  EXPECT_LE(kept, taken);
  Arena arena(pool);
  std::memset(arena.Allocate(250'000), 1, 250'000);
  for (int i = 0; i < 3000; ++i) std::memset(arena.Allocate(1000), 1, 1000);
  EXPECT_LT(pool->bytes(), kept);
}

TEST(Arena, KeepsAPieceAndLittleElseWhenItHasGone) {
  constexpr size_t kPieces = 4000;
  const auto budget = MemoryBudget::Of(uint64_t{64} << 20);
  const auto pool = std::make_shared<ArenaPool>(size_t{64} << 20, budget);
  auto arena = std::make_unique<Arena>(pool);
  Bytes kept;
  for (size_t i = 0; i < kPieces; ++i) {
    const Bytes piece = arena->Copy(std::string(1000, static_cast<char>('a' + i % 26)));
    if (i == kPieces / 2) kept = piece;
  }
  const size_t taken = arena->bytes();
  std::shared_ptr<const void> hold = arena->Keep(kept.First(100));
  ASSERT_NE(hold, nullptr);
  EXPECT_EQ(budget->bytes(MemoryUse::kMemtables), taken);
  arena.reset();
  EXPECT_EQ(kept.First(100), Bytes(std::string(100, 'a' + kPieces / 2 % 26)));
  EXPECT_GE(budget->bytes(MemoryUse::kMemtables), 100u);
  EXPECT_LE(budget->bytes(MemoryUse::kMemtables), 2 * kPageSize);
  hold.reset();
  EXPECT_EQ(budget->bytes(MemoryUse::kMemtables), 0u);
  EXPECT_EQ(pool->bytes() % (1 << 20), 0u);
}

TEST(Arena, KeepsSeveralPiecesOfAChunk) {
  auto arena = std::make_unique<Arena>();
  arena->Allocate(300'000);  // A chunk of its own.
  std::vector<Bytes> pieces;
  std::vector<std::shared_ptr<const void>> holds;
  const Bytes big = arena->Copy(std::string(300'000, 'b'));
  for (const size_t at : {size_t{200'000}, size_t{5}, size_t{100'000}, size_t{299'990}}) {
    pieces.push_back({big.data() + at, 10});
    holds.push_back(arena->Keep(pieces.back()));
  }
  arena.reset();
  for (const Bytes piece : pieces) EXPECT_EQ(piece, Bytes(std::string(10, 'b')));
}

TEST(Arena, KeepsNothingThatIsNotItsOwn) {
  Arena arena;
  Arena other;
  EXPECT_EQ(arena.Keep(other.Copy("other")), nullptr);
  EXPECT_EQ(arena.Keep(Bytes()), nullptr);
  EXPECT_NE(arena.Keep(arena.Copy("own")), nullptr);
}

TEST(Arena, LeavesChunksThatAreKeptNoMoreToThePool) {
  const auto pool = std::make_shared<ArenaPool>(size_t{64} << 20);
  auto arena = std::make_unique<Arena>(pool);
  for (int i = 0; i < 3000; ++i) EXPECT_NE(arena->Keep(arena->Copy(std::string(1000, 'x'))), nullptr);
  arena.reset();
  EXPECT_GE(pool->bytes(), size_t{1} << 20);
}

TEST(ArenaPool, KeepsNoMoreThanItMay) {
  const auto pool = std::make_shared<ArenaPool>(size_t{3} << 20);
  for (int round = 0; round < 2; ++round) {
    Arena arena(pool);
    for (int i = 0; i < 10'000; ++i) arena.Allocate(1000);
  }
  EXPECT_EQ(pool->bytes(), size_t{3} << 20);
}

TEST(ArenaPool, LivesAsLongAsAnArenaThatUsesIt) {
  auto pool = std::make_shared<ArenaPool>(size_t{3} << 20);
  Arena arena(pool);
  pool.reset();
  for (int i = 0; i < 3000; ++i) arena.Allocate(1000);
}

TEST(Arena, ABigPieceLeavesTheRestOfTheChunkInUse) {
  Arena arena;
  const std::byte* const before = arena.Allocate(8);
  arena.Allocate(1 << 20);
  const size_t taken = arena.bytes();
  const std::byte* const after = arena.Allocate(8);
  EXPECT_EQ(after, before + 8);
  EXPECT_EQ(arena.bytes(), taken);
}

TEST(Arena, WastesLittleOnPiecesOfAnySize) {
  for (const size_t size : {24u, 1000u, 3000u, 40'000u, 300'000u, 600'000u, 1'100'000u}) {
    Arena arena;
    size_t used = 0;
    while (used < (size_t{24} << 20)) {
      arena.Allocate(size);
      used += size;
    }
    EXPECT_LE(static_cast<double>(arena.bytes()), 1.4 * static_cast<double>(used)) << "pieces of " << size;
  }
}

}  // namespace
}  // namespace logwood
