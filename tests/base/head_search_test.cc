#include "base/head_search.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace logwood {
namespace {

using namespace std::literals;

TEST(KeyHead, OrdersAsBytesDo) {
  const std::vector<std::string> keys = {"\0\0\0\0\0\0\0\0"s,   "\0\0\0\0\0\0\0\1"s,
                                         "a\0\0\0\0\0\0\0"s,    "a\0\0\0\0\0\0b"s,
                                         "b0000000"s,           "\x7f\xff\xff\xff\xff\xff\xff\xff"s,
                                         "\x80\0\0\0\0\0\0\0"s, "\xff\xff\xff\xff\xff\xff\xff\xff"s};
  for (size_t i = 1; i < keys.size(); ++i) {
    EXPECT_LT(LoadKeyHead(Bytes(keys[i - 1]).data()), LoadKeyHead(Bytes(keys[i]).data())) << i;
  }
  EXPECT_EQ(LoadKeyHead(Bytes(keys.front()).data()), kKeyHeadMin);
  EXPECT_EQ(LoadKeyHead(Bytes(keys.back()).data()), kKeyHeadMax);
}

TEST(KeyHead, PadsShortKeysWithZeros) {
  EXPECT_EQ(PaddedKeyHead(""), kKeyHeadMin);
  EXPECT_EQ(PaddedKeyHead("ab"), LoadKeyHead(Bytes("ab\0\0\0\0\0\0"sv).data()));
  EXPECT_EQ(PaddedKeyHead("abcdefghij"), LoadKeyHead(Bytes("abcdefgh").data()));
}

// Exactly as many heads as there are, so that a sanitizer sees a read behind them.
std::vector<KeyHead> RandomHeads(size_t count, SeededRandom& random) {
  constexpr std::array<KeyHead, 6> kEdges = {kKeyHeadMin, kKeyHeadMin + 1, -1, 0, kKeyHeadMax - 1, kKeyHeadMax};
  std::vector<KeyHead> heads;
  heads.reserve(std::max<size_t>(count, 1));
  heads.resize(count);
  for (KeyHead& head : heads) {
    head = random.OneIn(3) ? kEdges[random.Below(kEdges.size())] : static_cast<KeyHead>(random.Below(20)) - 10;
  }
  return heads;
}

void ExpectAgrees(const HeadSearch& search, const std::vector<KeyHead>& heads, KeyHead wanted) {
  uint64_t equal = 0;
  uint64_t less = 0;
  KeyHead floor = kKeyHeadMin;
  for (size_t i = 0; i < heads.size(); ++i) {
    equal |= uint64_t{heads[i] == wanted} << i;
    less |= uint64_t{heads[i] < wanted} << i;
    if (heads[i] <= wanted) floor = std::max(floor, heads[i]);
  }
  EXPECT_EQ(search.equal(heads.data(), heads.size(), wanted), equal);
  EXPECT_EQ(search.less(heads.data(), heads.size(), wanted), less);
  const KeyHeadFloor found = search.floor(heads.data(), heads.size(), wanted);
  uint64_t places = 0;
  for (size_t i = 0; i < heads.size(); ++i) places |= uint64_t{heads[i] == floor} << i;
  EXPECT_EQ(found.places, places);
  EXPECT_TRUE(places == 0 || found.head == floor);
}

// Of the last `ranked` heads.
void ExpectRanks(const HeadSearch& search, const std::vector<KeyHead>& heads, size_t ranked) {
  std::vector<uint8_t> ranks(ranked);
  search.rank(heads.data(), heads.size(), ranks);
  for (size_t i = 0; i < ranked; ++i) {
    const KeyHead own = heads[heads.size() - ranked + i];
    EXPECT_EQ(ranks[i], std::ranges::count_if(heads, [own](KeyHead head) { return head < own; }));
  }
}

TEST(HeadSearch, AllWaysFindTheSame) {
  constexpr uint64_t kSeed = 3;
  SeededRandom random(kSeed);
  for (const HeadSearch& search : HeadSearch::All()) {
    for (size_t count = 0; count <= HeadSearch::kHeadsMax; ++count) {
      SCOPED_TRACE(std::string(search.name) + ", heads: " + std::to_string(count));
      const std::vector<KeyHead> heads = RandomHeads(count, random);
      for (const KeyHead wanted : RandomHeads(30, random)) ExpectAgrees(search, heads, wanted);
      for (const size_t ranked : {count, count / 2, std::min<size_t>(count, 1)}) ExpectRanks(search, heads, ranked);
    }
  }
}

TEST(HeadSearch, TheBestIsOneOfThoseTheProcessorHas) {
  EXPECT_STREQ(HeadSearch::All().front().name, "portable");
  EXPECT_TRUE(std::ranges::any_of(HeadSearch::All(), [](const HeadSearch& search) {
    return search.name == std::string_view(HeadSearch::Best().name);
  }));
}

}  // namespace
}  // namespace logwood
