#include "base/random.h"

#include <array>
#include <cstdint>
#include <gtest/gtest.h>

namespace logwood {
namespace {

// The first outputs of SplitMix64 for this seed, as its authors' program prints them.
TEST(SeededRandom, GivesTheNumbersOfSplitMix64) {
  SeededRandom random(1234567);
  const uint64_t expected[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u,
                               16408922859458223821u};
  for (const uint64_t number : expected) EXPECT_EQ(random.Next(), number);
}

TEST(SeededRandom, StaysBelowTheLimitAndReachesAllBelow) {
  constexpr uint64_t kSeed = 3;
  SeededRandom random(kSeed);
  std::array<int, 5> counts{};
  for (int i = 0; i < 5000; ++i) ++counts.at(random.Below(counts.size()));
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150) << "seed " << kSeed;
  EXPECT_EQ(random.Below(1), 0u);
}

TEST(SeededRandom, OneInNIsTrueThatOften) {
  constexpr uint64_t kSeed = 4;
  SeededRandom random(kSeed);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.OneIn(10) ? 1 : 0;
  EXPECT_NEAR(hits, 1000, 150) << "seed " << kSeed;
  EXPECT_TRUE(random.OneIn(1));
}

}  // namespace
}  // namespace logwood
