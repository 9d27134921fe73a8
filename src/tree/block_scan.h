#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "block/block.h"
#include "block/block_file.h"
#include "logwood/status.h"

namespace logwood {

// Finds the blocks of a file by where they stand, whatever refers to them: behind one that validates the next is looked
// for at its end, behind anything else at every place where a block may stand. A checksum covers file, place and kind,
// so what is found is what was written there. Confined to one thread.
class BlockScan {
 public:
  // What lies between blocks and is none.
  struct Gap {
    uint64_t offset = 0;
    uint64_t bytes = 0;
    Status why;  // kCorruption or kIo.
  };
  struct Found {
    BlockReference reference;
    uint64_t length = 0;
    Block block;
    std::optional<Gap> gap_before;
  };

  // Looks at the bytes from `begin` to `end`, as far as the file has them. `file` must outlive the scan.
  BlockScan(const BlockFile& file, uint64_t begin, uint64_t end);

  // The next block; nullopt behind the last, where gap_at_end() tells of what is left.
  [[nodiscard]] std::optional<Found> Next();
  [[nodiscard]] const std::optional<Gap>& gap_at_end() const noexcept { return gap_; }
  [[nodiscard]] uint64_t blocks_read() const noexcept { return blocks_read_; }

 private:
  // The block at `offset_`; nullopt without one, and then `why` says why.
  [[nodiscard]] std::optional<Found> TryBlock(Status& why);
  // The bytes of a block's header at `offset`; empty where they cannot be read.
  [[nodiscard]] Bytes HeaderAt(uint64_t offset);
  void PassOver(uint64_t bytes, const Status& why);

  const BlockFile& file_;
  uint64_t offset_;
  const uint64_t end_;
  std::optional<Gap> gap_;  // Before `offset_`.
  uint64_t blocks_read_ = 0;
  std::vector<std::byte> window_;
  uint64_t window_begin_ = 0;
  size_t window_size_ = 0;
};

}  // namespace logwood
