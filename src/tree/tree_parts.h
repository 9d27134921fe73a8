#pragma once

#include <atomic>
#include <memory>

#include "block/block_cache.h"
#include "block/block_file.h"
#include "logwood/result.h"
#include "tree/blocked_bloom_filter.h"
#include "tree/head_index.h"
#include "tree/tree_footer.h"

namespace logwood {

// An immutable object that is made at the first use by whoever comes first, without a lock, since making it reads from
// the store. Two who come together may both make it; the first to finish is kept. Thread-safe.
template <class T>
class MadeOnce {
 public:
  MadeOnce() = default;
  MadeOnce(const MadeOnce&) = delete;  // Readers point into it.
  MadeOnce& operator=(const MadeOnce&) = delete;
  ~MadeOnce() { const std::unique_ptr<const T> last(object_.load()); }

  // Null before Publish(); then the same for good.
  [[nodiscard]] const T* get() const noexcept {
    return object_.load(std::memory_order_acquire);  // Pairs with the exchange in Publish().
  }
  // Keeps `made` unless there is one already, and returns the one that is kept.
  const T* Publish(std::unique_ptr<const T> made) noexcept {
    const T* kept = nullptr;
    return object_.compare_exchange_strong(kept, made.get()) ? made.release() : kept;
  }

 private:
  std::atomic<const T*> object_ = nullptr;
};

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
