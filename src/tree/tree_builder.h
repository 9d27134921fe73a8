#pragma once

#include <cstdint>
#include <memory>

#include "base/memory_budget.h"
#include "block/block_file.h"
#include "codec/entry_type.h"
#include "cursor/range_tombstone.h"
#include "logwood/bytes.h"
#include "logwood/result.h"
#include "tree/tree_descriptor.h"

namespace logwood {

// Writes a segment: an immutable B+tree, bottom-up in one pass, every node full but for leaves that
// were copied; docs/format/tree.md.
//
//   1. Leaves are appended as they fill; of each, the shortest key that divides it from the one before it goes up.
//   2. Inner nodes fill level by level and are appended as they fill.
//   3. Finish() appends the nodes that are open, lowest level first, the root last; then the filter; then the range
//      tombstones; then the footer, which refers to all of these and counts entries.
//
// Several trees may stand one after the other in a file. Confined to one job.
// Cost: memory of one open node a level, 8 bytes an entry for the filter, and the range tombstones.
class TreeBuilder {
 public:
  struct Options {
    size_t block_size_bytes = 4096;
    double filter_bits_per_key = 10;  // 0: no filter.
    MemoryBudget* budget = nullptr;   // Charged for the filter in the making; may be null; must outlive the builder.
  };

  // `file` must outlive the builder.
  TreeBuilder(BlockFileWriter& file, const Options& options);
  TreeBuilder(const TreeBuilder&) = delete;  // Writes to one place.
  TreeBuilder& operator=(const TreeBuilder&) = delete;
  ~TreeBuilder();

  // Requires: `key` is larger than every key before it; a tombstone has no value. Sizes are bounded by options.h.
  // Errors, after which every later call fails alike: kIo, kNoSpace; kCorruption where the order is not kept (entries
  // come from stored trees, so this is checked: a damaged input does not become a well-formed output);
  // kInvalidArgument (a size).
  Status Add(Bytes key, EntryType type, Bytes value);
  // Adds all entries of a leaf of another tree. Where it and the leaf that is open are at least half full it is copied:
  // a hash a key and a checksum, where Add() lays out each entry anew. Else the entries are divided so that the next
  // leaf can be: leaves stay at least half full, however often they are copied. Requires: as Add(); all are puts, which
  // the leaf does not say. Errors as Add().
  Status AddBlock(const Block& block);
  // Covers keys of which older trees then say nothing; of the entries of this tree nothing is hidden. Before, between
  // and behind entries. Requires: each begins behind the end of the one before. Errors as Add().
  Status AddRangeTombstone(const RangeTombstone& tombstone);
  // Completes the tree. Requires: at least one entry. Nothing is durable before the file is synced.
  [[nodiscard]] Result<TreeDescriptor> Finish();

  [[nodiscard]] uint64_t entries() const noexcept;
  // The last key added; lives until the next call. Requires: entries() > 0, and Finish() was not called.
  [[nodiscard]] Bytes last_key() const;

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace logwood
