#pragma once

#include <cstddef>
#include <cstdint>

#include "base/page_pool.h"
#include "block/block.h"
#include "block/block_cache.h"
#include "block/block_file.h"

namespace logwood {

// Reads leaves of one file that lie next to one another, many by one call, into memory of its own: for long passes,
// which are not to drive out of the cache what others come back to. Thread-compatible.
class LeafReadAhead {
 public:
  enum class Towards : uint8_t { kEnd, kBegin };

  // `cache` must outlive this. What is taken here is charged like its blocks, and they make room for it.
  explicit LeafReadAhead(BlockCache& cache) : cache_(cache) {}

  // The leaf as it is stored and what follows it, up to the most that it may have; lives until the next call. Also
  // reads those behind it in the direction of `towards` for the calls to come. Empty where that fails, for whatever
  // reason: reading it alone tells. Cost: one read each 16 to 32 KiB.
  [[nodiscard]] Bytes Read(const BlockFile& file, BlockReference leaf, Towards towards);
  // What Read() gave, verified; lives as long. Null where it is damaged.
  [[nodiscard]] const Block* Parse(Bytes stored, const BlockIdentity& identity);
  // Gives its memory back.
  void Drop() noexcept;

 private:
  static constexpr size_t kSizeMin = size_t{16} << 10;
  static constexpr size_t kSizeMax = size_t{32} << 10;  // Of each of perhaps many cursors.

  [[nodiscard]] bool Fill(const BlockFile& file, BlockReference leaf, Towards towards);

  BlockCache& cache_;
  PooledBytes bytes_;
  uint64_t begin_ = 0;  // Where in the file they stand.
  uint64_t end_ = 0;
  size_t next_size_ = kSizeMin;  // Twice as many each time: most passes are short.
  Block block_;
};

}  // namespace logwood
