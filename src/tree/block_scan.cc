#include "tree/block_scan.h"

#include <algorithm>
#include <utility>

#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "codec/file_header.h"
#include "tree/tree_footer.h"

namespace logwood {
namespace {

constexpr size_t kWindowSize = 64 * 1024;
// What a device that cannot read a place may lose with it.
constexpr uint64_t kUnreadableSize = 4096;

// The length of a block whose header this may be; 0 for none.
uint64_t PlausibleLength(Bytes header, uint64_t rest) {
  const uint64_t length = LoadFixed32(header.data() + kBlockLengthOffset);
  const auto kind = std::to_integer<uint8_t>(header[kBlockKindOffset]);
  const bool fits =
      length > kBlockHeaderSize && length % kBlockAlignment == 0 && length <= std::min<uint64_t>(rest, kBlockSizeMax);
  return fits && kind > 0 && kind <= static_cast<uint8_t>(BlockKind::kRangeTombstones) ? length : 0;
}

}  // namespace

BlockScan::BlockScan(const BlockFile& file, uint64_t begin, uint64_t end)
    : file_(file),
      offset_(AlignUpToBlock(std::max<uint64_t>(begin, kFileHeaderSize))),
      end_(std::min(end, file.length())) {}

std::optional<BlockScan::Found> BlockScan::Next() {
  while (offset_ + kBlockHeaderSize <= end_) {
    Status why;
    if (std::optional<Found> found = TryBlock(why)) {
      found->gap_before = std::exchange(gap_, std::nullopt);
      return found;
    }
    const bool is_unreadable = HeaderAt(offset_).empty();
    PassOver(is_unreadable ? kUnreadableSize - offset_ % kUnreadableSize : kBlockAlignment, why);
  }
  if (offset_ < end_) PassOver(end_ - offset_, Status::Corruption("no whole block"));
  return std::nullopt;
}

std::optional<BlockScan::Found> BlockScan::TryBlock(Status& why) {
  const std::string where = WhereInTree(file_, offset_);
  const Bytes header = HeaderAt(offset_);
  if (header.empty()) {
    why = Status::Io(where + ": cannot be read");
    return std::nullopt;
  }
  const uint64_t length = PlausibleLength(header, end_ - offset_);
  if (length == 0) {
    why = Status::Corruption(where + ": no block begins here");
    return std::nullopt;
  }
  ++blocks_read_;
  const BlockReference reference = BlockReference::Of(offset_, length);
  Result<Block> block = file_.ReadBlock(reference, BlockKind{std::to_integer<uint8_t>(header[kBlockKindOffset])});
  if (!block.ok()) {
    why = block.status();
    return std::nullopt;
  }
  offset_ += length;
  return Found{.reference = reference, .length = length, .block = *std::move(block), .gap_before = std::nullopt};
}

Bytes BlockScan::HeaderAt(uint64_t offset) {
  const bool inside = offset >= window_begin_ && offset + kBlockHeaderSize <= window_begin_ + window_size_;
  if (!inside) {
    window_.resize(kWindowSize);
    window_begin_ = offset;
    window_size_ = 0;
    size_t wanted = static_cast<size_t>(std::min<uint64_t>(kWindowSize, end_ - offset));
    Result<size_t> read = file_.file().Read(offset, std::span(window_).first(wanted));
    if (!read.ok()) {
      wanted = std::min<size_t>(wanted, kBlockHeaderSize);
      read = file_.file().Read(offset, std::span(window_).first(wanted));
    }
    if (!read.ok() || *read < kBlockHeaderSize) return {};
    window_size_ = *read;
  }
  return Bytes(window_).From(static_cast<size_t>(offset - window_begin_)).First(kBlockHeaderSize);
}

void BlockScan::PassOver(uint64_t bytes, const Status& why) {
  if (!gap_) gap_ = Gap{.offset = offset_, .bytes = 0, .why = why};
  const uint64_t passed = std::min(bytes, end_ - offset_);
  gap_->bytes += passed;
  offset_ += passed;
}

}  // namespace logwood
