#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "block/block.h"
#include "block/block_file.h"
#include "logwood/result.h"
#include "logwood/runtime.h"

namespace logwood {

// Blocks in memory, by file and offset, within a budget: sharded, evicted by CLOCK. A block that someone holds lives on
// after its eviction. No lock is held while a block is read from the store. Thread-safe.
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
  // Forgets the blocks of a file that is being removed.
  void Drop(FileNumber file);

  struct Statistics {
    uint64_t hits = 0;
    uint64_t misses = 0;
    size_t bytes = 0;
  };
  [[nodiscard]] Statistics statistics() const;

 private:
  struct Shard;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace logwood
