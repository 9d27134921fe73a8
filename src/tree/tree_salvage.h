#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "block/block_file.h"
#include "tree/head_index.h"
#include "tree/tree_damage.h"
#include "tree/tree_descriptor.h"
#include "tree/tree_footer.h"
#include "tree/tree_range_tombstones.h"

namespace logwood {

// What is left of a tree, by the blocks that validate where the descriptor says that it stands (block_scan.h):
//
//   1. Leaves stand in key order, whatever stands between them. A leaf counts where its keys lie behind those of the
//      leaf before it, and within what the descriptor says.
//   2. Where the entries found are as many as the descriptor says, none is lost, whatever else is damaged. Else what is
//      missing lay where no block was found, between the keys that stand on both sides.
//   3. The same of range tombstones; where any is missing, all that they spanned is told.
struct SalvagedTree {
  TreeFooter footer;               // Of what is left: counts, first and last key; no filter.
  std::optional<HeadIndex> index;  // Of the leaves; none where there are none.
  std::unique_ptr<const TreeRangeTombstones> range_tombstones;  // Null without any.
  uint64_t blocks_read = 0;
};

// Reads only. What cannot be read is damaged.
[[nodiscard]] SalvagedTree SalvageTree(const BlockFile& file, const TreeDescriptor& descriptor,
                                       const std::function<void(const TreeDamage&)>& on_damage);

}  // namespace logwood
