#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "base/memory_budget.h"
#include "block/block_cache.h"
#include "block/block_file.h"
#include "block/resident_clock.h"
#include "logwood/result.h"
#include "tree/blocked_bloom_filter.h"
#include "tree/head_index.h"
#include "tree/leaf_read_ahead.h"
#include "tree/tree_footer.h"

namespace logwood {

// What an open tree and its cursors share: the file, the footer, and index and filter, which are made at their first
// use and leave memory where that is short, to be made again. Thread-safe.
class TreeParts {
 public:
  // Requires: CheckDescriptor() found footer, descriptor and file to agree. `cache` must outlive this.
  TreeParts(std::shared_ptr<const BlockFile> file, TreeDescriptor descriptor, TreeFooter footer, BlockCache& cache);

  // Of a tree of which some leaves are left: `index` has those, and stays in memory; none: `footer` counts no leaves.
  TreeParts(std::shared_ptr<const BlockFile> file, TreeDescriptor descriptor, TreeFooter footer, BlockCache& cache,
            std::optional<HeadIndex> index);

  // In which index and filter may be looked at. It is to be short: what was evicted stays in memory for so long.
  [[nodiscard]] ResidentSection NewSection() const { return ResidentSection(cache_.residents()); }
  // Null where the tree has no filter; lives as long as `section`. An error is not kept: the next call tries again.
  // Errors: kCorruption, kUnsupported, kIo. Cost where it is not in memory: reads the filter.
  [[nodiscard]] Result<const BlockedBloomFilter*> Filter(const ReadSection& section) const;
  // Begins to bring what Filter() will be asked about this hash into the processor's cache, where it is in memory.
  void PrefetchFilter(uint64_t hash, const ReadSection& section) const noexcept {
    if (const BlockedBloomFilter* const filter = filter_.get(section); filter != nullptr) filter->Prefetch(hash);
  }
  // False only where the filter tells that no entry has this key. Reads a filter that is not in memory only where
  // nothing but blocks have to make room for it: who does not depend on it must not take another's place.
  [[nodiscard]] bool MayContain(Bytes key) const;
  // The leaf that may hold `key`, by its place among leaves. Errors: kCorruption, kUnsupported, kIo. Cost where the
  // index is not in memory: reads all inner nodes.
  [[nodiscard]] Result<size_t> FindLeaf(Bytes key) const;
  // A leaf through the cache. Requires: leaf < footer().leaves. Errors and cost as FindLeaf(), and of reading a leaf.
  [[nodiscard]] Result<BlockPin> ReadLeaf(size_t leaf) const;
  // A leaf on a long pass, the next one `towards` there: from the cache, or else by `ahead`. The cache keeps it if it
  // has room; if not, `pin` is empty. Errors and cost as ReadLeaf().
  struct PassedLeaf {
    BlockPin pin;
    const Block* block;  // Lives as long as the pin; without one until `ahead` reads again.
  };
  [[nodiscard]] Result<PassedLeaf> PassLeaf(size_t leaf, LeafReadAhead::Towards towards, LeafReadAhead& ahead) const;
  // FindLeaf() and ReadLeaf() at once.
  [[nodiscard]] Result<BlockPin> ReadLeafOf(Bytes key, const ReadSection& section) const;

  [[nodiscard]] bool is_salvaged() const noexcept { return salvaged_leaves_ != nullptr || footer_.leaves == 0; }
  [[nodiscard]] const BlockFile& file() const noexcept { return *file_; }
  [[nodiscard]] BlockCache& cache() const noexcept { return cache_; }
  [[nodiscard]] const TreeDescriptor& descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const TreeFooter& footer() const noexcept { return footer_; }

 private:
  // Which leaf a key belongs to, and where leaves are in memory.
  struct Leaves {
    Leaves(HeadIndex with, BlockCache& cache) : index(std::move(with)), slots(cache, index.leaf_count()) {}

    const HeadIndex index;
    mutable BlockSlots slots;
  };

  [[nodiscard]] bool HasRoomForFilter() const noexcept;
  // Lives as long as `section`. Errors: kCorruption, kUnsupported, kIo.
  [[nodiscard]] Result<const Leaves*> LeavesFor(const ReadSection& section) const;
  [[nodiscard]] Result<std::unique_ptr<const Leaves>> LoadLeaves() const;
  [[nodiscard]] Result<BlockPin> ReadLeafFrom(const Leaves& leaves, size_t leaf) const;

  const std::shared_ptr<const BlockFile> file_;
  const TreeDescriptor descriptor_;
  const TreeFooter footer_;
  BlockCache& cache_;
  const std::unique_ptr<const Leaves> salvaged_leaves_;  // Null: leaves_ has them.
  MemoryCharge salvaged_charge_;                         // For those.
  mutable Resident<Leaves> leaves_;
  mutable Resident<BlockedBloomFilter> filter_;
};

// Adds the lines of filter block `index`, read past the cache. Errors: kCorruption, kUnsupported, kIo.
Status AppendFilterBlock(const BlockFile& file, const TreeFooter& footer, size_t index, BlockedBloomFilter& filter);

}  // namespace logwood
