#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "block/block_file.h"
#include "logwood/result.h"
#include "tree/tree_descriptor.h"

namespace logwood {

// Where the one tree of a segment file ends, found without a manifest (docs/format/tree.md, "Segment files"):
//
//   1. The footer is the last block. From the end of the file the bytes are searched for a block header of its kind
//      whose length takes it exactly to that end; the checksum, bound to file and offset, proves it.
//   2. Where something stands behind the footer (space that a store prepared), the blocks are walked from the first on,
//      each by the length in its header, to the first footer. Cost: a small read a block.
struct SegmentEnd {
  std::optional<TreeDescriptor> tree;  // None: the segment has no entries.
  uint64_t size_bytes = 0;             // From the beginning of the file to the end of the footer.
};

// Errors: kCorruption (no footer: never finished, or damaged; several trees), kUnsupported, kIo.
[[nodiscard]] Result<SegmentEnd> FindSegmentEnd(const BlockFile& file);

}  // namespace logwood
