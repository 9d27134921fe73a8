#include "base/latency_histogram.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

#include "base/random.h"

namespace logwood {
namespace {

TEST(LatencyHistogram, HasNothingToTellAtFirst) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_EQ(histogram.Quantile(0.5), 0u);
}

TEST(LatencyHistogram, KeepsShortDurationsExactly) {
  LatencyHistogram histogram;
  for (uint64_t nanoseconds = 1; nanoseconds <= 100; ++nanoseconds) histogram.Add(nanoseconds);
  EXPECT_EQ(histogram.count(), 100u);
  EXPECT_EQ(histogram.Quantile(0), 1u);
  EXPECT_EQ(histogram.Quantile(0.5), 50u);
  EXPECT_EQ(histogram.Quantile(0.99), 99u);
  EXPECT_EQ(histogram.Quantile(1), 100u);
}

TEST(LatencyHistogram, IsWithinOnePartIn128OfAnyDuration) {
  for (int bits = 0; bits < 42; ++bits) {
    for (const uint64_t nanoseconds :
         {uint64_t{1} << bits, (uint64_t{1} << bits) + (uint64_t{1} << bits) / 3, (uint64_t{2} << bits) - 1}) {
      LatencyHistogram histogram;
      histogram.Add(nanoseconds);
      histogram.Add(uint64_t{1} << 42);  // Else the maximum would bound what is told.
      const uint64_t told = histogram.Quantile(0.5);
      EXPECT_LE(std::max(told, nanoseconds) - std::min(told, nanoseconds), nanoseconds / 128) << nanoseconds;
    }
  }
}

TEST(LatencyHistogram, AgreesWithSortedDurations) {
  SeededRandom random(7);
  LatencyHistogram histogram;
  std::vector<uint64_t> sorted;
  for (int i = 0; i < 100'000; ++i) {
    sorted.push_back(random.Next() >> (34 + random.Below(20)));
    histogram.Add(sorted.back());
  }
  std::sort(sorted.begin(), sorted.end());
  for (const double share : {0.01, 0.5, 0.99, 0.999}) {
    const auto exact = static_cast<double>(sorted[static_cast<size_t>(share * 100'000) - 1]);
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(share)), exact, exact / 64 + 1) << share;
  }
  EXPECT_EQ(histogram.max(), sorted.back());
  EXPECT_EQ(histogram.count(), 100'000u);
}

TEST(LatencyHistogram, TakesTheLongestForWhatItCanTell) {
  LatencyHistogram histogram;
  histogram.Add(UINT64_MAX);
  EXPECT_EQ(histogram.max(), (uint64_t{1} << 42) - 1);
  EXPECT_EQ(histogram.count(), 1u);
}

TEST(LatencyHistogram, TellsTheBucketsThatAreNotEmpty) {
  LatencyHistogram histogram;
  EXPECT_TRUE(histogram.buckets().empty());
  for (const uint64_t nanoseconds : {1'000'000u, 5u, 5u, 127u}) histogram.Add(nanoseconds);
  const auto buckets = histogram.buckets();
  ASSERT_EQ(buckets.size(), 3u);
  EXPECT_EQ(buckets[0], std::pair(uint64_t{5}, uint64_t{2}));
  EXPECT_EQ(buckets[1], std::pair(uint64_t{127}, uint64_t{1}));
  EXPECT_NEAR(static_cast<double>(buckets[2].first), 1e6, 1e6 / 128);
  EXPECT_EQ(buckets[2].second, 1u);
}

TEST(LatencyHistogram, MergesCountsAndMaxima) {
  LatencyHistogram a;
  LatencyHistogram b;
  a.Add(10);
  b.Add(1'000'000);
  b.Add(20);
  a.Merge(b);
  EXPECT_EQ(a.count(), 3u);
  EXPECT_EQ(a.max(), 1'000'000u);
  EXPECT_EQ(a.Quantile(0.5), 20u);
}

}  // namespace
}  // namespace logwood
