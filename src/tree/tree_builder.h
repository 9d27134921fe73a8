#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "block/block.h"
#include "block/block_file.h"
#include "codec/entry_type.h"
#include "logwood/result.h"

namespace logwood {

// Where a bulk-loaded tree stands and what is in it: what a kind keeps in the manifest to find it again.
struct TreeDescriptor {
  FileNumber file;
  BlockReference footer;  // Block of kind kFooter.
  uint64_t entries = 0;
  uint64_t tombstones = 0;
  uint64_t bytes = 0;  // Of all its blocks.
  std::string first_key;
  std::string last_key;
  friend bool operator==(const TreeDescriptor&, const TreeDescriptor&) = default;
};

// The form of a descriptor in the manifest; decoding checks every field. Errors: kCorruption.
void AppendTreeDescriptor(std::string& out, const TreeDescriptor& tree);
class ByteReader;
[[nodiscard]] Result<TreeDescriptor> ReadTreeDescriptor(ByteReader& reader);

// Writes a segment: an immutable B+tree, bottom-up in one pass, every node full; docs/format/tree.md.
//
//   1. Leaves are appended as they fill; of each, the shortest key that divides it from the one before it goes up.
//   2. Inner nodes fill level by level and are appended as they fill.
//   3. Finish() appends the nodes that are open, lowest level first, the root last; then the filter; then the footer,
//      which refers to root and filter and counts entries.
//
// Several trees may stand one after the other in a file. Confined to one job.
// Cost: memory of one open node a level and 8 bytes an entry for the filter.
class TreeBuilder {
 public:
  struct Options {
    size_t block_size_bytes = 8192;
    double filter_bits_per_key = 10;  // 0: no filter.
  };

  // `file` must outlive the builder.
  TreeBuilder(BlockFileWriter& file, const Options& options);
  TreeBuilder(const TreeBuilder&) = delete;  // Writes to one place.
  TreeBuilder& operator=(const TreeBuilder&) = delete;
  ~TreeBuilder();

  // Requires: `key` is larger than every key before it. Errors: kIo, kNoSpace.
  Status Add(Bytes key, EntryType type, Bytes value);
  // Completes the tree. Requires: at least one entry. Nothing is durable before the file is synced.
  [[nodiscard]] Result<TreeDescriptor> Finish();

  [[nodiscard]] uint64_t entries() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace logwood
