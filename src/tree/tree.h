#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/filter_counters.h"
#include "base/memory_budget.h"
#include "base/read_sections.h"
#include "block/block_cache.h"
#include "block/block_file.h"
#include "cursor/entry_cursor.h"
#include "cursor/range_tombstone.h"
#include "logwood/result.h"
#include "tree/tree_damage.h"
#include "tree/tree_descriptor.h"

namespace logwood {

class TreeParts;
class TreeRangeTombstones;

// An open segment. Immutable; thread-safe. Index and filter are read at the first use, and again where memory was short
// since. Holds its file.
class Tree {
 public:
  // An entry and what keeps its bytes in memory.
  struct Hit {
    EntryType type;
    Bytes value;
    BlockPin pin;
  };

  // Opens by the footer alone: one block, and those of range tombstones where there are any. `cache` must outlive the
  // tree. Errors: kCorruption, kUnsupported, kIo.
  [[nodiscard]] static Result<std::shared_ptr<const Tree>> Open(std::shared_ptr<const BlockFile> file,
                                                                const TreeDescriptor& descriptor, BlockCache& cache);
  // What is left of a tree, found by its blocks where they stand: needs neither footer nor inner nodes nor filter. Each
  // thing that is wrong goes to `on_damage`; the tree may be without any entry. A tree without damage comes as from
  // Open(). `file` may be one whose header is damaged, or that is too short. Cost: reads all of it, and where something
  // is wrong once more; the index of such a tree stays in memory. Errors: kUnsupported.
  [[nodiscard]] static Result<std::shared_ptr<const Tree>> Salvage(
      const std::shared_ptr<const BlockFile>& file, const TreeDescriptor& descriptor, BlockCache& cache,
      const std::function<void(const TreeDamage&)>& on_damage);
  Tree(const Tree&) = delete;  // Callers know it by its pointer.
  Tree& operator=(const Tree&) = delete;
  ~Tree();

  // The entry of `key`, tombstones included; nullopt without one. Where a range tombstone covers a key without an
  // entry, that is a tombstone, and pins nothing. `hash` is Hash64(key) and `section` one of the cache's
  // (ResidentSection), each taken once for all trees. Errors: kCorruption, kUnsupported, kIo. An error is not kept: a
  // later call tries again. `filters` are told what the filter said. Cost: a filter line; where it says maybe, one
  // block beside the index.
  [[nodiscard]] Result<std::optional<Hit>> Get(Bytes key, uint64_t hash, const ReadSection& section,
                                               FilterCounters& filters) const;
  // The same in a section of its own, not counted.
  [[nodiscard]] Result<std::optional<Hit>> Get(Bytes key, uint64_t hash) const;
  // They hide what is in older trees, and nothing in this one. Live as long as the tree.
  [[nodiscard]] RangeTombstones range_tombstones() const noexcept;
  // Bytes of memory that those take.
  [[nodiscard]] uint64_t range_tombstones_bytes() const noexcept { return charge_.bytes(); }
  // Begins to bring what a Get() of this hash looks at first into the processor's cache.
  void PrefetchFilter(uint64_t hash, const ReadSection& section) const noexcept;
  // The cursor holds what it needs of the tree; the cache must outlive it.
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor() const;
  // Reads every block past the cache and checks checksums, order, separators, counts, the filter (no key of the tree
  // may be denied) and the descriptor. `on_damage` is called for each thing wrong; going on after it where possible.
  // Returns the number of blocks read. Errors: kIo.
  [[nodiscard]] Result<uint64_t> Verify(const std::function<void(const Status&)>& on_damage) const;

  [[nodiscard]] const TreeDescriptor& descriptor() const noexcept;
  [[nodiscard]] const BlockFile& file() const noexcept;

 private:
  Tree(std::shared_ptr<const TreeParts> parts, std::unique_ptr<const TreeRangeTombstones> range_tombstones,
       MemoryBudget& budget);

  // The entry itself, whatever range tombstones say.
  [[nodiscard]] Result<std::optional<Hit>> GetEntry(Bytes key, uint64_t hash, const ReadSection& section,
                                                    FilterCounters& filters) const;

  std::shared_ptr<const TreeParts> parts_;                       // Cursors share it.
  std::unique_ptr<const TreeRangeTombstones> range_tombstones_;  // Null without any.
  MemoryCharge charge_;                                          // For those.
};

}  // namespace logwood
