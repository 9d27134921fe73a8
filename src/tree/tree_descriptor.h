#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "block/block.h"
#include "codec/byte_reader.h"
#include "logwood/result.h"

namespace logwood {

// Where a bulk-loaded tree stands and what is in it: what a kind keeps in the manifest to find it again.
struct TreeDescriptor {
  FileNumber file;
  BlockReference footer;  // Block of kind kFooter.
  uint64_t entries = 0;
  uint64_t tombstones = 0;
  uint64_t bytes = 0;  // From its first block to the end of its footer.
  std::string first_key;
  std::string last_key;
  uint64_t range_tombstones = 0;
  std::string range_tombstones_begin = {};  // Of the first.
  std::string range_tombstones_end = {};    // Of the last, in the sense of RangeTombstone.

  // Whether the tree has anything to say, by entries or range tombstones, of keys at or above `key`; of keys below it.
  [[nodiscard]] bool SaysOfKeysFrom(Bytes key) const noexcept;
  [[nodiscard]] bool SaysOfKeysBelow(Bytes key) const noexcept { return smallest_key() < key; }
  // Of which it says anything.
  [[nodiscard]] Bytes smallest_key() const noexcept;
  friend bool operator==(const TreeDescriptor&, const TreeDescriptor&) = default;
};

// The form of a descriptor in the manifest (docs/format/tree.md); decoding checks every field, each for itself and
// against the others. What the tree itself says of them is checked when it is opened. Errors: kCorruption.
void AppendTreeDescriptor(std::string& out, const TreeDescriptor& tree);
[[nodiscard]] Result<TreeDescriptor> ReadTreeDescriptor(ByteReader& reader);

}  // namespace logwood
