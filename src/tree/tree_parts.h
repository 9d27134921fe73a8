#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "block/block_cache.h"
#include "block/block_file.h"
#include "logwood/result.h"
#include "tree/blocked_bloom_filter.h"
#include "tree/head_index.h"
#include "tree/made_once.h"
#include "tree/tree_footer.h"

namespace logwood {

// What an open tree and its cursors share: the file, the footer, and index and filter from their first use on.
// Thread-safe.
class TreeParts {
 public:
  // Requires: CheckDescriptor() found footer, descriptor and file to agree. `cache` must outlive this.
  TreeParts(std::shared_ptr<const BlockFile> file, TreeDescriptor descriptor, TreeFooter footer, BlockCache& cache);

  // Never null; lives as long as this. An error is not kept: the next call tries again.
  // Errors: kCorruption, kUnsupported, kIo. Cost at the first call: reads all inner nodes.
  [[nodiscard]] Result<const HeadIndex*> Index() const;
  // As Index(); null where the tree has no filter. Cost at the first call: reads the filter.
  [[nodiscard]] Result<const BlockedBloomFilter*> Filter() const;
  // Begins to bring what Filter() will be asked about this hash into the processor's cache, where it is in memory.
  void PrefetchFilter(uint64_t hash) const noexcept {
    if (const BlockedBloomFilter* const filter = filter_.get(); filter != nullptr) filter->Prefetch(hash);
  }
  // A leaf through the cache. Requires: Index() succeeded, leaf < its leaf_count(). Errors: kCorruption, kUnsupported,
  // kIo.
  [[nodiscard]] Result<BlockPin> ReadLeaf(size_t leaf) const;

  [[nodiscard]] const BlockFile& file() const noexcept { return *file_; }
  [[nodiscard]] const TreeDescriptor& descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const TreeFooter& footer() const noexcept { return footer_; }

 private:
  // Which leaf a key belongs to, and where leaves are in memory.
  struct Leaves {
    Leaves(HeadIndex with, BlockCache& cache) : index(std::move(with)), slots(cache, index.leaf_count()) {}

    const HeadIndex index;
    mutable BlockSlots slots;
  };

  [[nodiscard]] Result<std::unique_ptr<const Leaves>> LoadLeaves() const;

  const std::shared_ptr<const BlockFile> file_;
  const TreeDescriptor descriptor_;
  const TreeFooter footer_;
  BlockCache& cache_;
  mutable MadeOnce<Leaves> leaves_;
  mutable MadeOnce<BlockedBloomFilter> filter_;
};

// Adds the lines of filter block `index`, read past the cache. Errors: kCorruption, kUnsupported, kIo.
Status AppendFilterBlock(const BlockFile& file, const TreeFooter& footer, size_t index, BlockedBloomFilter& filter);

}  // namespace logwood
