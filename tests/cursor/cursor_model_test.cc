#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "cursor/bounded_cursor.h"
#include "cursor/living_cursor.h"
#include "cursor/merging_cursor.h"
#include "tests/cursor/cursor_walk.h"
#include "tests/cursor/vector_cursor.h"

// Stacks of cursors over random children, walked at random and compared with a map.

namespace logwood::testing {
namespace {

using Children = std::vector<CursorModel>;  // Newest first.

Children RandomChildren(size_t count, SeededRandom& random) {
  Children children(count);
  for (CursorModel& child : children) {
    for (uint64_t left = random.Below(25); left > 0; --left) {
      const bool dead = random.OneIn(3);
      child[RandomKey(random)] = {.type = dead ? EntryType::kTombstone : EntryType::kPut,
                                  .value = dead ? "" : std::to_string(random.Below(1000))};
    }
  }
  return children;
}

std::unique_ptr<EntryCursor> Merging(const Children& children) {
  std::vector<std::unique_ptr<EntryCursor>> cursors;
  for (const CursorModel& child : children) cursors.push_back(std::make_unique<VectorCursor>(EntriesOf(child)));
  return NewMergingCursor(std::move(cursors));
}

CursorModel MergedModel(const Children& children) {
  CursorModel merged;
  for (const CursorModel& child : children) merged.insert(child.begin(), child.end());
  return merged;
}

CursorModel LivingModel(CursorModel model) {
  std::erase_if(model, [](const auto& item) { return item.second.type == EntryType::kTombstone; });
  return model;
}

CursorModel BoundedModel(CursorModel model, const KeyRange& range) {
  std::erase_if(model, [&range](const auto& item) {
    return (range.start && item.first < *range.start) || (range.limit && item.first >= *range.limit);
  });
  return model;
}

KeyRange RandomRange(SeededRandom& random) {
  KeyRange range;
  if (!random.OneIn(4)) range.start = RandomKey(random);
  if (!random.OneIn(4)) range.limit = RandomKey(random);
  return range;
}

class CursorModelTest : public ::testing::TestWithParam<size_t> {};

TEST_P(CursorModelTest, EveryStackShowsWhatAMapShows) {
  for (uint64_t seed = 1; seed <= 150 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const Children children = RandomChildren(GetParam(), random);
    const KeyRange range = RandomRange(random);
    const CursorModel merged = MergedModel(children);
    WalkAtRandom(*Merging(children), merged, random, 100);
    WalkAtRandom(*NewBoundedCursor(Merging(children), range), BoundedModel(merged, range), random, 100);
    WalkAtRandom(*NewLivingCursor(Merging(children)), LivingModel(merged), random, 100);
    WalkAtRandom(*NewLivingCursor(NewBoundedCursor(Merging(children), range)), LivingModel(BoundedModel(merged, range)),
                 random, 100);
  }
}

INSTANTIATE_TEST_SUITE_P(ChildCounts, CursorModelTest, ::testing::Values(0, 1, 2, 3, 9));

}  // namespace
}  // namespace logwood::testing
