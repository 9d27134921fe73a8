#include "base/page_pool.h"

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "base/random.h"
#include "logwood/bytes.h"

namespace logwood {
namespace {

// Where pieces of `size` bytes are, or were.
std::vector<std::byte*> PlacesOf(const std::vector<PooledBytes>& pieces) {
  std::vector<std::byte*> places;
  for (const PooledBytes& piece : pieces) places.push_back(piece.get());
  return places;
}

// How much of `size` bytes from each of `places` on the system has in memory: all pages that begin there.
size_t ResidentBytes(const std::vector<std::byte*>& places, size_t size) {
  const auto page_size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  size_t pages = 0;
  for (std::byte* const place : places) {
    const auto begin = (reinterpret_cast<uintptr_t>(place) + page_size - 1) / page_size * page_size;
    const auto end = reinterpret_cast<uintptr_t>(place) + size;
    std::vector<unsigned char> in_memory((end - begin + page_size - 1) / page_size);
    // Where a part of it is nobody's any more it fails.
    if (::mincore(reinterpret_cast<void*>(begin), end - begin, in_memory.data()) != 0) continue;
    for (const unsigned char each : in_memory) pages += each & 1;
  }
  return pages * page_size;
}

PooledBytes Filled(PagePool& pool, size_t size) {
  PooledBytes piece = pool.Allocate(size);
  std::memset(piece.get(), 1, size);
  return piece;
}

TEST(PagePool, ChargesForPiecesWhileTheyLive) {
  const auto budget = MemoryBudget::Of(1 << 20);
  const auto pool = std::make_shared<PagePool>(budget);
  for (const size_t size : {size_t{1}, size_t{2048}, size_t{2049}, size_t{4096}, size_t{8192}, size_t{8193},
                            size_t{61'440}, size_t{61'441}, size_t{100'000}, size_t{5'000'000}}) {
    {
      const PooledBytes piece = Filled(*pool, size);
      EXPECT_EQ(budget->bytes(MemoryUse::kBlocks), PagePool::ChargeOf(size)) << size;
      EXPECT_GE(PagePool::ChargeOf(size), size);
    }
    EXPECT_EQ(budget->bytes(MemoryUse::kBlocks), 0u) << size;
  }
}

TEST(PagePool, PiecesDoNotOverlap) {
  constexpr uint64_t kSeed = 3;
  SeededRandom random(kSeed);
  const auto pool = std::make_shared<PagePool>(MemoryBudget::Of(1 << 20));
  struct Piece {
    PooledBytes bytes;
    size_t size;
    char fill;
  };
  std::vector<Piece> pieces(300);
  for (int round = 0; round < 20'000; ++round) {
    Piece& piece = pieces[random.Below(pieces.size())];
    if (piece.bytes != nullptr) {
      ASSERT_EQ(Bytes(piece.bytes.get(), piece.size), std::string(piece.size, piece.fill)) << "seed " << kSeed;
    }
    piece.size = 1 + (random.OneIn(20) ? random.Below(100'000) : random.Below(20'000));
    piece.fill = static_cast<char>(round);
    piece.bytes = pool->Allocate(piece.size);
    std::memset(piece.bytes.get(), piece.fill, piece.size);
  }
}

TEST(PagePool, WhatIsGivenBackLeavesTheProcess) {
  constexpr size_t kCount = 8192;
  constexpr size_t kSize = 8192;
  const auto pool = std::make_shared<PagePool>(MemoryBudget::Of(1 << 20));
  std::vector<PooledBytes> pieces(kCount);
  for (PooledBytes& piece : pieces) piece = Filled(*pool, kSize);
  const std::vector<std::byte*> places = PlacesOf(pieces);
  EXPECT_GE(ResidentBytes(places, kSize), kCount * kSize * 9 / 10);
  // Every second one: memory in pieces among others goes too.
  for (size_t i = 0; i < kCount; i += 2) pieces[i] = PooledBytes();
  EXPECT_LE(ResidentBytes(places, kSize), kCount * kSize * 6 / 10);
  for (size_t i = 0; i < kCount; i += 2) pieces[i] = Filled(*pool, kSize);
  EXPECT_GE(ResidentBytes(places, kSize), kCount * kSize * 9 / 10) << "what was free is not used again";
}

// First as much is kept of pieces of one size as may be, then only those of another come and go.
TEST(PagePool, KeepsTheMemoryOfWhatComesAndGoesWhateverCameBefore) {
  const auto pool = std::make_shared<PagePool>(MemoryBudget::Of(64 << 20));
  std::vector<PooledBytes> before(100);
  for (PooledBytes& piece : before) piece = Filled(*pool, 2 * kPageSize);
  before.clear();
  for (int i = 0; i < 200; ++i) {
    std::byte* const place = Filled(*pool, kPageSize).get();
    EXPECT_EQ(ResidentBytes({place}, kPageSize), kPageSize);
  }
}

TEST(PagePool, GivesALargePieceToTheNextOfItsSize) {
  constexpr size_t kSize = 100'000;
  const auto pool = std::make_shared<PagePool>(MemoryBudget::Of(64 << 20));
  const std::byte* const first = Filled(*pool, kSize).get();
  std::byte* const other = AllocateBytes(kSize);  // Where the first would be, had it been given back.
  const PooledBytes second = Filled(*pool, kSize);
  EXPECT_EQ(second.get(), first);
  FreeBytes(other, kSize);
}

TEST(PagePool, OfManyLargePiecesLittleIsKept) {
  constexpr size_t kCount = 256;
  constexpr size_t kSize = 256 << 10;
  const auto pool = std::make_shared<PagePool>(MemoryBudget::Of(64 << 20));
  std::vector<PooledBytes> pieces(kCount);
  for (PooledBytes& piece : pieces) piece = Filled(*pool, kSize);
  const std::vector<std::byte*> places = PlacesOf(pieces);
  EXPECT_GE(ResidentBytes(places, kSize), kCount * kSize * 9 / 10);
  pieces.clear();
  EXPECT_LE(ResidentBytes(places, kSize), kCount * kSize / 10);
}

TEST(PagePool, LivesAsLongAsItsPieces) {
  auto pool = std::make_shared<PagePool>(MemoryBudget::Of(1 << 20));
  const PooledBytes piece = pool->Allocate(8192);
  pool.reset();
  std::memset(piece.get(), 1, 8192);
}

}  // namespace
}  // namespace logwood
