#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "tree/tree_builder.h"

namespace logwood {

// What the manifest keeps of an lsm collection, as values; docs/format/lsm.md.

// Runs at which all are merged while writing. More come up while that merge is under way.
inline constexpr size_t kLsmRunsMax = 4;

// One tree over the whole key range. Ids are given out by ApplyTo(), in the order of edits, and never used twice.
struct LsmRun {
  uint64_t id = 0;
  TreeDescriptor tree;
  friend bool operator==(const LsmRun&, const LsmRun&) = default;
};

struct LsmState {
  uint32_t block_size_bytes = 0;
  uint64_t next_run_id = 1;
  std::vector<LsmRun> runs;  // The newest first.
  friend bool operator==(const LsmState&, const LsmState&) = default;
};

// A flush brought a tree, or nothing. Where it left tombstones out because no run was older, it must stay the oldest.
struct LsmFlush {
  bool is_oldest = false;
  std::optional<TreeDescriptor> tree;
  friend bool operator==(const LsmFlush&, const LsmFlush&) = default;
};

// The oldest runs became one tree, or nothing.
struct LsmMerge {
  std::vector<uint64_t> replaced;  // Ids, the newest first; never empty.
  std::optional<TreeDescriptor> tree;
  friend bool operator==(const LsmMerge&, const LsmMerge&) = default;
};

[[nodiscard]] std::string EncodeLsmState(const LsmState& state);
// Errors: kCorruption.
[[nodiscard]] Result<LsmState> DecodeLsmState(Bytes data);

[[nodiscard]] std::string EncodeLsmFlush(const LsmFlush& flush);
[[nodiscard]] std::string EncodeLsmMerge(const LsmMerge& merge);
// Makes an encoded flush or merge. Errors: kCorruption (no edit, or one that does not fit; the state is unchanged).
Status ApplyLsmEdit(Bytes edit, LsmState& state);

// A plan: the ids to merge, as in LsmMerge.
[[nodiscard]] std::string EncodeLsmPlan(const std::vector<uint64_t>& run_ids);
// Errors: kCorruption.
[[nodiscard]] Result<std::vector<uint64_t>> DecodeLsmPlan(Bytes data);
// Whether `run_ids` are those of the oldest runs of `state`, in its order.
[[nodiscard]] bool AreOldestRuns(const std::vector<uint64_t>& run_ids, const LsmState& state);
// The ids of the runs to merge; empty: nothing. Pure.
[[nodiscard]] std::vector<uint64_t> ChooseLsmMerge(const LsmState& state, MergeEffort effort);

}  // namespace logwood
