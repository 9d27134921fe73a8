#include "tools/bench/index_sequence.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <vector>

namespace logwood::bench {
namespace {

std::vector<uint64_t> Take(IndexSequence sequence, uint64_t count) {
  std::vector<uint64_t> taken;
  for (uint64_t i = 0; i < count; ++i) taken.push_back(sequence.Next());
  return taken;
}

TEST(IndexSequence, AscendsFromItsFirst) {
  const KeySet present(100);
  EXPECT_EQ(Take(IndexSequence({.order = IndexOrder::kAscending, .first = 7}, present), 3),
            (std::vector<uint64_t>{7, 8, 9}));
}

TEST(IndexSequence, PermutesEveryIndexOnceWhateverTheirNumber) {
  for (const uint64_t limit : {1u, 2u, 3u, 16u, 17u, 1000u, 4097u}) {
    const KeySet present(limit);
    const auto taken = Take(IndexSequence({.order = IndexOrder::kPermutation, .permutation_seed = 5}, present), limit);
    const std::set<uint64_t> distinct(taken.begin(), taken.end());
    EXPECT_EQ(distinct.size(), limit);
    EXPECT_EQ(*distinct.rbegin(), limit - 1);
  }
}

TEST(IndexSequence, PermutesByItsSeed) {
  const KeySet present(1000);
  const auto with_seed = [&](uint64_t seed) {
    return Take(IndexSequence({.order = IndexOrder::kPermutation, .permutation_seed = seed}, present), 1000);
  };
  EXPECT_EQ(with_seed(1), with_seed(1));
  EXPECT_NE(with_seed(1), with_seed(2));
  EXPECT_NE(with_seed(1), Take(IndexSequence({}, present), 1000));
}

TEST(IndexSequence, DrawsWithReplacementFromAll) {
  const KeySet present(1000);
  const auto taken = Take(IndexSequence({.order = IndexOrder::kRandom, .seed = 3}, present), 1000);
  const std::set<uint64_t> distinct(taken.begin(), taken.end());
  EXPECT_NEAR(static_cast<double>(distinct.size()), 632, 50);  // 1 - 1/e.
  EXPECT_LT(*distinct.rbegin(), 1000u);
  EXPECT_EQ(taken, Take(IndexSequence({.order = IndexOrder::kRandom, .seed = 3}, present), 1000));
}

TEST(IndexSequence, DrawsOnlyWhatIsPresent) {
  KeySet present(1000);
  for (uint64_t index = 0; index < 1000; index += 10) present.Insert(index);
  std::set<uint64_t> distinct;
  for (const uint64_t index : Take(IndexSequence({.order = IndexOrder::kPresent, .seed = 3}, present), 2000)) {
    EXPECT_EQ(index % 10, 0u);
    distinct.insert(index);
  }
  EXPECT_EQ(distinct.size(), 100u);
}

TEST(IndexSequence, DrawsHotOnesFromTheFirstHundredth) {
  KeySet present(1000);
  for (uint64_t index = 0; index < 1000; ++index) present.Insert(index);
  const auto taken = Take(IndexSequence({.order = IndexOrder::kHot, .seed = 3}, present), 500);
  const std::set<uint64_t> distinct(taken.begin(), taken.end());
  EXPECT_EQ(distinct.size(), 10u);
  EXPECT_EQ(*distinct.rbegin(), 9u);
}

TEST(IndexSequence, GoesOnwardInSmallStepsAndRoundAgain) {
  KeySet present(1000);
  for (uint64_t index = 0; index < 1000; index += 2) present.Insert(index);
  uint64_t before = 500;
  uint64_t rounds = 0;
  for (const uint64_t index :
       Take(IndexSequence({.order = IndexOrder::kOnward, .first = 500, .seed = 3}, present), 100)) {
    EXPECT_EQ(index % 2, 0u);
    EXPECT_LE((index + 1000 - before) % 1000, 100u);
    rounds += index < before ? 1 : 0;
    before = index;
  }
  EXPECT_GT(rounds, 1u);
}

TEST(IndexSequence, DrawsSomeFarMoreOftenThanOthers) {
  KeySet present(1000);
  for (uint64_t index = 0; index < 1000; index += 2) present.Insert(index);
  std::map<uint64_t, int> counts;
  for (const uint64_t index : Take(IndexSequence({.order = IndexOrder::kZipfian, .seed = 3}, present), 10'000)) {
    EXPECT_EQ(index % 2, 0u);
    ++counts[index];
  }
  const auto often = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  EXPECT_GT(often->second, 1000);
  EXPECT_GT(counts.size(), 200u);
}

}  // namespace
}  // namespace logwood::bench
