#include "base/hash.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <string>

namespace logwood {
namespace {

// The first `size` bytes of 0, 1, 2, ... modulo 251.
std::string Counting(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i % 251);
  return text;
}

struct HashCase {
  size_t size;
  uint64_t seed;
  uint64_t hash;
};

// One at least for each of XXH3's ways to treat a length: 0, 1-3, 4-8, 9-16, 17-128, 129-240, longer, many stripes.
const HashCase kHashCases[] = {
    {0, 0x0, 0x2d06800538d394c2},
    {1, 0x0, 0xc44bdff4074eecdb},
    {3, 0x0, 0x5f4299fc161c9cbb},
    {4, 0x0, 0x60dab036a58211f2},
    {8, 0x0, 0x3a1c2d7c85af88f8},
    {9, 0x0, 0xe9612598145bb9dc},
    {16, 0x0, 0x8355e3a6f61770db},
    {17, 0x0, 0x9ef341a99de37328},
    {64, 0x0, 0x6187eb9089b0ed55},
    {128, 0x0, 0x85c6174c7ff4c46b},
    {129, 0x0, 0xec7642b431ba3e5a},
    {240, 0x0, 0x375a384d957fe865},
    {241, 0x0, 0x02e8cd95421c6d02},
    {1024, 0x0, 0xe5d78bafa45b2aa5},
    {1025, 0x0, 0xe95c42288f28186e},
    {4096, 0x0, 0x7135ffa504f1bc71},
    {0, 0x123456789abcdef, 0xcc1ca35a1b089c5c},
    {1, 0x123456789abcdef, 0xd5dd68911c7f195d},
    {3, 0x123456789abcdef, 0x6db0802353336496},
    {4, 0x123456789abcdef, 0xbb981e431fa9e4e3},
    {8, 0x123456789abcdef, 0xd204fc26419c7d22},
    {9, 0x123456789abcdef, 0xd813523b210d751b},
    {16, 0x123456789abcdef, 0x1dca78f4947ed52c},
    {17, 0x123456789abcdef, 0xebce4845f0c75f02},
    {64, 0x123456789abcdef, 0x0f4a7f9a546d586d},
    {128, 0x123456789abcdef, 0xde26ec476dc43954},
    {129, 0x123456789abcdef, 0x75bc8ed192c9cc73},
    {240, 0x123456789abcdef, 0x4b1593ee9603224a},
    {241, 0x123456789abcdef, 0xace3afe84c9adf7c},
    {1024, 0x123456789abcdef, 0xdb9e8db63b13c98e},
    {1025, 0x123456789abcdef, 0x7d6ae2cda98e43c8},
    {4096, 0x123456789abcdef, 0x1d9c372ee81ca59c},
};

TEST(Hash64, IsXxh3AndStaysSo) {
  for (const auto& [size, seed, hash] : kHashCases) {
    EXPECT_EQ(Hash64(Counting(size), seed), hash) << size << " bytes, seed " << seed;
  }
}

TEST(Hash64, SeedIsZeroUnlessGiven) { EXPECT_EQ(Hash64("abc"), Hash64("abc", 0)); }

TEST(Hash64, TakesNoBytesAtAll) { EXPECT_EQ(Hash64({}, 7), Hash64("", 7)); }

}  // namespace
}  // namespace logwood
