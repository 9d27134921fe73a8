#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "logwood/options.h"

namespace logwood::testing {

// What the writers of a simulation commit: writer w numbers its commits 1, 2, 3, ... Commit i puts i under the writer's
// own key into both collections, and changes some more keys that belong to the writer alone. So what a reader sees
// says how many commits of each writer are in it, and that says what all entries must be.

inline constexpr size_t kWriterCount = 3;
inline constexpr size_t kCollectionCount = 2;

// Commits of each writer: a cut through all histories.
using Cut = std::array<uint64_t, kWriterCount>;
[[nodiscard]] std::string ToString(const Cut& cut);
// Whether every writer has at least as many commits in `b`.
[[nodiscard]] bool IsWithin(const Cut& a, const Cut& b);

struct PlannedWrite {
  size_t collection = 0;
  std::string key;
  std::string value;
  bool is_delete = false;
  std::string limit = {};  // Of the range that is deleted; empty: the key alone.
};

struct CommitPlan {
  Sync sync = Sync::kYes;
  std::vector<PlannedWrite> writes;
};

[[nodiscard]] std::string CollectionName(size_t collection);
// The key under which both collections hold the number of the writer's last commit.
[[nodiscard]] std::string NumberKey(size_t writer);
// Commit `number`, which counts from 1.
[[nodiscard]] CommitPlan PlanOf(uint64_t seed, size_t writer, uint64_t number);

using Contents = std::array<std::map<std::string, std::string>, kCollectionCount>;
// What the collections hold after the commits of `cut`.
[[nodiscard]] Contents ContentsAt(uint64_t seed, const Cut& cut);

}  // namespace logwood::testing
