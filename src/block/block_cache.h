#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "block/block.h"
#include "block/block_file.h"
#include "logwood/result.h"
#include "logwood/runtime.h"

namespace logwood {

// Blocks of one database in memory, by file and reference, within a budget: sharded, evicted by CLOCK. A block that
// someone holds lives on after its eviction. No lock is held while a block is read from the store; two threads that
// miss the same block at once both read it, and one copy is kept. Thread-safe.
//
// The budget is divided among shards. A shard holds no more than its part, but for a single block larger than that: all
// shards together stay within `capacity_bytes` and one block a shard.
class BlockCache {
 public:
  // `runtime` must outlive the cache. `capacity_bytes` may be 0: then nothing is kept.
  BlockCache(Runtime& runtime, size_t capacity_bytes);
  BlockCache(const BlockCache&) = delete;  // Readers refer to it.
  BlockCache& operator=(const BlockCache&) = delete;
  ~BlockCache();

  // The block, from memory or read and kept. Errors as BlockFile::ReadBlock(); an error is not kept.
  [[nodiscard]] Result<std::shared_ptr<const Block>> Read(const BlockFile& file, BlockReference reference,
                                                          BlockKind kind);
  // Forgets the blocks of a file that is being removed. Cost: looks at every block kept.
  void Drop(FileNumber file);

  struct Statistics {
    uint64_t hits = 0;
    uint64_t misses = 0;
    size_t bytes = 0;  // Of blocks kept; blocks that are only held by others do not count.
  };
  // Each number is right by itself; together they may be of slightly different moments.
  [[nodiscard]] Statistics statistics() const;
  [[nodiscard]] size_t capacity_bytes() const noexcept { return capacity_bytes_; }

 private:
  class Shard;

  const size_t capacity_bytes_;
  std::vector<std::unique_ptr<Shard>> shards_;  // A power of two of them; none where nothing is kept.
  std::atomic<uint64_t> misses_uncached_ = 0;   // Where there are no shards. Relaxed: a figure.
};

}  // namespace logwood
