#include "tools/bench/zipfian_ranks.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

namespace logwood::bench {
namespace {

TEST(ZipfianRanks, ComeAsOftenAsTheirPowerSays) {
  constexpr uint64_t kLimit = 100;
  constexpr int kDraws = 200'000;
  const ZipfianRanks ranks(kLimit);
  SeededRandom random(1);
  std::vector<int> counts(kLimit + 1);
  for (int i = 0; i < kDraws; ++i) ++counts.at(ranks.Draw(random));
  double sum = 0;
  for (uint64_t rank = 1; rank <= kLimit; ++rank) sum += std::pow(static_cast<double>(rank), -0.99);
  EXPECT_EQ(counts[0], 0);
  for (const uint64_t rank : {1u, 2u, 3u, 10u, 50u, 100u}) {
    const double expected = kDraws * std::pow(static_cast<double>(rank), -0.99) / sum;
    EXPECT_NEAR(counts[rank], expected, 5 * std::sqrt(expected)) << rank;
  }
}

TEST(ZipfianRanks, KeepWithinAnyLimit) {
  SeededRandom random(2);
  for (const uint64_t limit : {uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{1} << 32}) {
    const ZipfianRanks ranks(limit);
    for (int i = 0; i < 1000; ++i) {
      const uint64_t rank = ranks.Draw(random);
      EXPECT_GE(rank, 1u);
      EXPECT_LE(rank, limit);
    }
  }
}

}  // namespace
}  // namespace logwood::bench
