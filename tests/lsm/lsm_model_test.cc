#include <cstdio>
#include <gtest/gtest.h>

#include "base/random.h"
#include "lsm/lsm_edit.h"
#include "tests/lsm/lsm_collection.h"

namespace logwood::testing {
namespace {

// What happened in all runs: each must have, or the test shows less than it seems to.
struct Happened {
  size_t partitions_max = 0;
  size_t flushes_over_several = 0;
  size_t partitions_begun = 0;
  size_t begun_during_merge = 0;
  size_t merges_overtaken = 0;
  size_t merges_in_place = 0;
  size_t merges_of_merged = 0;
  size_t merges_to_oldest = 0;
  size_t merges_with_tombstones = 0;  // Because of them.
  size_t ranges_over_several = 0;     // Partitions.
  size_t ranges_alone = 0;            // Flushed without entries.
  size_t merged_ranges = 0;           // By a merge that kept some.
  size_t divided = 0;
  size_t joined = 0;
  size_t emptied = 0;  // Sparse segments that were written anew.
  size_t to_nothing = 0;
};

constexpr LsmTuning kTuning{.segment_size_bytes = 1500, .tombstones_min = 12};

// Flushes and merges in any order, merges that flushes overtake among them, beside a std::map.
class LsmModel {
 public:
  LsmModel(uint64_t seed, Happened& happened) : random_(seed), small_(seed % 2 == 1), happened_(happened) {}

  void Run() {
    if (small_) collection_.Apply(collection_.Flush(Range(kMiddle, 2 * kMiddle, 60)));
    for (int step = 0; step < 80; ++step) {
      Step();
      if (step % 4 == 0) Check();
      if (::testing::Test::HasFailure()) return;
    }
    while (collection_.MergeOnce(MergeEffort::kAll)) Check();
    uint64_t entries = 0;
    for (const LsmPartition& partition : collection_.state().partitions) {
      EXPECT_LE(partition.pieces.size(), 1u);
      entries += partition.contents().entries;
    }
    EXPECT_EQ(entries, model_.size());
    EXPECT_EQ(collection_.live_bytes().empty(), model_.empty());
  }

 private:
  static constexpr uint64_t kMiddle = 1000;
  static constexpr uint64_t kKeyCount = 3 * kMiddle;

  static std::string Key(uint64_t index) { return "key " + std::to_string(kKeyCount + 1000 + index); }

  void Step() {
    Flush();
    if (random_.OneIn(2)) return;
    // Most often until nothing is left to do, as in a database; more effort is rare, or all would be at rest always.
    MergeRequest request;
    if (random_.OneIn(12)) {
      request.effort = MergeEffort::kAll;
    } else if (random_.OneIn(8)) {
      request = {.effort = MergeEffort::kAtRest, .cost_max = random_.Below(10)};
    }
    for (uint64_t rounds = random_.Below(8); rounds > 0; --rounds) {
      const std::optional<MergePlan> plan = collection_.Choose(request);
      if (!plan) return;
      Merge(plan->bytes);
    }
  }

  void Merge(const std::string& bytes) {
    const LsmPlan plan = DecodeLsmPlan(bytes).value();
    const LsmState before = collection_.state();
    const KindEdit edit = collection_.Merge(bytes);
    Count(plan, before);
    if (!plan.to_oldest && RangeTombstonesIn(edit) > 0) ++happened_.merged_ranges;
    const size_t begun_before = happened_.partitions_begun;
    const uint64_t flushes = random_.Below(3);
    for (uint64_t i = 0; i < flushes; ++i) Flush();
    if (flushes > 0) ++happened_.merges_overtaken;
    happened_.begun_during_merge += happened_.partitions_begun - begun_before;
    const size_t partitions = collection_.state().partitions.size();
    collection_.Apply(edit);
    if (plan.to_oldest && collection_.state().partitions.size() > partitions) ++happened_.divided;
    const LsmState after = collection_.state();
    happened_.partitions_max = std::max(happened_.partitions_max, after.partitions.size());
    // Nothing came of it: neither flushes nor this merge made a segment.
    if (flushes == 0 && after.next_segment_id == before.next_segment_id) ++happened_.to_nothing;
  }

  // That a merge not to the oldest would keep.
  uint64_t RangeTombstonesIn(const KindEdit& edit) {
    LsmState state = collection_.state();
    const uint64_t id = state.next_segment_id;
    ApplyLsmEdit(edit.bytes, state).Check();
    return state.segments.contains(id) ? state.segments.at(id).tree.range_tombstones : 0;
  }

  void Count(const LsmPlan& plan, const LsmState& before) {
    if (plan.to_oldest) ++happened_.merges_to_oldest;
    if (!plan.to_oldest) ++happened_.merges_in_place;
    if (plan.tier == LsmTier::kMergedTwice) ++happened_.merges_of_merged;
    if (plan.inputs.size() > 1 && plan.to_oldest) ++happened_.joined;
    if (!plan.to_oldest && plan.inputs[0].segments.size() == 1) ++happened_.emptied;
    const LsmPartition& first = before.partitions[FindLsmPartition(before, plan.inputs[0].partition)];
    if (plan.to_oldest && first.pieces.size() <= 4 && first.contents().tombstones >= kTuning.tombstones_min) {
      ++happened_.merges_with_tombstones;
    }
  }

  void Flush() {
    const size_t partitions = collection_.state().partitions.size();
    const Ranges ranges = DrawRanges();
    const Writes writes = random_.OneIn(3) && !ranges.empty() ? Writes() : Draw();
    if (!ranges.empty() && writes.empty()) ++happened_.ranges_alone;
    collection_.Apply(collection_.Flush(writes, ranges));
    const LsmState state = collection_.state();
    happened_.partitions_begun += state.partitions.size() - partitions;
    const auto pieces = CountLsmPieces(state);
    if (!pieces.empty() && pieces.rbegin()->second > 1) ++happened_.flushes_over_several;
  }

  // Deleted before what is written: any ranges, or all of some partitions.
  Ranges DrawRanges() {
    Ranges ranges;
    if (!random_.OneIn(3)) return ranges;
    const LsmState state = collection_.state();
    for (uint64_t i = 1 + random_.Below(3); i > 0; --i) {
      const uint64_t begin = random_.Below(kKeyCount);
      std::string start = Key(begin);
      std::string limit = Key(begin + 1 + random_.Below(random_.OneIn(4) ? kKeyCount : 100));
      if (random_.OneIn(6)) {
        const size_t partition = random_.Below(state.partitions.size());
        start = state.partitions[partition].start;
        limit = RangeOfLsmPartition(state, partition).end.ToString();
      }
      if (random_.OneIn(12)) limit.clear();
      const size_t last = limit.empty() ? state.partitions.size() - 1 : FindLsmPartition(state, limit);
      if (last > FindLsmPartition(state, start)) ++happened_.ranges_over_several;
      std::erase_if(model_,
                    [&](const auto& item) { return item.first >= start && (limit.empty() || item.first < limit); });
      ranges.emplace_back(start, limit);
    }
    return ranges;
  }

  // A memtable: of any keys, or beside all keys there were, or tombstones for all of a partition.
  Writes Draw() {
    const uint64_t choice = random_.Below(16);
    const uint64_t width = 20 + random_.Below(20);
    if (choice == 0 && high_ + width < kKeyCount) {
      high_ += width;
      return Range(high_ - width, high_, 60);
    }
    if (choice == 1 && low_ > width) {
      low_ -= width;
      return Range(low_, low_ + width, 60);
    }
    if (choice == 2) return Remember(TombstonesOfAPartition());
    return Remember(AnyOfTheMiddle());
  }

  Writes Range(uint64_t begin, uint64_t end, size_t value_size) {
    Writes writes;
    for (uint64_t i = begin; i < end; ++i) writes[Key(i)] = std::string(value_size, 'r');
    return Remember(std::move(writes));
  }

  Writes TombstonesOfAPartition() {
    Writes writes;
    const LsmState state = collection_.state();
    const size_t partition = random_.Below(state.partitions.size());
    for (const auto& [key, value] : model_) {
      if (FindLsmPartition(state, key) == partition) writes[key] = std::nullopt;
    }
    return writes;
  }

  Writes AnyOfTheMiddle() {
    Writes writes;
    const uint64_t begin = random_.OneIn(3) ? 0 : random_.Below(kMiddle);
    const uint64_t width = 1 + random_.Below(small_ || random_.OneIn(3) ? kMiddle : 60);
    const uint64_t tombstones_of_4 = small_ ? 0 : random_.Below(5);
    for (uint64_t i = random_.Below(small_ ? 12 : 60); i > 0; --i) {
      auto& value = writes[Key(kMiddle + (begin + random_.Below(width)) % kMiddle)];
      const bool dead = random_.Below(4) < tombstones_of_4;
      value = dead ? std::nullopt : std::optional(std::string(random_.Below(60), static_cast<char>('a' + i % 26)));
    }
    return writes;
  }

  Writes Remember(Writes writes) {
    for (const auto& [key, value] : writes) {
      if (value) model_[key] = *value;
      if (!value) model_.erase(key);
    }
    return writes;
  }

  void Check() {
    const auto trees = collection_.Open();
    CheckEntries(*trees);
    CheckFiles(*trees);
  }

  void CheckEntries(const CollectionTrees& trees) {
    std::map<std::string, std::string> living;
    const auto cursor = trees.NewCursor();
    for (cursor->First(); cursor->valid(); cursor->Next()) {
      const Entry& entry = cursor->entry();
      if (entry.type == EntryType::kPut) living[entry.key.ToString()] = entry.value.ToString();
    }
    EXPECT_EQ(cursor->status(), Status::Ok());
    EXPECT_EQ(living, model_);
    for (uint64_t i = random_.Below(32); i < kKeyCount; i += 32) {
      const auto hit = Get(trees, Key(i)).value();
      const auto expected = model_.find(Key(i));
      const bool lives = hit && hit->type == EntryType::kPut;
      ASSERT_EQ(lives, expected != model_.end()) << Key(i);
      if (!lives) continue;
      EXPECT_EQ(hit->value, Bytes(expected->second));
    }
  }

  void CheckFiles(const CollectionTrees& trees) {
    std::map<FileNumber, int64_t> live_bytes;
    std::set<FileNumber> files;
    for (const auto& [file, bytes] : trees.LiveBytes()) {
      live_bytes[file] = static_cast<int64_t>(bytes);
      files.insert(file);
    }
    EXPECT_EQ(live_bytes, collection_.live_bytes());
    EXPECT_EQ(files, collection_.kind().Files(collection_.state_bytes()).value());
  }

  SeededRandom random_;
  const bool small_;  // Little flushes all over a filled collection, so that its oldest run is the larger part.
  Happened& happened_;
  uint64_t low_ = kMiddle;  // Keys from here up to the next are in use.
  uint64_t high_ = 2 * kMiddle;
  LsmCollection collection_{kTuning};
  std::map<std::string, std::string> model_;
};

TEST(LsmModel, AgreesWithAMapUnderFlushesAndMerges) {
  Happened happened;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LsmModel(seed, happened).Run();
    if (::testing::Test::HasFailure()) return;
  }
  std::printf(
      "partitions %zu, over several %zu, begun %zu (%zu during merges), overtaken %zu, in place %zu (%zu twice), "
      "to oldest %zu (%zu tombstones), ranges over several %zu, alone %zu, merged %zu, divided %zu, joined %zu, "
      "emptied %zu, to nothing %zu\n",
      happened.partitions_max, happened.flushes_over_several, happened.partitions_begun, happened.begun_during_merge,
      happened.merges_overtaken, happened.merges_in_place, happened.merges_of_merged, happened.merges_to_oldest,
      happened.merges_with_tombstones, happened.ranges_over_several, happened.ranges_alone, happened.merged_ranges,
      happened.divided, happened.joined, happened.emptied, happened.to_nothing);
  EXPECT_GE(happened.partitions_max, 16u);
  for (const size_t count :
       {happened.flushes_over_several, happened.partitions_begun, happened.begun_during_merge,
        happened.merges_overtaken, happened.merges_in_place, happened.merges_of_merged, happened.merges_to_oldest,
        happened.merges_with_tombstones, happened.ranges_over_several, happened.ranges_alone, happened.merged_ranges,
        happened.divided, happened.joined, happened.emptied, happened.to_nothing}) {
    EXPECT_GT(count, 0u);
  }
}

}  // namespace
}  // namespace logwood::testing
