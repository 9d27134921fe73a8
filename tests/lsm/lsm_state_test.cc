#include "lsm/lsm_state.h"

#include <gtest/gtest.h>
#include <limits>

#include "tests/lsm/lsm_states.h"

namespace logwood {
namespace {

using testing::StateOf;
using testing::TreeOf;

LsmState Several() { return StateOf({{"", {5, 1}}, {"f", {}}, {"m", {9, 5}}}); }

TEST(LsmState, ComesBack) {
  LsmState tiers = Several();
  tiers.segments.at(1).tier = LsmTier::kMergedTwice;
  tiers.partitions[0].pieces[1].contents = {.entries = 100, .tombstones = 100, .bytes = uint64_t{1} << 40};
  for (const LsmState& state : {LsmState{.block_size_bytes = 256}, StateOf({{"", {1}}}), Several(), tiers}) {
    const auto decoded = DecodeLsmState(EncodeLsmState(state));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, state);
  }
}

TEST(LsmState, HasOneFormOnly) {
  const std::string encoded = EncodeLsmState(Several());
  for (size_t at = 0; at < encoded.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      std::string bytes = encoded;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      const auto decoded = DecodeLsmState(bytes);
      if (!decoded.ok()) {
        EXPECT_EQ(decoded.status().code(), StatusCode::kCorruption);
        continue;
      }
      EXPECT_EQ(EncodeLsmState(*decoded), bytes) << "byte " << at << " changed by " << change;
    }
  }
}

TEST(LsmState, BytesThatAreNoStateAreRefused) {
  const std::string whole = EncodeLsmState(Several());
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(DecodeLsmState(Bytes(whole).First(size)).ok());
  EXPECT_FALSE(DecodeLsmState(whole + '\0').ok());
}

// Several() changed in one way, and a word of what is wrong then.
struct Wrong {
  const char* what;
  void (*change)(LsmState& state);
  const char* message;
};

constexpr uint64_t kHalf = uint64_t{1} << 62;

const Wrong kWrong[] = {
    {"small blocks", [](LsmState& s) { s.block_size_bytes = 255; }, "block size of 255"},
    {"large blocks", [](LsmState& s) { s.block_size_bytes = (1 << 20) + 1; }, "block size of 1048577"},
    {"no next id", [](LsmState& s) { s.next_segment_id = 0; }, "no segment id"},
    {"an id not given out", [](LsmState& s) { s.next_segment_id = 9; }, "segment 9"},
    {"a segment 0", [](LsmState& s) { s.segments[0] = s.segments.at(1); }, "segment 0"},
    {"a tier beyond", [](LsmState& s) { s.segments.at(1).tier = static_cast<LsmTier>(3); }, "no whole or valid field"},
    {"segments too large", [](LsmState& s) { s.segments.at(1).tree.bytes = s.segments.at(5).tree.bytes = kHalf; },
     "more than 2^63 bytes"},
    {"no partition", [](LsmState& s) { s.partitions.clear(); }, "first partition"},
    {"a first partition behind the first key", [](LsmState& s) { s.partitions[0].start = "a"; }, "first partition"},
    {"partitions out of order", [](LsmState& s) { s.partitions[1].start = "n"; }, "out of order"},
    {"a partition twice", [](LsmState& s) { s.partitions[1].start = "m"; }, "out of order"},
    {"a start too long", [](LsmState& s) { s.partitions[2].start = std::string(70'000, 'z'); }, "too long"},
    {"an unknown piece", [](LsmState& s) { s.partitions[0].pieces[0].segment = 4; }, "unknown"},
    {"a piece twice", [](LsmState& s) { s.partitions[0].pieces[1].segment = 5; }, "there already"},
    {"a piece elsewhere", [](LsmState& s) { s.segments.at(9).tree.last_key = "b"; }, "elsewhere"},
    {"a piece behind its segment", [](LsmState& s) { s.segments.at(1).tree.first_key = "f"; }, "elsewhere"},
    {"a segment without pieces", [](LsmState& s) { s.partitions[0].pieces.pop_back(); }, "without a piece"},
    {"more entries than the segment has", [](LsmState& s) { s.partitions[0].pieces[0].contents.entries = 91; },
     "more than there can be"},  // The other piece has 10 of the 100.
    {"more tombstones than entries", [](LsmState& s) { s.partitions[0].pieces[0].contents.tombstones = 11; },
     "no whole or valid field"},
    {"pieces too large",
     [](LsmState& s) { s.partitions[0].pieces[0].contents.bytes = s.partitions[2].pieces[0].contents.bytes = kHalf; },
     "more than there can be"},
};

TEST(LsmState, WhatDoesNotFitTogetherIsRefused) {
  for (const Wrong& wrong : kWrong) {
    LsmState state = Several();
    wrong.change(state);
    const auto decoded = DecodeLsmState(EncodeLsmState(state));
    ASSERT_FALSE(decoded.ok()) << wrong.what;
    EXPECT_EQ(decoded.status().code(), StatusCode::kCorruption) << wrong.what;
    EXPECT_NE(decoded.status().message().find(wrong.message), std::string::npos)
        << wrong.what << ": " << decoded.status();
  }
}

TEST(LsmState, SumsOfOneLessThanTooMuchAreTaken) {
  LsmState state = StateOf({{"", {2, 1}}});
  state.segments.at(1).tree.bytes = kHalf;
  state.segments.at(2).tree.bytes = kHalf - 1;
  for (auto& [id, segment] : state.segments) segment.tree.entries = kHalf;
  for (LsmPiece& piece : state.partitions[0].pieces) piece.contents = {kHalf, 0, kHalf};
  state.partitions[0].pieces[0].contents = {kHalf - 1, 0, kHalf - 1};
  EXPECT_EQ(CheckLsmState(state), Status::Ok());
  state.partitions[0].pieces[0].contents.entries = kHalf;
  EXPECT_EQ(CheckLsmState(state).code(), StatusCode::kCorruption);
}

TEST(LsmState, AKeyBelongsToTheLastPartitionThatBeginsAtOrBeforeIt) {
  const LsmState state = Several();
  const std::pair<const char*, size_t> cases[] = {{"", 0},   {"a", 0}, {"ezz", 0}, {"f", 1},
                                                  {"fa", 1}, {"m", 2}, {"z", 2}};
  for (const auto& [key, partition] : cases) EXPECT_EQ(FindLsmPartition(state, key), partition) << key;
  EXPECT_EQ(FindLsmPartition(LsmState{}, "any"), 0u);
}

TEST(LsmState, PiecesAreCounted) {
  EXPECT_EQ(CountLsmPieces(Several()), (std::map<uint64_t, size_t>{{1, 1}, {5, 2}, {9, 1}}));
  EXPECT_EQ(Several().partitions[0].contents(), (LsmContents{20, 0, 2000}));
}

TEST(LsmState, ATreeOverlapsThePartitionsFromItsFirstKeyToItsLast) {
  const LsmState state = Several();
  const auto overlapped = [&state](const TreeDescriptor& tree) {
    std::vector<size_t> partitions;
    for (size_t i = 0; i < state.partitions.size(); ++i) {
      if (OverlapsLsmPartition(tree, state, i)) partitions.push_back(i);
    }
    return partitions;
  };
  EXPECT_EQ(overlapped(TreeOf(1, "a", "ez")), std::vector<size_t>({0}));
  EXPECT_EQ(overlapped(TreeOf(1, "a", "f")), std::vector<size_t>({0, 1}));
  EXPECT_EQ(overlapped(TreeOf(1, "f", "lz")), std::vector<size_t>({1}));
  EXPECT_EQ(overlapped(TreeOf(1, "", "m")), std::vector<size_t>({0, 1, 2}));
  EXPECT_EQ(overlapped(TreeOf(1, "m", "z")), std::vector<size_t>({2}));
}

}  // namespace
}  // namespace logwood
