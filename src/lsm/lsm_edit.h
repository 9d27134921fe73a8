#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logwood/result.h"
#include "lsm/lsm_state.h"

namespace logwood {

// Changes of an lsm collection, as values; docs/format/lsm.md.

// What of a new segment lies from `start` on, up to the next slice.
struct LsmSlice {
  std::string start;
  LsmContents contents;
  friend bool operator==(const LsmSlice&, const LsmSlice&) = default;
};

// A flush brought a segment, or nothing.
struct LsmFlush {
  // Tombstones were left out because there was no segment: it must be the first then.
  bool must_be_oldest = false;
  // Where no piece of its partition overlaps it, it becomes a partition of its own: it need not be merged then.
  bool may_begin_partition = false;
  std::optional<TreeDescriptor> tree;
  std::vector<LsmSlice> slices;  // In key order; one for each partition that there was.
  friend bool operator==(const LsmFlush&, const LsmFlush&) = default;
};

// What to merge: pieces of a partition, or of several.
struct LsmPlan {
  struct Input {
    std::string partition;           // Its start, when the plan was made.
    std::vector<uint64_t> segments;  // Whose pieces: they follow one another, the newest first. None: only to join it.
    friend bool operator==(const Input&, const Input&) = default;
  };

  // Whether the pieces are the oldest of their partitions, and these neighbours: what comes of them are partitions
  // again, as many as segments, without tombstones. Else one segment takes the place of the pieces in each partition.
  bool to_oldest = false;
  LsmTier tier = LsmTier::kMerged;  // Of what comes of them.
  std::vector<Input> inputs;        // In key order; never empty.
  friend bool operator==(const LsmPlan&, const LsmPlan&) = default;
};

struct LsmMerge {
  struct Output {
    TreeDescriptor tree;
    std::vector<LsmContents> contents;  // One for each input of the plan; to the oldest, one in all.
    friend bool operator==(const Output&, const Output&) = default;
  };

  LsmPlan plan;
  std::vector<Output> outputs;  // In key order. May be empty; at most one, unless to the oldest.
  friend bool operator==(const LsmMerge&, const LsmMerge&) = default;
};

[[nodiscard]] std::string EncodeLsmFlush(const LsmFlush& flush);
[[nodiscard]] std::string EncodeLsmMerge(const LsmMerge& merge);
// Makes an encoded flush or merge. A merge holds also for what flushes have made of the state it was planned for; two
// merges at a time it does not foresee. Errors: kCorruption (no edit, or one that does not fit; the state is
// unchanged).
Status ApplyLsmEdit(Bytes edit, LsmState& state);

[[nodiscard]] std::string EncodeLsmPlan(const LsmPlan& plan);
// Errors: kCorruption.
[[nodiscard]] Result<LsmPlan> DecodeLsmPlan(Bytes data);

// Where an input's pieces stand in a state.
struct LsmPlace {
  size_t partition;
  size_t piece;  // The first of them.
};
// One for each input, in key order. Partitions that flushes have begun between them since the plan was made do not
// matter. Errors: kCorruption (the state has the pieces no more, or the plan asks for the oldest and they are not).
[[nodiscard]] Result<std::vector<LsmPlace>> FindLsmInputs(const LsmState& state, const LsmPlan& plan);

}  // namespace logwood
