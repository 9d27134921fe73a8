#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "block/block.h"
#include "block/block_file.h"
#include "cursor/range_tombstone.h"
#include "logwood/result.h"
#include "tree/tree_footer.h"

namespace logwood {

// The range tombstones of a tree, in memory. Immutable; thread-safe.
class TreeRangeTombstones {
 public:
  // Reads them past the cache, and checks their order, their number and their borders against the footer.
  // Errors: kCorruption, kUnsupported, kIo.
  [[nodiscard]] static Result<std::unique_ptr<const TreeRangeTombstones>> Read(const BlockFile& file,
                                                                               const TreeFooter& footer);
  // What blocks of them hold that are left of a tree; null where there are none. Errors: kCorruption (their order).
  [[nodiscard]] static Result<std::unique_ptr<const TreeRangeTombstones>> OfBlocks(const std::vector<Block>& blocks);
  TreeRangeTombstones(const TreeRangeTombstones&) = delete;  // Its tombstones point into it.
  TreeRangeTombstones& operator=(const TreeRangeTombstones&) = delete;

  [[nodiscard]] RangeTombstones tombstones() const noexcept { return RangeTombstones(tombstones_); }
  // Bytes of memory.
  [[nodiscard]] size_t bytes() const noexcept;

 private:
  TreeRangeTombstones() = default;

  void TakeAll(const Block& block);
  [[nodiscard]] const char* WrongOrder() const;
  [[nodiscard]] const char* Wrong(const TreeFooter& footer) const;

  std::vector<std::unique_ptr<const std::string>> keys_;  // Of each block, one behind the other.
  std::vector<RangeTombstone> tombstones_;
};

}  // namespace logwood
