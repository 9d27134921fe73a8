#include "lsm/lsm_edit.h"

#include <gtest/gtest.h>
#include <limits>

#include "tests/lsm/lsm_states.h"

namespace logwood {
namespace {

using testing::Layout;
using testing::LayoutOf;
using testing::StateOf;
using testing::TreeOf;

constexpr LsmContents kTen{.entries = 10, .tombstones = 0, .bytes = 1000};

// A flush of one slice for each partition that `state` has, of ten entries each.
LsmFlush FlushTo(const LsmState& state, TreeDescriptor tree) {
  LsmFlush flush{.tree = std::move(tree)};
  for (size_t i = 0; i < state.partitions.size(); ++i) {
    const bool has = OverlapsLsmPartition(*flush.tree, state, i);
    flush.slices.push_back({state.partitions[i].start, has ? kTen : LsmContents{}});
  }
  return flush;
}

LsmMerge::Output OutputOf(uint64_t file, std::string first_key, std::string last_key, size_t contents_count = 1) {
  return {TreeOf(file, std::move(first_key), std::move(last_key)), std::vector(contents_count, kTen)};
}

LsmMerge ToOldest(std::vector<LsmPlan::Input> inputs, std::vector<LsmMerge::Output> outputs) {
  return {{.to_oldest = true, .tier = LsmTier::kMerged, .inputs = std::move(inputs)}, std::move(outputs)};
}

LsmMerge InPlace(std::vector<LsmPlan::Input> inputs, std::vector<LsmMerge::Output> outputs) {
  return {{.to_oldest = false, .tier = LsmTier::kMerged, .inputs = std::move(inputs)}, std::move(outputs)};
}

// The layout after an edit that fits.
Layout After(LsmState state, const std::string& edit) {
  EXPECT_EQ(ApplyLsmEdit(edit, state), Status::Ok());
  return LayoutOf(state);
}

void ExpectRefused(const std::string& edit, LsmState state) {
  const LsmState before = state;
  EXPECT_EQ(ApplyLsmEdit(edit, state).code(), StatusCode::kCorruption) << ::testing::PrintToString(edit);
  EXPECT_EQ(state, before);
}

// ---- Flushes.

// From "a" to "z" by entries, and from `begin` to `end` by range tombstones.
TreeDescriptor WithRangeTombstones(TreeDescriptor tree, std::string begin, std::string end) {
  tree.range_tombstones = 1;
  tree.range_tombstones_begin = std::move(begin);
  tree.range_tombstones_end = std::move(end);
  return tree;
}

TEST(LsmFlush, PutsAPieceWhereOnlyItsRangeTombstonesReach) {
  const LsmState state = StateOf({{"", {1}}, {"h", {1}}, {"p", {1}}});
  const TreeDescriptor tree = WithRangeTombstones(TreeOf(50, "a", "b"), "c", "p");
  LsmFlush flush = FlushTo(state, tree);
  flush.slices[1].contents = {.range_tombstones = 1};
  EXPECT_EQ(After(state, EncodeLsmFlush(flush)), (Layout{{"", {2, 1}}, {"h", {2, 1}}, {"p", {1}}}));
  flush.tree = WithRangeTombstones(TreeOf(50, "a", "b"), "c", "");
  flush.slices[2].contents = {.range_tombstones = 1};
  EXPECT_EQ(After(state, EncodeLsmFlush(flush)), (Layout{{"", {2, 1}}, {"h", {2, 1}}, {"p", {2, 1}}}));
}

TEST(LsmFlush, ReachesIntoAllPartitionsThatItsSliceNowFallsInto) {
  const LsmState before = StateOf({{"", {1}}});
  LsmFlush flush = FlushTo(before, WithRangeTombstones(TreeOf(50, "a", "b"), "c", "x"));
  flush.slices[0].contents = {.entries = 3, .range_tombstones = 1};
  LsmState divided = StateOf({{"", {1}}, {"h", {1}}, {"y", {1}}});
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush(flush), divided), Status::Ok());
  EXPECT_EQ(LayoutOf(divided), (Layout{{"", {2, 1}}, {"h", {2, 1}}, {"y", {1}}}));
  for (const size_t i : {size_t{0}, size_t{1}}) {
    EXPECT_EQ(divided.partitions[i].pieces[0].contents.range_tombstones, 1u);
  }
}

TEST(LsmFlush, BeginsNoPartitionWhereRangeTombstonesReach) {
  LsmState state = StateOf({{"", {1}}});
  state.segments.at(1).tree = WithRangeTombstones(TreeOf(11, "a", "d"), "b", "k");
  LsmFlush flush = FlushTo(state, TreeOf(50, "h", "m"));
  flush.may_begin_partition = true;
  EXPECT_EQ(After(state, EncodeLsmFlush(flush)), (Layout{{"", {2, 1}}}));
  flush = FlushTo(state, TreeOf(50, "k", "m"));
  flush.may_begin_partition = true;
  EXPECT_EQ(After(state, EncodeLsmFlush(flush)), (Layout{{"", {1}}, {"k", {2}}}));
  flush = FlushTo(state, WithRangeTombstones(TreeOf(50, "m", "n"), "j", "l"));
  flush.may_begin_partition = true;
  EXPECT_EQ(After(state, EncodeLsmFlush(flush)), (Layout{{"", {2, 1}}}));
}

TEST(LsmFlush, WithHiddenEntriesButNoRangeTombstonesIsRefused) {
  const LsmState state = StateOf({{"", {1}}});
  LsmFlush flush = FlushTo(state, TreeOf(50));
  flush.slices[0].contents.hidden = 1;
  ExpectRefused(EncodeLsmFlush(flush), state);
}

TEST(LsmFlush, PutsAPieceBeforeAllOthersWhereItHasEntries) {
  LsmState state = StateOf({{"", {2, 1}}, {"h", {2}}, {"p", {2}}});
  LsmFlush flush = FlushTo(state, TreeOf(50));
  flush.slices[1].contents = {};
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush(flush), state), Status::Ok());
  EXPECT_EQ(LayoutOf(state), (Layout{{"", {3, 2, 1}}, {"h", {2}}, {"p", {3, 2}}}));
  EXPECT_EQ(state.segments.at(3), (LsmSegment{LsmTier::kFlushed, TreeOf(50)}));
  EXPECT_EQ(state.partitions[2].pieces[0].contents, kTen);
  EXPECT_EQ(state.next_segment_id, 4u);
}

TEST(LsmFlush, OfNothingChangesNothing) {
  const LsmState before = StateOf({{"", {2, 1}}});
  LsmState state = before;
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush({}), state), Status::Ok());
  EXPECT_EQ(state, before);
}

TEST(LsmFlush, WithoutItsTombstonesFitsOnlyWhereNothingIsOlder) {
  LsmState state{.block_size_bytes = 8192};
  LsmFlush flush = FlushTo(state, TreeOf(50));
  flush.must_be_oldest = true;
  EXPECT_EQ(After(state, EncodeLsmFlush(flush)), (Layout{{"", {1}}}));
  ExpectRefused(EncodeLsmFlush(flush), StateOf({{"", {1}}}));
  ExpectRefused(EncodeLsmFlush({.must_be_oldest = true}), StateOf({{"", {1}}}));
}

// The flush counted what it has for three partitions; two of them were joined meanwhile, the third divided.
TEST(LsmFlush, HoldsForPartitionsThatAMergeHasChanged) {
  const LsmFlush flush = FlushTo(StateOf({{"", {1}}, {"h", {1}}, {"p", {1}}}), TreeOf(50));
  LsmState state = StateOf({{"", {1}}, {"p", {1}}, {"t", {1}}});
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush(flush), state), Status::Ok());
  EXPECT_EQ(LayoutOf(state), (Layout{{"", {2, 1}}, {"p", {2, 1}}, {"t", {2, 1}}}));
  EXPECT_EQ(state.partitions[0].pieces[0].contents, (LsmContents{20, 0, 2000}));
  EXPECT_EQ(state.partitions[1].pieces[0].contents, (LsmContents{5, 0, 500}));
}

// How little a slice holds says nothing of whether a reader must look there.
TEST(LsmFlush, OfOneEntryReachesEachPartitionInWhichItMayBe) {
  LsmFlush flush = FlushTo(StateOf({{"", {1}}}), TreeOf(50));
  flush.slices[0].contents = {.entries = 1, .tombstones = 0, .bytes = 1};
  EXPECT_EQ(After(StateOf({{"", {1}}, {"h", {1}}}), EncodeLsmFlush(flush)), (Layout{{"", {2, 1}}, {"h", {2, 1}}}));
}

struct Beginning {
  const char* first_key;
  const char* last_key;
  Layout after;
};

// Segments 1 and 2 reach from "h" to "k" and from "m" to "r"; the collection has one partition.
TEST(LsmFlush, BeginsAPartitionWhereItOverlapsNothing) {
  LsmState state = StateOf({{"", {2, 1}}});
  state.segments.at(1).tree = TreeOf(11, "h", "k");
  state.segments.at(2).tree = TreeOf(12, "m", "r");
  const Beginning cases[] = {
      {"s", "t", {{"", {2, 1}}, {"s", {3}}}}, {"r", "t", {{"", {3, 2, 1}}}},  {"a", "g", {{"", {3}}, {"h", {2, 1}}}},
      {"a", "h", {{"", {3, 2, 1}}}},          {"l", "lz", {{"", {3, 2, 1}}}},  // Between them: one run deeper.
      {"a", "z", {{"", {3, 2, 1}}}},
  };
  for (const Beginning& c : cases) {
    SCOPED_TRACE(c.first_key);
    LsmFlush flush = FlushTo(state, TreeOf(50, c.first_key, c.last_key));
    EXPECT_EQ(After(state, EncodeLsmFlush(flush)), (Layout{{"", {3, 2, 1}}}));
    flush.may_begin_partition = true;
    EXPECT_EQ(After(state, EncodeLsmFlush(flush)), c.after);
  }
}

TEST(LsmFlush, OverTwoPartitionsOrIntoAnEmptyOneBeginsNone) {
  LsmState state = StateOf({{"", {1}}, {"m", {2}}, {"t", {}}});
  state.segments.at(1).tree = TreeOf(11, "a", "b");
  state.segments.at(2).tree = TreeOf(12, "n", "o");
  LsmFlush over_two = FlushTo(state, TreeOf(50, "c", "mz"));
  over_two.may_begin_partition = true;
  EXPECT_EQ(After(state, EncodeLsmFlush(over_two)), (Layout{{"", {3, 1}}, {"m", {3, 2}}, {"t", {}}}));
  LsmFlush into_empty = FlushTo(state, TreeOf(50, "u", "v"));
  into_empty.may_begin_partition = true;
  EXPECT_EQ(After(state, EncodeLsmFlush(into_empty)), (Layout{{"", {1}}, {"m", {2}}, {"t", {3}}}));
}

// Segment 1 has entries up to "z" which were merged away there: a partition of its own would not bring them back, but
// neither is it sure that there is room for one.
TEST(LsmFlush, BeginsNoPartitionWithinAnyOldSegment) {
  LsmState state = StateOf({{"", {1}}, {"m", {}}});
  LsmFlush flush = FlushTo(state, TreeOf(50, "k", "l"));
  flush.may_begin_partition = true;
  EXPECT_EQ(After(state, EncodeLsmFlush(flush)), (Layout{{"", {2, 1}}, {"m", {}}}));
}

// ---- Merges in place.

TEST(LsmMerge, InPlaceTakesThePlaceOfItsPieces) {
  const LsmState state = StateOf({{"", {4, 3, 2, 1}}});
  const LsmMerge merge = InPlace({{"", {3, 2}}}, {OutputOf(50, "a", "z")});
  EXPECT_EQ(After(state, EncodeLsmMerge(merge)), (Layout{{"", {4, 5, 1}}}));
  EXPECT_EQ(After(state, EncodeLsmMerge(InPlace({{"", {4, 3}}}, {}))), (Layout{{"", {2, 1}}}));
}

TEST(LsmMerge, InPlaceOverSeveralPartitionsSkipsThoseInWhichNothingIsLeft) {
  LsmState state = StateOf({{"", {3, 1}}, {"h", {2}}, {"m", {3, 2}}, {"t", {3}}});
  LsmMerge merge = InPlace({{"", {3}}, {"m", {3}}, {"t", {3}}}, {OutputOf(50, "a", "p", 3)});
  merge.outputs[0].contents[2] = {};
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmMerge(merge), state), Status::Ok());
  EXPECT_EQ(LayoutOf(state), (Layout{{"", {4, 1}}, {"h", {2}}, {"m", {4, 2}}, {"t", {}}}));
  EXPECT_FALSE(state.segments.contains(3));
  EXPECT_EQ(state.segments.at(4).tier, LsmTier::kMerged);
}

// ---- Merges to the oldest.

TEST(LsmMerge, ToOldestLeavesOneRunUnderWhatFlushesBrought) {
  const LsmMerge merge = ToOldest({{"", {2, 1}}}, {OutputOf(50, "a", "z")});
  EXPECT_EQ(After(StateOf({{"", {2, 1}}}), EncodeLsmMerge(merge)), (Layout{{"", {3}}}));
  EXPECT_EQ(After(StateOf({{"", {5, 4, 2, 1}}}), EncodeLsmMerge(merge)), (Layout{{"", {5, 4, 6}}}));
}

TEST(LsmMerge, ToNothingLeavesTheNewerPieces) {
  const LsmMerge merge = ToOldest({{"", {2, 1}}}, {});
  EXPECT_EQ(After(StateOf({{"", {3, 2, 1}}}), EncodeLsmMerge(merge)), (Layout{{"", {3}}}));
  EXPECT_EQ(After(StateOf({{"", {2, 1}}}), EncodeLsmMerge(merge)), (Layout{{"", {}}}));
}

TEST(LsmMerge, ToOldestDividesAPartition) {
  LsmState state = StateOf({{"", {5, 4, 1}}, {"p", {5, 1}}});
  state.segments.at(4).tree = TreeOf(14, "a", "c");
  const LsmMerge merge =
      ToOldest({{"", {1}}}, {OutputOf(50, "b", "d"), OutputOf(51, "e", "g"), OutputOf(52, "h", "k")});
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmMerge(merge), state), Status::Ok());
  EXPECT_EQ(LayoutOf(state), (Layout{{"", {5, 4, 6}}, {"e", {5, 7}}, {"h", {5, 8}}, {"p", {5, 1}}}));
  EXPECT_EQ(state.partitions[0].pieces[0].contents, (LsmContents{3, 0, 333}));
  EXPECT_EQ(state.partitions[0].pieces[1].contents, kTen);
}

TEST(LsmMerge, ToOldestJoinsPartitions) {
  LsmState state = StateOf({{"", {1}}, {"h", {5, 4, 2}}, {"m", {}}, {"p", {4, 3}}, {"t", {4, 3}}});
  state.segments.at(5).tree = TreeOf(15, "h", "l");
  const LsmMerge merge = ToOldest({{"h", {2}}, {"m", {}}, {"p", {3}}}, {OutputOf(50, "i", "q")});
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmMerge(merge), state), Status::Ok());
  EXPECT_EQ(LayoutOf(state), (Layout{{"", {1}}, {"h", {5, 4, 6}}, {"t", {4, 3}}}));
  EXPECT_EQ(state.partitions[1].pieces[1].contents, (LsmContents{20, 0, 2000}));
}

// While partition "h" is merged, with segments 1 and 2 from "i" to "k", flushes 3 and 4 begin partitions of their own
// at its ends.
TEST(LsmMerge, HoldsWhereFlushesHaveBegunPartitionsAtItsEnds) {
  LsmState state = StateOf({{"", {}}, {"h", {2, 1}}, {"p", {}}});
  for (auto& [id, segment] : state.segments) segment.tree = TreeOf(id + 10, "i", "k");
  LsmFlush below = FlushTo(state, TreeOf(50, "h", "hz"));
  LsmFlush above = FlushTo(state, TreeOf(51, "l", "o"));
  LsmFlush lowest = FlushTo(state, TreeOf(52, "h", "h"));
  lowest.tree->entries = 1;
  lowest.slices[1].contents = {1, 0, 1};
  for (LsmFlush* const flush : {&below, &above}) flush->may_begin_partition = true;
  for (const LsmFlush& flush : {below, above, lowest}) {
    ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush(flush), state), Status::Ok());
  }
  ASSERT_EQ(LayoutOf(state), (Layout{{"", {}}, {"h", {5, 3}}, {"i", {2, 1}}, {"l", {4}}, {"p", {}}}));
  const LsmMerge to_oldest = ToOldest({{"h", {2, 1}}}, {OutputOf(60, "i", "i1"), OutputOf(61, "j", "k")});
  EXPECT_EQ(After(state, EncodeLsmMerge(to_oldest)),
            (Layout{{"", {}}, {"h", {5, 3}}, {"i", {6}}, {"j", {7}}, {"l", {4}}, {"p", {}}}));
  const LsmMerge in_place = InPlace({{"h", {2, 1}}}, {OutputOf(60, "i", "k")});
  EXPECT_EQ(After(state, EncodeLsmMerge(in_place)),
            (Layout{{"", {}}, {"h", {5, 3}}, {"i", {6}}, {"l", {4}}, {"p", {}}}));
  const LsmMerge joining = ToOldest({{"", {}}, {"h", {2, 1}}, {"p", {}}}, {OutputOf(60, "i", "k")});
  EXPECT_EQ(After(state, EncodeLsmMerge(joining)), (Layout{{"", {5, 4, 3, 6}}}));
}

// An empty partition that is the last to be joined; flushes have filled and divided it since.
TEST(LsmMerge, HoldsWhereFlushesHaveDividedAnEmptyPartition) {
  LsmState state = StateOf({{"", {1}}, {"h", {}}});
  state.segments.at(1).tree = TreeOf(11, "a", "b");
  LsmFlush first = FlushTo(state, TreeOf(50, "m", "n"));
  LsmFlush second = FlushTo(state, TreeOf(51, "i", "k"));
  second.may_begin_partition = true;
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush(first), state), Status::Ok());
  ASSERT_EQ(ApplyLsmEdit(EncodeLsmFlush(second), state), Status::Ok());
  ASSERT_EQ(LayoutOf(state), (Layout{{"", {1}}, {"h", {3}}, {"m", {2}}}));
  EXPECT_EQ(After(state, EncodeLsmMerge(ToOldest({{"", {1}}, {"h", {}}}, {OutputOf(60, "a", "b")}))),
            (Layout{{"", {3, 4}}, {"m", {2}}}));
}

// ---- What does not fit.

TEST(LsmMerge, OfPiecesThatAreNotThereIsRefused) {
  const LsmState state = StateOf({{"", {3, 2, 1}}, {"h", {3, 2}}, {"p", {3}}});
  const std::vector<std::vector<LsmPlan::Input>> nowhere = {{{"", {1, 2}}},  {{"", {3, 1}}},  {{"", {7}}},
                                                            {{"a", {3}}},    {{"h", {2, 1}}}, {{"", {4, 3, 2, 1}}},
                                                            {{"p", {3, 2}}}, {{"q", {}}},     {{"", {2}}, {"h", {9}}}};
  for (const auto& inputs : nowhere) {
    ExpectRefused(EncodeLsmMerge(ToOldest(inputs, {})), state);
    if (!inputs[0].segments.empty()) ExpectRefused(EncodeLsmMerge(InPlace(inputs, {})), state);
  }
  ExpectRefused(EncodeLsmMerge(ToOldest({{"", {3, 2}}}, {})), state);  // Not the oldest.
  EXPECT_EQ(FindLsmInputs(state, {.to_oldest = false, .inputs = {{"", {3, 2}}}}).value().size(), 1u);
}

// What lies between is not of flushes that came since: its segments may hold what was merged away elsewhere.
TEST(LsmMerge, AcrossAPartitionThatItDoesNotNameIsRefused) {
  const LsmState state = StateOf({{"", {1}}, {"h", {2, 1}}, {"p", {2}}});
  ExpectRefused(EncodeLsmMerge(ToOldest({{"", {1}}, {"p", {2}}}, {OutputOf(50, "a", "z")})), state);
  ExpectRefused(EncodeLsmMerge(ToOldest({{"h", {1}}}, {OutputOf(50, "a", "b")})), state);  // Keys of another partition,
  ExpectRefused(EncodeLsmMerge(ToOldest({{"h", {1}}}, {OutputOf(50, "i", "p")})), state);  // below or above.
  LsmState merged = StateOf({{"", {4, 1}}});
  merged.segments.at(4).tier = LsmTier::kMerged;
  ExpectRefused(EncodeLsmMerge(ToOldest({{"", {1}}}, {OutputOf(50, "a", "z")})), merged);
}

// Inputs whose pieces are all newer are looked for further on: never behind those of a later input.
TEST(LsmMerge, WhoseInputsMeetOrPassEachOtherIsRefused) {
  const LsmState passing = StateOf({{"", {9}}, {"h", {3}}, {"p", {1}}});
  ExpectRefused(EncodeLsmMerge(ToOldest({{"", {1}}, {"h", {3}}}, {})), passing);
  ExpectRefused(EncodeLsmMerge(InPlace({{"", {1}}, {"h", {3}}}, {OutputOf(50, "a", "z", 2)})), passing);
  const LsmState meeting = StateOf({{"", {9}}, {"h", {2, 1}}});
  ExpectRefused(EncodeLsmMerge(InPlace({{"", {2}}, {"h", {1}}}, {OutputOf(50, "a", "z", 2)})), meeting);
}

TEST(LsmEdit, WhatWouldMakeAStateThatCannotBeReadIsRefused) {
  const LsmState state = StateOf({{"", {2, 1}}});
  LsmFlush too_large = FlushTo(state, TreeOf(50));
  too_large.tree->bytes = std::numeric_limits<uint64_t>::max();
  ExpectRefused(EncodeLsmFlush(too_large), state);
  LsmFlush overfull = FlushTo(state, TreeOf(50));
  overfull.slices[0].contents.entries = 101;
  ExpectRefused(EncodeLsmFlush(overfull), state);
  LsmMerge too_heavy = ToOldest({{"", {2, 1}}}, {OutputOf(50, "a", "z")});
  too_heavy.outputs[0].contents[0].bytes = std::numeric_limits<uint64_t>::max();
  ExpectRefused(EncodeLsmMerge(too_heavy), state);
}

TEST(LsmEdit, SegmentIdsDoNotWrapAround) {
  LsmState state = StateOf({{"", {1}}});
  state.next_segment_id = std::numeric_limits<uint64_t>::max();
  ExpectRefused(EncodeLsmFlush(FlushTo(state, TreeOf(50))), state);
  ExpectRefused(EncodeLsmMerge(ToOldest({{"", {1}}}, {OutputOf(50, "a", "z")})), state);
  ExpectRefused(EncodeLsmMerge(InPlace({{"", {1}}}, {OutputOf(50, "a", "z")})), state);
}

// ---- Forms.

std::vector<std::string> ExampleEdits() {
  const LsmState state = StateOf({{"", {2, 1}}, {"h", {2}}});
  return {EncodeLsmFlush(FlushTo(state, TreeOf(50))), EncodeLsmFlush({}),
          EncodeLsmMerge(InPlace({{"", {2, 1}}}, {OutputOf(50, "a", "z")})),
          EncodeLsmMerge(ToOldest({{"", {2, 1}}, {"h", {2}}}, {OutputOf(50, "a", "c"), OutputOf(51, "d", "z")}))};
}

TEST(LsmEdit, ThatIsCutOrHasMoreIsRefused) {
  const LsmState state = StateOf({{"", {2, 1}}, {"h", {2}}});
  for (const std::string& whole : ExampleEdits()) {
    LsmState after = state;
    ASSERT_EQ(ApplyLsmEdit(whole, after), Status::Ok());
    for (size_t size = 0; size < whole.size(); ++size) ExpectRefused(whole.substr(0, size), state);
    ExpectRefused(whole + '\0', state);
  }
}

// Whatever a byte is changed to, what comes of it can be read.
TEST(LsmEdit, ThatIsDamagedIsRefusedOrLeavesAStateThatIsRead) {
  const LsmState before = StateOf({{"", {2, 1}}, {"h", {2}}});
  for (const std::string& whole : ExampleEdits()) {
    for (size_t at = 0; at < whole.size(); ++at) {
      for (int change = 1; change < 256; ++change) {
        std::string edit = whole;
        edit[at] = static_cast<char>(edit[at] ^ change);
        LsmState state = before;
        const Status status = ApplyLsmEdit(edit, state);
        if (status.ok()) {
          EXPECT_EQ(DecodeLsmState(EncodeLsmState(state)).value(), state);
        } else {
          EXPECT_EQ(status.code(), StatusCode::kCorruption);
          EXPECT_EQ(state, before);
        }
      }
    }
  }
}

TEST(LsmEdit, OfNoFormIsRefused) {
  const LsmState state = StateOf({{"", {2, 1}}, {"h", {2}}});
  LsmFlush no_slices = FlushTo(state, TreeOf(50));
  no_slices.slices.clear();
  LsmFlush disordered = FlushTo(state, TreeOf(50));
  std::swap(disordered.slices[0], disordered.slices[1]);
  LsmFlush late = FlushTo(state, TreeOf(50));
  late.slices.erase(late.slices.begin());
  ExpectRefused(EncodeLsmFlush(no_slices), state);
  ExpectRefused(EncodeLsmFlush(disordered), state);
  ExpectRefused(EncodeLsmFlush(late), state);
  ExpectRefused(EncodeLsmMerge(ToOldest({}, {})), state);
  ExpectRefused(EncodeLsmMerge(InPlace({{"", {}}}, {})), state);
  ExpectRefused(EncodeLsmMerge(ToOldest({{"", {2, 2}}}, {})), state);
  ExpectRefused(EncodeLsmMerge(ToOldest({{"h", {2}}, {"", {2, 1}}}, {})), state);
  ExpectRefused(EncodeLsmMerge(ToOldest({{"", {2, 1}}}, {OutputOf(50, "a", "c", 2)})), state);
  ExpectRefused(EncodeLsmMerge(ToOldest({{"", {2, 1}}}, {OutputOf(50, "a", "c"), OutputOf(51, "c", "d")})), state);
  ExpectRefused(EncodeLsmMerge(InPlace({{"", {2, 1}}}, {OutputOf(50, "a", "b"), OutputOf(51, "c", "d")})), state);
  ExpectRefused(EncodeLsmMerge(InPlace({{"", {2}}}, {OutputOf(50, "a", "b", 2)})), state);
}

TEST(LsmPlan, ComesBack) {
  const LsmPlan in_place{.to_oldest = false, .tier = LsmTier::kMergedTwice, .inputs = {{"", {300, 2}}, {"h", {2}}}};
  const LsmPlan to_oldest{.to_oldest = true, .tier = LsmTier::kMerged, .inputs = {{"", {}}, {"h", {2, 1}}}};
  for (const LsmPlan& plan : {in_place, to_oldest}) {
    const std::string bytes = EncodeLsmPlan(plan);
    EXPECT_EQ(DecodeLsmPlan(bytes).value(), plan);
    for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeLsmPlan(Bytes(bytes).First(size)).ok());
    EXPECT_EQ(DecodeLsmPlan(bytes + '\0').status().code(), StatusCode::kCorruption);
  }
}

}  // namespace
}  // namespace logwood
