#pragma once

#include <memory>

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
  // A leaf through the cache. Errors: kCorruption, kUnsupported, kIo.
  [[nodiscard]] Result<std::shared_ptr<const Block>> ReadLeaf(BlockReference reference) const;

  [[nodiscard]] const BlockFile& file() const noexcept { return *file_; }
  [[nodiscard]] const TreeDescriptor& descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] const TreeFooter& footer() const noexcept { return footer_; }

 private:
  [[nodiscard]] Result<std::unique_ptr<const HeadIndex>> LoadIndex() const;

  const std::shared_ptr<const BlockFile> file_;
  const TreeDescriptor descriptor_;
  const TreeFooter footer_;
  BlockCache& cache_;
  mutable MadeOnce<HeadIndex> index_;
  mutable MadeOnce<BlockedBloomFilter> filter_;
};

// Adds the lines of filter block `index`, read past the cache. Errors: kCorruption, kUnsupported, kIo.
Status AppendFilterBlock(const BlockFile& file, const TreeFooter& footer, size_t index, BlockedBloomFilter& filter);

}  // namespace logwood
