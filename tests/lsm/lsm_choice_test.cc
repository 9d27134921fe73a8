#include "lsm/lsm_choice.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "tests/lsm/lsm_states.h"

namespace logwood {
namespace {

using testing::TreeOf;

constexpr LsmTier kF = LsmTier::kFlushed;
constexpr LsmTier kM = LsmTier::kMerged;
constexpr LsmTier kT = LsmTier::kMergedTwice;
constexpr LsmTuning kTuning{.segment_size_bytes = 1000, .rest_bytes_min = 100};

struct Piece {
  LsmTier tier = kM;
  uint64_t bytes = 1000;
  uint64_t entries = 100;
  uint64_t tombstones = 0;
  uint64_t hidden = 0;  // By a range tombstone, where not 0.
};
using Pieces = std::vector<Piece>;  // The newest first.

// Partitions from "", "b", "c" and so on, each piece of a segment of its own. Ids are given out from the oldest piece
// of the first partition on, from 1.
LsmState StateOf(const std::vector<Pieces>& partitions) {
  LsmState state{.block_size_bytes = 8192};
  state.partitions.clear();
  for (const Pieces& pieces : partitions) {
    const auto letter = static_cast<char>('a' + state.partitions.size());
    LsmPartition partition{state.partitions.empty() ? "" : std::string(1, letter), {}};
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
      const uint64_t id = state.next_segment_id++;
      TreeDescriptor tree = TreeOf(id, std::string(1, letter) + "1", std::string(1, letter) + "2");
      tree.entries = piece->entries;
      tree.tombstones = piece->tombstones;
      tree.bytes = piece->bytes;
      LsmContents contents{piece->entries, piece->tombstones, piece->bytes};
      if (piece->hidden > 0) {
        tree.range_tombstones = contents.range_tombstones = 1;
        tree.range_tombstones_begin = tree.first_key;
        tree.range_tombstones_end = tree.last_key;
        contents.hidden = piece->hidden;
      }
      state.segments[id] = {piece->tier, std::move(tree)};
      partition.pieces.insert(partition.pieces.begin(), {id, contents});
    }
    state.partitions.push_back(std::move(partition));
  }
  EXPECT_EQ(CheckLsmState(state), Status::Ok());
  return state;
}

LsmPlan InPlace(LsmTier tier, std::vector<LsmPlan::Input> inputs) { return {false, tier, std::move(inputs)}; }
LsmPlan ToOldest(std::vector<LsmPlan::Input> inputs) { return {true, kM, std::move(inputs)}; }

std::vector<LsmPlan> Chosen(const LsmState& state, const MergeRequest& request) {
  std::optional<LsmPlan> plan = ChooseLsmMerge(state, request, kTuning);
  return plan ? std::vector{*std::move(plan)} : std::vector<LsmPlan>();
}
std::vector<LsmPlan> WhileWriting(const LsmState& state) { return Chosen(state, {}); }
std::vector<LsmPlan> AtRest(const LsmState& state, uint64_t cost_max) {
  return Chosen(state, {.effort = MergeEffort::kAtRest, .cost_max = cost_max});
}
// All that it takes, one behind the other.
std::vector<LsmPlan> WithAllEffort(const LsmState& state) {
  std::vector<LsmPlan> plans;
  MergeRequest request{.effort = MergeEffort::kAll};
  while (std::optional<LsmPlan> plan = ChooseLsmMerge(state, request, kTuning)) {
    const size_t behind = LsmPartitionBehind(state, *plan);
    plans.push_back(*std::move(plan));
    if (behind == state.partitions.size()) break;
    request.from = state.partitions[behind].start;
  }
  return plans;
}

constexpr Piece kFlushed{.tier = kF, .bytes = 100};
constexpr Piece kMerged{.tier = kM, .bytes = 400};
constexpr Piece kTwice{.tier = kT, .bytes = 1000};
constexpr Piece kOldest{.tier = kM, .bytes = 100'000};

struct DepthCase {
  const char* what;
  Pieces pieces;
  std::vector<LsmPlan> plans;
};

const DepthCase kDepths[] = {
    {"nothing", {}, {}},
    {"one piece", {kFlushed}, {}},
    {"three flushed", {kFlushed, kFlushed, kFlushed, kOldest}, {}},
    {"four, of which one is the oldest", {kFlushed, kFlushed, kFlushed, kFlushed}, {}},
    {"four flushed", {kFlushed, kFlushed, kFlushed, kFlushed, kOldest}, {InPlace(kM, {{"", {5, 4, 3, 2}}})}},
    {"five flushed",
     {kFlushed, kFlushed, kFlushed, kFlushed, kFlushed, kOldest},
     {InPlace(kM, {{"", {6, 5, 4, 3, 2}}})}},
    {"four above a merged one",
     {kFlushed, kFlushed, kFlushed, kFlushed, kMerged, kOldest},
     {InPlace(kM, {{"", {6, 5, 4, 3}}})}},
    {"three above two merged ones", {kFlushed, kFlushed, kFlushed, kMerged, kMerged, kOldest}, {}},
    {"four above two merged ones",
     {kFlushed, kFlushed, kFlushed, kFlushed, kMerged, kMerged, kOldest},
     {InPlace(kT, {{"", {7, 6, 5, 4, 3, 2}}})}},
    {"four above one of each",
     {kFlushed, kFlushed, kFlushed, kFlushed, kMerged, kTwice, kOldest},
     {InPlace(kM, {{"", {7, 6, 5, 4}}})}},
    {"four above two merged ones and one merged twice",
     {kFlushed, kFlushed, kFlushed, kFlushed, kMerged, kMerged, kTwice, kOldest},
     {ToOldest({{"", {8, 7, 6, 5, 4, 3, 2, 1}}})}},
    {"a flushed one below a merged one is as one merged",
     {kFlushed, kFlushed, kFlushed, kMerged, kFlushed, kOldest},
     {}},
    {"half as much as the oldest",
     {{kF, 1}, {kF, 1}, {kF, 1}, {kF, 997}, {kM, 2000}},
     {ToOldest({{"", {5, 4, 3, 2, 1}}})}},
    {"hardly less than half as much",
     {{kF, 1}, {kF, 1}, {kF, 1}, {kF, 996}, {kM, 2000}},
     {InPlace(kM, {{"", {5, 4, 3, 2}}})}},
};

TEST(LsmChoice, MergesByDepth) {
  for (const DepthCase& c : kDepths) EXPECT_EQ(WhileWriting(StateOf({c.pieces})), c.plans) << c.what;
}

TEST(LsmChoice, MergesWhereAQuarterAreTombstones) {
  const auto chosen = [](uint64_t entries, uint64_t tombstones) {
    return WhileWriting(StateOf({{{.tier = kF, .entries = tombstones, .tombstones = tombstones},
                                  {.tier = kM, .bytes = 100'000, .entries = entries - tombstones}}}));
  };
  EXPECT_EQ(chosen(4096, 1024), std::vector{ToOldest({{"", {2, 1}}})});
  EXPECT_TRUE(chosen(4100, 1024).empty());
  EXPECT_TRUE(chosen(4092, 1023).empty());  // A quarter, but few.
  EXPECT_TRUE(chosen(40'000, 1024).empty());
  EXPECT_EQ(WhileWriting(StateOf({{{.tier = kF, .entries = 5000, .tombstones = 4000}}})),
            std::vector{ToOldest({{"", {1}}})});
}

TEST(LsmChoice, MergesTheDeepestPartitionFirst) {
  const Pieces five = {kFlushed, kFlushed, kFlushed, kFlushed, kOldest};
  const Pieces six = {kFlushed, kFlushed, kFlushed, kFlushed, kFlushed, kOldest};
  EXPECT_EQ(WhileWriting(StateOf({five, six, five, six})), std::vector{InPlace(kM, {{"b", {11, 10, 9, 8, 7}}})});
  EXPECT_EQ(WhileWriting(StateOf({{kOldest}, five})), std::vector{InPlace(kM, {{"b", {6, 5, 4, 3}}})});
}

// Segments 1 and 2 over two partitions, with so many entries of 1000 left in each.
LsmState SparseState(uint64_t left_of_1, uint64_t left_of_2) {
  LsmState state = StateOf({{{.tier = kF, .entries = 1000}, {.tier = kF, .entries = 1000}}, {kOldest}, {}});
  state.segments.at(1).tree.last_key = state.segments.at(2).tree.last_key = "c3";
  state.partitions[0].pieces[1].contents.entries = left_of_1 / 2;
  state.partitions[0].pieces[0].contents.entries = left_of_2 / 2;
  state.partitions[2].pieces = {{2, {left_of_2 / 2, 0, 10'000}}, {1, {left_of_1 / 2, 0, 10'000}}};
  EXPECT_EQ(CheckLsmState(state), Status::Ok());
  return state;
}

TEST(LsmChoice, WritesASparseSegmentAnewWhereManyEntriesAreGone) {
  const auto rewriting = [](uint64_t id) { return std::vector{InPlace(kF, {{"", {id}}, {"c", {id}}})}; };
  EXPECT_EQ(WhileWriting(SparseState(448, 1000)), rewriting(1));  // 552 of 2100 are gone, and more than half of it.
  EXPECT_EQ(WhileWriting(SparseState(400, 300)), rewriting(2));   // The emptier first.
  EXPECT_EQ(WhileWriting(SparseState(0, 998)), rewriting(1));
  EXPECT_TRUE(WhileWriting(SparseState(480, 1000)).empty());  // Less than a quarter of all.
  EXPECT_TRUE(WhileWriting(SparseState(500, 500)).empty());   // Half of each.
  LsmState deep = SparseState(448, 1000);
  for (int i = 0; i < 4; ++i) {
    deep.segments[deep.next_segment_id] = {kF, TreeOf(50, "b1", "b2")};
    deep.partitions[1].pieces.insert(deep.partitions[1].pieces.begin(), {deep.next_segment_id++, {100, 0, 10}});
  }
  EXPECT_EQ(WhileWriting(deep), std::vector{InPlace(kM, {{"b", {7, 6, 5, 4}}})}) << "depth is more urgent";
}

TEST(LsmChoice, JoinsNeighboursThatAreSmallTogether) {
  const auto of = [](uint64_t bytes) { return Pieces{{.tier = kM, .bytes = bytes}}; };
  EXPECT_EQ(WhileWriting(StateOf({of(900), of(166), of(166), of(166)})),
            std::vector{ToOldest({{"b", {2}}, {"c", {3}}})});
  EXPECT_TRUE(WhileWriting(StateOf({of(900), of(166), of(167), of(900)})).empty());
  EXPECT_TRUE(WhileWriting(StateOf({of(900), {}, of(900)})).empty());
  EXPECT_EQ(WhileWriting(StateOf({of(900), {}, of(100), {}, of(900)})),
            std::vector{ToOldest({{"b", {}}, {"c", {2}}, {"d", {}}})});
  EXPECT_EQ(WhileWriting(StateOf({{}, {}})), std::vector{ToOldest({{"", {}}, {"b", {}}})});
}

TEST(LsmChoice, WithAllEffortLeavesOneRunWithoutTombstones) {
  const auto of = [](uint64_t bytes) { return Pieces{{.tier = kM, .bytes = bytes}}; };
  EXPECT_TRUE(WithAllEffort(StateOf({{}})).empty());
  EXPECT_TRUE(WithAllEffort(StateOf({of(900), of(200), of(900), {}})).empty());
  EXPECT_EQ(WithAllEffort(StateOf({{kFlushed, kFlushed}})), std::vector{ToOldest({{"", {2, 1}}})});
  EXPECT_EQ(WithAllEffort(StateOf({{{.tier = kF, .tombstones = 1}}})), std::vector{ToOldest({{"", {1}}})});
  EXPECT_EQ(WithAllEffort(StateOf({of(900), of(200), of(800), of(900), {kOldest, kOldest}, {}})),
            (std::vector{ToOldest({{"b", {2}}, {"c", {3}}}), ToOldest({{"e", {6, 5}}})}));
  LsmState clipped = StateOf({of(2000)});
  clipped.segments.at(1).tree.entries = 101;
  EXPECT_EQ(WithAllEffort(clipped), std::vector{ToOldest({{"", {1}}})});
}

const struct {
  const char* what;
  Pieces pieces;
  uint64_t cost_max;
  std::vector<LsmPlan> plans;
} kRests[] = {
    {"nothing", {}, 9, {}},
    {"one run", {kOldest}, 9, {}},
    {"three runs and no time", {kMerged, kTwice, kOldest}, 0, {}},
    {"three runs of which the oldest is dear", {kMerged, kTwice, {.bytes = 14'000}}, 9, {}},
    {"three runs", {kMerged, kTwice, {.bytes = 13'999}}, 9, {ToOldest({{"", {3, 2, 1}}})}},
    {"a large one on a small one", {{kF, 5000}, {kM, 500}}, 10, {ToOldest({{"", {2, 1}}})}},
    {"bytes that do not count", {{kF, 1}, {kM, 999}}, 9, {ToOldest({{"", {2, 1}}})}},
    {"four runs, flushed ones among them", {kFlushed, kFlushed, kFlushed, kOldest}, 0, {InPlace(kM, {{"", {4, 3}}})}},
    {"six", {kFlushed, kFlushed, kMerged, kMerged, kTwice, kOldest}, 0, {InPlace(kT, {{"", {6, 5, 4, 3}}})}},
    {"four, but dear", {kFlushed, {kM, 500}, {kM, 500}, kOldest}, 0, {}},
    {"four, that time has made cheap", {kFlushed, {kM, 500}, {kM, 500}, kOldest}, 1, {InPlace(kT, {{"", {4, 3}}})}},
    {"what is urgent anyway",
     {kFlushed, kFlushed, kFlushed, kFlushed, kOldest},
     0,
     {InPlace(kM, {{"", {5, 4, 3, 2}}})}},
};

TEST(LsmChoice, MergesAtRestWhatIsCheap) {
  for (const auto& c : kRests) EXPECT_EQ(AtRest(StateOf({c.pieces}), c.cost_max), c.plans) << c.what;
}

TEST(LsmChoice, MergesAtRestTheDeepestPartitionFirst) {
  const Pieces three = {kFlushed, kFlushed, {.bytes = 400}};
  const Pieces four = {kFlushed, kFlushed, kFlushed, {.bytes = 400}};
  EXPECT_EQ(AtRest(StateOf({three, four, three, four}), 9), std::vector{ToOldest({{"b", {7, 6, 5, 4}}})});
  EXPECT_EQ(AtRest(StateOf({{kOldest}, three}), 9), std::vector{ToOldest({{"b", {4, 3, 2}}})});
}

TEST(LsmChoice, SegmentsAreEvenAndNeverTiny) {
  const std::pair<uint64_t, uint64_t> cases[] = {{0, 500},     {100, 500},   {1000, 1015}, {1499, 1522},  {1500, 761},
                                                 {2000, 1015}, {2499, 1268}, {2500, 846},  {10'000, 1015}};
  for (const auto& [bytes, size] : cases) EXPECT_EQ(LsmSegmentSize(bytes, kTuning), size) << bytes;
  EXPECT_TRUE(IsLsmPartitionSize(167, kTuning));
  EXPECT_FALSE(IsLsmPartitionSize(166, kTuning));
}

// ---- States of any form: what is chosen can be done, and doing it comes to an end.

LsmState RandomState(SeededRandom& random) {
  std::vector<Pieces> partitions(random.Below(8) + 1);
  for (Pieces& pieces : partitions) {
    for (uint64_t count = random.Below(10); count > 0; --count) {
      Piece piece{static_cast<LsmTier>(random.Below(3)), random.Below(random.OneIn(3) ? 10'000 : 300) + 50,
                  random.Below(5000) + 2, 0};
      if (random.OneIn(3)) piece.tombstones = random.Below(piece.entries + 1);
      pieces.push_back(piece);
    }
  }
  LsmState state = StateOf(partitions);
  for (auto& [id, segment] : state.segments) {
    if (random.OneIn(4)) segment.tree.entries *= 1 + random.Below(4);  // The rest was merged away.
  }
  return state;
}

// What of `contents` a merge leaves.
LsmContents Left(const LsmContents& contents, uint64_t of_8, bool keeps_tombstones) {
  const uint64_t dead = keeps_tombstones ? contents.tombstones : 0;
  return {(contents.entries - contents.tombstones) * of_8 / 8 + dead, dead, contents.bytes * of_8 / 8};
}

LsmMerge::Output OutputOf(const std::string& first_key, const std::string& last_key,
                          std::vector<LsmContents> contents) {
  LsmMerge::Output output{TreeOf(99, first_key, last_key), std::move(contents)};
  output.tree.entries = 0;
  for (const LsmContents& part : output.contents) output.tree.entries += part.entries;
  for (const LsmContents& part : output.contents) output.tree.tombstones += part.tombstones;
  output.tree.bytes = 5000;
  return output;
}

// An edit as a merge makes it, where chance says how much of what it read is left.
LsmMerge CarriedOut(const LsmState& state, const LsmPlan& plan, SeededRandom& random) {
  LsmMerge merge{plan, {}};
  const auto places = FindLsmInputs(state, plan);
  EXPECT_TRUE(places.ok()) << places.status();
  LsmContents all;
  uint64_t bytes = 0;
  std::vector<LsmContents> by_input;
  for (size_t i = 0; i < places->size(); ++i) {
    const LsmPartition& partition = state.partitions[(*places)[i].partition];
    LsmContents sum;
    for (size_t j = 0; j < plan.inputs[i].segments.size(); ++j)
      sum += partition.pieces[(*places)[i].piece + j].contents;
    by_input.push_back(Left(sum, random.Below(9), !plan.to_oldest));
    all += by_input.back();
    bytes += partition.contents().bytes;
  }
  const std::string first = plan.inputs.front().partition + "!";
  const std::string last = plan.inputs.back().partition + "!";
  if (all.entries == 0) return merge;
  if (!plan.to_oldest) {
    merge.outputs.push_back(OutputOf(first, last + "~", by_input));
    return merge;
  }
  const uint64_t count = std::min(all.entries / 2 + 1, all.bytes / LsmSegmentSize(bytes, kTuning) + 1);
  for (uint64_t i = 0; i < count; ++i) {
    const std::string key = first + std::to_string(1000 + i);
    merge.outputs.push_back(OutputOf(key, key + "~", {{all.entries / count + 1, 0, all.bytes / count}}));
  }
  return merge;
}

TEST(LsmChoice, AlwaysComesToRest) {
  for (uint64_t seed = 0; seed < 500 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    LsmState state = RandomState(random);
    const MergeRequest at_rest{.effort = MergeEffort::kAtRest, .cost_max = random.Below(20)};
    const MergeRequest all{.effort = MergeEffort::kAll};
    for (const MergeRequest& request : {MergeRequest(), at_rest, MergeRequest(), all, at_rest, MergeRequest()}) {
      size_t merges = 0;
      while (const auto plan = ChooseLsmMerge(state, request, kTuning)) {
        ASSERT_LT(++merges, 200u);
        ASSERT_EQ(ApplyLsmEdit(EncodeLsmMerge(CarriedOut(state, *plan, random)), state), Status::Ok());
      }
      if (request.effort != MergeEffort::kAll) continue;
      for (const LsmPartition& partition : state.partitions) {
        EXPECT_LE(partition.pieces.size(), 1u);
        EXPECT_EQ(partition.contents().tombstones, 0u);
      }
    }
  }
}

TEST(LsmChoice, MergesEarlyWhatRangeTombstonesHide) {
  const Piece hiding{.tier = kF, .bytes = 10, .entries = 1, .tombstones = 1, .hidden = 5000};
  const Piece hiding_little{.tier = kF, .bytes = 10, .entries = 1, .tombstones = 1, .hidden = 1000};
  const Piece old{.bytes = 100'000, .entries = 10'000};
  EXPECT_EQ(WhileWriting(StateOf({{hiding, old}})), (std::vector{ToOldest({{"", {2, 1}}})}));
  EXPECT_EQ(WhileWriting(StateOf({{hiding_little, old}})), std::vector<LsmPlan>());
  const Piece few{.bytes = 100'000, .entries = 1000};  // To be seen at all, more than 1,000 are hidden.
  EXPECT_EQ(WhileWriting(StateOf({{hiding_little, few}})), std::vector<LsmPlan>());
}

TEST(LsmChoice, DoesNotRestWithRangeTombstones) {
  const Piece alone{.entries = 100, .hidden = 1};
  EXPECT_EQ(WithAllEffort(StateOf({{alone}})), (std::vector{ToOldest({{"", {1}}})}));
}

TEST(LsmDebt, IsWhatTheWantedMergesRead) {
  const struct {
    const char* what;
    std::vector<Pieces> partitions;
    uint64_t runs;
    uint64_t bytes;
  } cases[] = {
      {"nothing", {{}}, 0, 0},
      {"one run", {{kOldest}}, 1, 0},
      {"three flushed", {{kFlushed, kFlushed, kFlushed, kOldest}}, 4, 0},
      {"four flushed become one", {{kFlushed, kFlushed, kFlushed, kFlushed, kOldest}}, 5, 400},
      {"four and two that were merged",
       {{kFlushed, kFlushed, kFlushed, kFlushed, kMerged, kMerged, kOldest}},
       7,
       400 + 800},
      {"all", {{kFlushed, kFlushed, kFlushed, kFlushed, kMerged, kMerged, kTwice, kOldest}}, 8, 2'200 + 100'000},
      {"of two partitions", {{kFlushed, kFlushed, kFlushed, kFlushed, kOldest}, {kFlushed, kFlushed, kOldest}}, 5, 400},
      {"of both",
       {{kFlushed, kFlushed, kFlushed, kFlushed, kOldest}, {kFlushed, kFlushed, kFlushed, kFlushed, kFlushed, kOldest}},
       6,
       900},
  };
  for (const auto& row : cases) {
    const MergeDebt debt = LsmDebt(StateOf(row.partitions), kTuning);
    EXPECT_EQ(debt.runs, row.runs) << row.what;
    EXPECT_EQ(debt.bytes, row.bytes) << row.what;
  }
}

}  // namespace
}  // namespace logwood
