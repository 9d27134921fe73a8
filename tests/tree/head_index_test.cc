#include "tree/head_index.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"

namespace logwood::testing {
namespace {

BlockReference ReferenceOf(size_t leaf) { return BlockReference::Of(8 * leaf, 100); }

HeadIndex IndexOf(const std::vector<std::string>& separators) {
  HeadIndex::Builder builder;
  builder.Add("", ReferenceOf(0));
  for (size_t i = 0; i < separators.size(); ++i) builder.Add(separators[i], ReferenceOf(i + 1));
  return builder.Build();
}

// Compares the index with a plain search, for each separator and what stands closest to it.
void ExpectFindsAll(const std::set<std::string>& separators) {
  const std::vector<std::string> sorted(separators.begin(), separators.end());
  const HeadIndex index = IndexOf(sorted);
  ASSERT_EQ(index.leaf_count(), sorted.size() + 1);
  const auto expect = [&](const std::string& key) {
    const auto leaf = static_cast<size_t>(std::ranges::upper_bound(sorted, key) - sorted.begin());
    ASSERT_EQ(index.Find(key), leaf) << key;
    ASSERT_EQ(index.reference(leaf), ReferenceOf(leaf));
  };
  for (const std::string& separator : sorted) {
    expect(separator);
    expect(separator + '\0');
    expect(separator + '\xff');
    for (size_t size = 0; size < separator.size(); ++size) expect(separator.substr(0, size));
    std::string below = separator;
    if (below.back() != '\0') --below.back();
    expect(below + "\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  }
}

TEST(HeadIndex, OfOneLeafFindsItForEveryKey) {
  const HeadIndex index = IndexOf({});
  EXPECT_EQ(index.Find(""), 0u);
  EXPECT_EQ(index.Find("key"), 0u);
}

TEST(HeadIndex, FindsTheLeafForEveryNumberOfLeaves) {
  std::set<std::string> separators;
  for (int i = 0; i < 600; ++i) {
    separators.insert("prefix" + std::to_string(1'000'000 + 7 * i));
    if (i < 40 || i % 16 < 2 || i > 590) ExpectFindsAll(separators);
  }
}

TEST(HeadIndex, FindsTheLeafAmongEqualHeads) {
  std::set<std::string> separators = {"before", "zehind"};
  for (int i = 0; i < 300; ++i) separators.insert("the same head at first, then " + std::to_string(i));
  ExpectFindsAll(separators);
}

TEST(HeadIndex, TellsZerosFromPadding) {
  std::set<std::string> separators;
  for (size_t size = 1; size < 40; ++size) separators.insert(std::string(size, '\0'));
  ExpectFindsAll(separators);
}

TEST(HeadIndex, FindsTheLeafAmongTheHighestHeads) {
  std::set<std::string> separators = {"a"};
  for (size_t size = 1; size < 60; ++size) separators.insert(std::string(size, '\xff'));
  ExpectFindsAll(separators);
}

TEST(HeadIndex, FindsTheLeafAmongRandomSeparators) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    const uint64_t alphabet_size = random.OneIn(2) ? 2 : 256;
    const std::string prefix(random.Below(4), 'p');
    std::set<std::string> separators;
    for (uint64_t left = 1 + random.Below(400); left > 0; --left) {
      std::string separator(1 + random.Below(12), '\0');
      for (char& byte : separator) byte = static_cast<char>(random.Below(alphabet_size));
      separators.insert(prefix + separator);
    }
    ExpectFindsAll(separators);
  }
}

}  // namespace
}  // namespace logwood::testing
