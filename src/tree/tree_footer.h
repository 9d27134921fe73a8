#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "block/block.h"
#include "block/block_file.h"
#include "logwood/bytes.h"
#include "logwood/result.h"
#include "tree/tree_descriptor.h"

namespace logwood {

// A tree has fewer than 2^38 leaves, since a block has 32 bytes at least and a file fewer than 2^43; every inner node
// but the last of its level has two children or more.
inline constexpr uint8_t kTreeHeightMax = 40;
// Lines of 64 bytes in each filter block but the last: 1 MiB.
inline constexpr uint64_t kFilterLinesPerBlock = 16'384;

// What the last block of a tree says of it; docs/format/tree.md.
//
//   offset size field
//        0    8 reference of the root
//        8    8 offset of the tree's first block
//       16    8 leaves
//       24    8 entries
//       32    8 tombstones
//       40    8 lines of the filter; 0: none
//       48    4 filter blocks
//       52    1 height: levels of nodes, 1 where the root is a leaf
//       53    1 probes of the filter
//       54    2 zero
//       56    8 range tombstones
//       64    4 blocks of range tombstones
//       68    4 zero
//       72  8 n references of the filter blocks, then of those of range tombstones
//               first key, last key: varint32 length and bytes
//               where there are range tombstones, begin of the first and end of the last: likewise
struct TreeFooter {
  BlockReference root;
  uint64_t begin = 0;
  uint64_t leaves = 0;
  uint64_t entries = 0;
  uint64_t tombstones = 0;
  uint64_t filter_lines = 0;
  uint64_t range_tombstones = 0;
  uint8_t height = 1;
  uint8_t filter_probes = 0;
  std::vector<BlockReference> filter_blocks;
  std::vector<BlockReference> range_tombstone_blocks = {};
  std::string first_key;
  std::string last_key;
  std::string range_tombstones_begin = {};
  std::string range_tombstones_end = {};
  friend bool operator==(const TreeFooter&, const TreeFooter&) = default;
};

[[nodiscard]] std::string EncodeTreeFooter(const TreeFooter& footer);
// Checks every field. `offset`: where the footer's block stands; `where` begins messages. Errors: kCorruption.
[[nodiscard]] Result<TreeFooter> DecodeTreeFooter(Bytes payload, uint64_t offset, const std::string& where);
// Reads the footer's block past the cache. Errors: kCorruption, kUnsupported, kIo.
[[nodiscard]] Result<TreeFooter> ReadTreeFooter(const BlockFile& file, BlockReference reference);
// Whether footer and descriptor speak of the same tree, and one that lies within `file`. Errors: kCorruption.
Status CheckDescriptor(const TreeFooter& footer, const TreeDescriptor& descriptor, const BlockFile& file);

// "tree file 7 offset 4096", with which messages begin.
[[nodiscard]] std::string WhereInTree(const BlockFile& file, uint64_t offset);

}  // namespace logwood
