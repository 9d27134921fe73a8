#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lsm/lsm_edit.h"
#include "lsm/lsm_state.h"

namespace logwood::testing {

// A tree of 100 entries, without tombstones, in a file of its own number.
inline TreeDescriptor TreeOf(uint64_t file, std::string first_key = "a", std::string last_key = "z") {
  return {.file = FileNumber(file),
          .footer = BlockReference::Of(4096, 200),
          .entries = 100,
          .tombstones = 0,
          .bytes = 5000,
          .first_key = std::move(first_key),
          .last_key = std::move(last_key)};
}

// A partition and the ids of its pieces, the newest first.
using Layout = std::vector<std::pair<std::string, std::vector<uint64_t>>>;

// A state whose segments reach from "a" to "z", segment N in file N + 10, all flushed, with pieces of 10 entries and
// 1000 bytes each.
inline LsmState StateOf(const Layout& layout) {
  LsmState state{.block_size_bytes = 8192};
  state.partitions.clear();
  for (const auto& [start, ids] : layout) {
    LsmPartition partition{start, {}};
    for (const uint64_t id : ids) {
      partition.pieces.push_back({id, {.entries = 10, .tombstones = 0, .bytes = 1000}});
      state.segments[id] = {LsmTier::kFlushed, TreeOf(id + 10)};
      state.next_segment_id = std::max(state.next_segment_id, id + 1);
    }
    state.partitions.push_back(std::move(partition));
  }
  return state;
}

inline Layout LayoutOf(const LsmState& state) {
  Layout layout;
  for (const LsmPartition& partition : state.partitions) {
    auto& [start, ids] = layout.emplace_back(partition.start, std::vector<uint64_t>());
    for (const LsmPiece& piece : partition.pieces) ids.push_back(piece.segment);
  }
  return layout;
}

}  // namespace logwood::testing
