#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
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

// What a child says, and the lists of its range tombstones.
struct Source {
  CursorModel entries;
  std::vector<std::vector<OwnedRange>> lists;

  [[nodiscard]] bool Covers(const std::string& key) const {
    return std::ranges::any_of(lists, [&key](const std::vector<OwnedRange>& list) {
      return std::ranges::any_of(list, [&key](const OwnedRange& range) { return range.Covers(key); });
    });
  }
};

// Disjoint ones in key order: those that overlap one before are left out.
std::vector<OwnedRange> RandomList(SeededRandom& random) {
  std::vector<OwnedRange> list;
  for (uint64_t left = random.Below(6); left > 0; --left) {
    const OwnedRange range = RandomRangeTombstone(random);
    const bool overlaps = std::ranges::any_of(list, [&range](const OwnedRange& other) {
      return range.view().EndsBehind(other.begin) && other.view().EndsBehind(range.begin);
    });
    if (!overlaps) list.push_back(range);
  }
  std::ranges::sort(list, {}, &OwnedRange::begin);
  return list;
}

std::vector<Source> RandomSources(size_t count, SeededRandom& random) {
  std::vector<Source> sources;
  for (CursorModel& entries : RandomChildren(count, random)) {
    Source& source = sources.emplace_back(std::move(entries));
    for (uint64_t lists = random.Below(4); lists > 0; --lists) source.lists.push_back(RandomList(random));
  }
  return sources;
}

CursorModel MergedModel(const std::vector<Source>& sources) {
  CursorModel merged;
  for (size_t i = 0; i < sources.size(); ++i) {
    for (const auto& [key, entry] : sources[i].entries) {
      const bool covered = std::any_of(sources.begin(), sources.begin() + static_cast<std::ptrdiff_t>(i),
                                       [&covered_key = key](const Source& newer) { return newer.Covers(covered_key); });
      if (!covered) merged.emplace(key, entry);
    }
  }
  return merged;
}

TEST_P(CursorModelTest, RangeTombstonesHideWhatIsOlder) {
  for (uint64_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const std::vector<Source> sources = RandomSources(GetParam(), random);
    std::deque<std::vector<RangeTombstone>> lists;  // Vectors that do not move.
    std::vector<MergingSource> merging;
    for (const Source& source : sources) {
      MergingSource& next = merging.emplace_back(std::make_unique<VectorCursor>(EntriesOf(source.entries)));
      for (const std::vector<OwnedRange>& list : source.lists) {
        std::vector<RangeTombstone>& views = lists.emplace_back();
        for (const OwnedRange& range : list) views.push_back(range.view());
        next.range_tombstones.emplace_back(views);
      }
    }
    WalkAtRandom(*NewMergingCursor(std::move(merging)), MergedModel(sources), random, 200);
  }
}

INSTANTIATE_TEST_SUITE_P(ChildCounts, CursorModelTest, ::testing::Values(0, 1, 2, 3, 9));

}  // namespace
}  // namespace logwood::testing
