#include "lsm/lsm_state.h"

#include <gtest/gtest.h>
#include <limits>

namespace logwood {
namespace {

using namespace std::string_view_literals;

TreeDescriptor TreeIn(uint64_t file, uint64_t tombstones = 0) {
  return {.file = FileNumber(file),
          .footer = BlockReference::Of(4096, 200),
          .entries = 10,
          .tombstones = tombstones,
          .bytes = 5000,
          .first_key = "a",
          .last_key = "z"};
}

// Runs with these ids, the newest first; run N stands in file N + 10.
LsmState StateOf(const std::vector<uint64_t>& ids) {
  LsmState state{.block_size_bytes = 8192, .next_run_id = 1, .runs = {}};
  for (const uint64_t id : ids) {
    state.runs.push_back({id, TreeIn(id + 10)});
    state.next_run_id = std::max(state.next_run_id, id + 1);
  }
  return state;
}

std::vector<uint64_t> IdsOf(const LsmState& state) {
  std::vector<uint64_t> ids;
  for (const LsmRun& run : state.runs) ids.push_back(run.id);
  return ids;
}

TEST(LsmState, ComesBack) {
  for (const LsmState& state : {StateOf({}), StateOf({1}), StateOf({9, 4, 5})}) {
    const auto decoded = DecodeLsmState(EncodeLsmState(state));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, state);
  }
}

TEST(LsmState, HasOneFormOnly) {
  const std::string encoded = EncodeLsmState(StateOf({9, 4}));
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
  const std::string whole = EncodeLsmState(StateOf({2, 1}));
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(DecodeLsmState(Bytes(whole).First(size)).ok());
  EXPECT_FALSE(DecodeLsmState(whole + '\0').ok());

  LsmState small_blocks = StateOf({});
  small_blocks.block_size_bytes = 255;
  LsmState large_blocks = StateOf({});
  large_blocks.block_size_bytes = (1 << 20) + 1;
  LsmState no_next = StateOf({});
  no_next.next_run_id = 0;
  LsmState not_given_out = StateOf({4});
  not_given_out.next_run_id = 4;
  LsmState too_large = StateOf({2, 1});
  too_large.runs[0].tree.bytes = uint64_t{1} << 62;
  too_large.runs[1].tree.bytes = uint64_t{1} << 62;
  for (const LsmState& state :
       {small_blocks, large_blocks, no_next, StateOf({2, 2}), StateOf({0}), not_given_out, too_large}) {
    const auto decoded = DecodeLsmState(EncodeLsmState(state));
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.status().code(), StatusCode::kCorruption);
  }
}

TEST(LsmEdit, AFlushPutsItsRunBeforeAllOthers) {
  LsmState state = StateOf({2, 1});
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush({.is_oldest = false, .tree = TreeIn(50)}), state), Status::Ok());
  EXPECT_EQ(IdsOf(state), (std::vector<uint64_t>{3, 2, 1}));
  EXPECT_EQ(state.runs[0].tree, TreeIn(50));
  EXPECT_EQ(state.next_run_id, 4u);
}

TEST(LsmEdit, AFlushOfNothingChangesNothing) {
  LsmState state = StateOf({2, 1});
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush({}), state), Status::Ok());
  EXPECT_EQ(state, StateOf({2, 1}));
}

TEST(LsmEdit, AFlushWithoutItsTombstonesFitsOnlyWhereNothingIsOlder) {
  const std::string edit = EncodeLsmFlush({.is_oldest = true, .tree = TreeIn(50)});
  LsmState empty = StateOf({});
  EXPECT_EQ(ApplyLsmEdit(edit, empty), Status::Ok());
  LsmState moved = StateOf({1});
  EXPECT_EQ(ApplyLsmEdit(edit, moved).code(), StatusCode::kCorruption);
  EXPECT_EQ(moved, StateOf({1}));
}

TEST(LsmEdit, AMergedRunTakesThePlaceOfTheOldest) {
  const std::string edit = EncodeLsmMerge({.replaced = {3, 2, 1}, .tree = TreeIn(50)});
  LsmState state = StateOf({3, 2, 1});
  ASSERT_EQ(ApplyLsmEdit(edit, state), Status::Ok());
  EXPECT_EQ(IdsOf(state), std::vector<uint64_t>{4});
  LsmState moved = StateOf({5, 4, 3, 2, 1});
  ASSERT_EQ(ApplyLsmEdit(edit, moved), Status::Ok());
  EXPECT_EQ(IdsOf(moved), (std::vector<uint64_t>{5, 4, 6}));
  EXPECT_EQ(moved.runs[2].tree, TreeIn(50));
}

TEST(LsmEdit, AMergeToNothingLeavesTheNewerRuns) {
  LsmState state = StateOf({3, 2, 1});
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmMerge({.replaced = {2, 1}, .tree = {}}), state), Status::Ok());
  EXPECT_EQ(IdsOf(state), std::vector<uint64_t>{3});
  EXPECT_EQ(state.next_run_id, 4u);
}

TEST(LsmEdit, AMergeOfOtherRunsThanTheOldestIsRefused) {
  const std::vector<std::vector<uint64_t>> replaced = {{3, 2}, {3}, {1, 2}, {4, 3, 2, 1}, {7}};
  for (const std::vector<uint64_t>& ids : replaced) {
    LsmState state = StateOf({3, 2, 1});
    EXPECT_EQ(ApplyLsmEdit(EncodeLsmMerge({.replaced = ids, .tree = TreeIn(50)}), state).code(),
              StatusCode::kCorruption);
    EXPECT_EQ(state, StateOf({3, 2, 1}));
  }
}

TEST(LsmEdit, RunIdsDoNotWrapAround) {
  LsmState state = StateOf({1});
  state.next_run_id = std::numeric_limits<uint64_t>::max();
  const LsmState before = state;
  EXPECT_EQ(ApplyLsmEdit(EncodeLsmFlush({.is_oldest = false, .tree = TreeIn(5)}), state).code(),
            StatusCode::kCorruption);
  EXPECT_EQ(ApplyLsmEdit(EncodeLsmMerge({.replaced = {1}, .tree = TreeIn(5)}), state).code(), StatusCode::kCorruption);
  EXPECT_EQ(state, before);
}

TEST(LsmEdit, BytesThatAreNoEditAreRefused) {
  const std::string flush = EncodeLsmFlush({.is_oldest = false, .tree = TreeIn(50)});
  const std::string merge = EncodeLsmMerge({.replaced = {2, 1}, .tree = TreeIn(50)});
  std::vector<std::string> edits = {flush + '\0',
                                    merge + '\0',
                                    std::string("\x00\x00\x00"sv),  // No type.
                                    std::string("\x03\x00\x00"sv),  // An unknown one.
                                    std::string("\x01\x02\x00"sv),  // Flags that are neither 0 nor 1.
                                    std::string("\x01\x00\x02"sv),
                                    std::string("\x02\x00\x00"sv),           // A merge of nothing,
                                    std::string("\x02\x02\x01\x01\x00"sv),   // of a run twice,
                                    std::string("\x02\x7f\x02\x01\x00"sv)};  // of more than are named.
  for (const std::string& whole : {flush, merge}) {
    for (size_t size = 0; size < whole.size(); ++size) edits.push_back(whole.substr(0, size));
  }
  for (const std::string& edit : edits) {
    LsmState state = StateOf({2, 1});
    EXPECT_EQ(ApplyLsmEdit(edit, state).code(), StatusCode::kCorruption) << ::testing::PrintToString(edit);
    EXPECT_EQ(state, StateOf({2, 1}));
  }
}

TEST(LsmPlan, ComesBack) {
  const std::vector<uint64_t> ids = {300, 2, 1};
  EXPECT_EQ(DecodeLsmPlan(EncodeLsmPlan(ids)).value(), ids);
}

TEST(LsmPlan, OtherBytesAreRefused) {
  for (const std::string_view plan : {""sv, "\x00"sv, "\x02\x01"sv, "\x02\x01\x01"sv, "\x01\x01\x00"sv}) {
    EXPECT_EQ(DecodeLsmPlan(plan).status().code(), StatusCode::kCorruption);
  }
}

TEST(LsmChoose, MergesAllWhereThereAreManyRunsOrAllEffortIsWanted) {
  LsmState with_tombstones = StateOf({7});
  with_tombstones.runs[0].tree.tombstones = 1;
  struct Case {
    LsmState state;
    std::vector<uint64_t> while_writing;
    std::vector<uint64_t> all;
  };
  const Case cases[] = {
      {StateOf({}), {}, {}},
      {StateOf({1}), {}, {}},
      {with_tombstones, {}, {7}},
      {StateOf({2, 1}), {}, {2, 1}},
      {StateOf({3, 2, 1}), {}, {3, 2, 1}},
      {StateOf({6, 4, 2, 5}), {6, 4, 2, 5}, {6, 4, 2, 5}},
      {StateOf({5, 4, 3, 2, 1}), {5, 4, 3, 2, 1}, {5, 4, 3, 2, 1}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::to_string(c.state.runs.size()) + " runs");
    EXPECT_EQ(ChooseLsmMerge(c.state, MergeEffort::kWhileWriting), c.while_writing);
    EXPECT_EQ(ChooseLsmMerge(c.state, MergeEffort::kAll), c.all);
  }
}

}  // namespace
}  // namespace logwood
