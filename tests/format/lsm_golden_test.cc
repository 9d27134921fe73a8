#include <gtest/gtest.h>

#include "lsm/lsm_edit.h"
#include "lsm/lsm_state.h"
#include "tests/format/golden.h"

namespace logwood::testing {
namespace {

TreeDescriptor ExampleTree() {
  return {.file = FileNumber(8),
          .footer = BlockReference::Of(4096, 200),
          .entries = 300,
          .tombstones = 2,
          .bytes = 5000,
          .first_key = "ada",
          .last_key = "charles"};
}

// Segment 5 over two partitions; what it had in a third was merged away.
LsmState ExampleState() {
  LsmState state{.block_size_bytes = 8192, .next_segment_id = 6};
  state.segments[5] = {LsmTier::kMerged, ExampleTree()};
  state.partitions = {{"", {{5, {.entries = 160, .tombstones = 2, .bytes = 1000}}}},
                      {"b", {{5, {.entries = 100, .tombstones = 0, .bytes = 700}}}}};
  return state;
}

LsmFlush ExampleFlush() {
  return {.must_be_oldest = false,
          .may_begin_partition = true,
          .tree = ExampleTree(),
          .slices = {{"", {.entries = 200, .tombstones = 2, .bytes = 1200}},
                     {"b", {.entries = 100, .tombstones = 0, .bytes = 700}}}};
}

// The two partitions of the example become one.
LsmMerge ExampleMerge() {
  return {.plan = {.to_oldest = true, .tier = LsmTier::kMerged, .inputs = {{"", {5}}, {"b", {5}}}},
          .outputs = {{ExampleTree(), {{.entries = 300, .tombstones = 0, .bytes = 1900}}}}};
}

constexpr std::string_view kNames[] = {"lsm_state_0.bin", "lsm_flush_0.bin", "lsm_empty_flush_0.bin",
                                       "lsm_merge_0.bin"};

TEST(GoldenLsm, IsWhatThisVersionWrites) {
  ExpectGolden("lsm_state_0.bin", EncodeLsmState(ExampleState()));
  ExpectGolden("lsm_flush_0.bin", EncodeLsmFlush(ExampleFlush()));
  ExpectGolden("lsm_empty_flush_0.bin", EncodeLsmFlush({.must_be_oldest = true}));
  ExpectGolden("lsm_merge_0.bin", EncodeLsmMerge(ExampleMerge()));
  for (const std::string_view name : kNames) ExpectListing("lsm.md", name);
}

TEST(GoldenLsm, IsRead) {
  EXPECT_EQ(DecodeLsmState(ReadGolden("lsm_state_0.bin")).value(), ExampleState());
  LsmState state = ExampleState();
  // It has a segment.
  EXPECT_EQ(ApplyLsmEdit(ReadGolden("lsm_empty_flush_0.bin"), state).code(), StatusCode::kCorruption);
  ASSERT_EQ(ApplyLsmEdit(ReadGolden("lsm_flush_0.bin"), state), Status::Ok());
  EXPECT_EQ(state.partitions[1].pieces.size(), 2u);
  EXPECT_EQ(state.segments.at(6), (LsmSegment{LsmTier::kFlushed, ExampleTree()}));
  state = ExampleState();
  ASSERT_EQ(ApplyLsmEdit(ReadGolden("lsm_merge_0.bin"), state), Status::Ok());
  ASSERT_EQ(state.partitions.size(), 1u);
  EXPECT_EQ(state.partitions[0].pieces, (std::vector<LsmPiece>{{6, {300, 0, 1900}}}));
}

}  // namespace
}  // namespace logwood::testing
