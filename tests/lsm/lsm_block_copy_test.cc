#include <gtest/gtest.h>
#include <set>
#include <string>

#include "block/block.h"
#include "lsm/lsm_trees.h"
#include "tests/lsm/lsm_collection.h"

namespace logwood::testing {
namespace {

using Living = std::map<std::string, std::string>;

constexpr int kSeries = 6;
constexpr int kPoints = 100;

std::string PointKey(int series, int time) {
  return "series " + std::to_string(series) + " at " + std::to_string(10'000 + time);
}

// The points of every series from `begin` on, as one memtable holds them.
Writes PointsFrom(int begin) {
  Writes points;
  for (int series = 0; series < kSeries; ++series) {
    for (int time = begin; time < begin + kPoints; ++time) points[PointKey(series, time)] = std::to_string(7 * time);
  }
  return points;
}

Living LivingOf(const CollectionTrees& trees) {
  Living living;
  const auto cursor = trees.NewCursor();
  for (cursor->First(); cursor->valid(); cursor->Next()) {
    const Entry& entry = cursor->entry();
    if (entry.type == EntryType::kPut) living[entry.key.ToString()] = entry.value.ToString();
  }
  EXPECT_EQ(cursor->status(), Status::Ok());
  return living;
}

// All leaves, but for their checksums, which say where they stand.
std::set<std::string> LeavesOf(const CollectionTrees& collection) {
  const auto& trees = dynamic_cast<const LsmTrees&>(collection);
  std::set<std::string> leaves;
  for (size_t i = 0; i < trees.state().partitions.size(); ++i) {
    for (size_t j = 0; j < trees.state().partitions[i].pieces.size(); ++j) {
      const auto cursor = trees.NewCursorOf({.partition = i, .piece = j}, 1);
      for (cursor->First(); cursor->valid(); cursor->Next()) {
        const Block* const leaf = cursor->entry().begins_block ? cursor->WholeBlock(nullptr) : nullptr;
        if (leaf != nullptr) leaves.insert(leaf->stored().From(sizeof(uint64_t)).ToString());
      }
    }
  }
  return leaves;
}

struct Copied {
  size_t before = 0;  // Leaves of all pieces.
  size_t after = 0;
  size_t copied = 0;  // That were there before.
};

// Merges all into one, and expects that a reader sees no difference.
Copied MergeAll(LsmCollection& collection) {
  const auto before = collection.Open();
  const Living living = LivingOf(*before);
  const std::set<std::string> leaves_before = LeavesOf(*before);
  while (collection.MergeOnce(MergeEffort::kAll)) {
  }
  const auto after = collection.Open();
  EXPECT_EQ(LivingOf(*after), living);
  EXPECT_EQ(after->Verify([](const Status& damage) { ADD_FAILURE() << damage; }).status(), Status::Ok());
  const std::set<std::string> leaves_after = LeavesOf(*after);
  Copied copied{leaves_before.size(), leaves_after.size(), 0};
  for (const std::string& leaf : leaves_after) copied.copied += leaves_before.contains(leaf) ? 1 : 0;
  return copied;
}

// Two stretches of time of each series: where one ends and the other begins, and where a series ends, leaves are mixed.
TEST(LsmBlockCopy, MostLeavesOfInterleavedSeriesAreCopied) {
  LsmCollection collection;
  collection.Apply(collection.Flush(PointsFrom(0)));
  collection.Apply(collection.Flush(PointsFrom(kPoints)));
  const Copied leaves = MergeAll(collection);
  EXPECT_GE(leaves.copied, leaves.before * 6 / 10);
  EXPECT_LE(leaves.after, leaves.before * 11 / 10);
}

// What one newer piece says within a leaf of an older one.
struct Newer {
  const char* name;
  Writes writes;
  Ranges ranges;
};

// One entry more makes a leaf that has only that: without a division all leaves behind would begin one entry later.
class LsmBlockCopyBeside : public ::testing::TestWithParam<Newer> {};

TEST_P(LsmBlockCopyBeside, CopiesTheOtherLeavesAlone) {
  LsmCollection collection;
  collection.Apply(collection.Flush(PointsFrom(0)));
  collection.Apply(collection.Flush(GetParam().writes, GetParam().ranges));
  const Copied leaves = MergeAll(collection);
  EXPECT_LT(leaves.copied, leaves.before);
  EXPECT_GE(leaves.copied, leaves.before * 8 / 10);
}

INSTANTIATE_TEST_SUITE_P(Newer, LsmBlockCopyBeside,
                         ::testing::Values(Newer{"Put", {{PointKey(2, 50), "new"}}, {}},
                                           Newer{"PutBetween", {{PointKey(2, 50) + "5", "new"}}, {}},
                                           Newer{"Tombstone", {{PointKey(2, 50), std::nullopt}}, {}},
                                           Newer{"RangeTombstone", {}, {{PointKey(2, 50), PointKey(2, 52)}}},
                                           Newer{"RangeTombstoneOverLeaves", {}, {{PointKey(2, 50), PointKey(2, 90)}}},
                                           Newer{"RangeTombstoneToTheEnd", {}, {{PointKey(5, 50), ""}}}),
                         [](const auto& given) { return std::string(given.param.name); });

// A newer entry of the first key of a leaf, of its last one, and of every one, each in turn.
TEST(LsmBlockCopy, ANewerEntryAnywhereInALeafHidesTheOlder) {
  for (int time = 0; time < 40; ++time) {
    LsmCollection collection;
    collection.Apply(collection.Flush(PointsFrom(0)));
    collection.Apply(collection.Flush({{PointKey(1, time), time % 2 == 0 ? std::optional("new") : std::nullopt}}));
    static_cast<void>(MergeAll(collection));
    EXPECT_EQ(LivingOf(*collection.Open()).size(), static_cast<size_t>(kSeries * kPoints - time % 2));
  }
}

TEST(LsmBlockCopy, LeavesWithTombstonesAreNotCopied) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}, {"b", "1"}}));
  Writes deleted = PointsFrom(0);
  for (auto& [key, value] : deleted) value = std::nullopt;
  collection.Apply(collection.Flush(deleted));
  EXPECT_EQ(MergeAll(collection).after, 1u);
}

}  // namespace
}  // namespace logwood::testing
