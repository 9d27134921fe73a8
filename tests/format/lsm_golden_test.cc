#include <gtest/gtest.h>

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

LsmState ExampleState() { return {.block_size_bytes = 8192, .next_run_id = 6, .runs = {{5, ExampleTree()}}}; }

LsmMerge ExampleMerge() { return {.replaced = {4, 3}, .tree = ExampleTree()}; }

TEST(GoldenLsm, IsWhatThisVersionWrites) {
  ExpectGolden("lsm_state_0.bin", EncodeLsmState(ExampleState()));
  ExpectGolden("lsm_flush_0.bin", EncodeLsmFlush({.is_oldest = true, .tree = std::nullopt}));
  ExpectGolden("lsm_merge_0.bin", EncodeLsmMerge(ExampleMerge()));
  for (const std::string_view name : {"lsm_state_0.bin", "lsm_flush_0.bin", "lsm_merge_0.bin"}) {
    ExpectListing("lsm.md", name);
  }
}

TEST(GoldenLsm, IsRead) {
  const std::string bytes = ReadGolden("lsm_state_0.bin");
  EXPECT_EQ(DecodeLsmState(bytes).value(), ExampleState());
  LsmState state = ExampleState();
  EXPECT_EQ(ApplyLsmEdit(ReadGolden("lsm_flush_0.bin"), state).code(), StatusCode::kCorruption);  // It has a run.
  state.runs[0].id = 4;
  state.runs.push_back({3, ExampleTree()});
  ASSERT_EQ(ApplyLsmEdit(ReadGolden("lsm_merge_0.bin"), state), Status::Ok());
  EXPECT_EQ(state.runs, (std::vector<LsmRun>{{6, ExampleTree()}}));
}

}  // namespace
}  // namespace logwood::testing
