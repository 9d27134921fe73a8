#include "segment/segment_footer.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/status_macros.h"
#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"
#include "tree/tree_footer.h"

namespace logwood {
namespace {

// Where a block stands.
struct Place {
  uint64_t offset = 0;
  uint64_t length = 0;
};

// What is read of the end first: enough where keys are short.
constexpr uint64_t kTailSizeMin = 4096;

// No footer reaches further back: two keys of the largest size, 8 bytes for each filter block of 1 MiB, and what frames
// them.
uint64_t TailSizeMax(uint64_t file_size) { return 2 * kKeySizeMax + kTailSizeMin + file_size / (1 << 17); }

bool IsFooterAt(const BlockFile& file, uint64_t offset, Bytes rest) {
  if (std::to_integer<uint8_t>(rest[kBlockKindOffset]) != static_cast<uint8_t>(BlockKind::kFooter)) return false;
  if (LoadFixed32(rest.data() + kBlockLengthOffset) != rest.size()) return false;
  const BlockIdentity identity{.file_id = file.id(), .offset = offset, .kind = BlockKind::kFooter};
  return LoadFixed64(rest.data() + kBlockChecksumOffset) == BlockChecksum(rest, identity);
}

// Searches the last `tail_size` bytes, from their end on.
Result<std::optional<Place>> SearchTail(const BlockFile& file, uint64_t tail_size) {
  const uint64_t begin = file.length() - tail_size;
  std::vector<std::byte> tail(tail_size);
  LOGWOOD_ASSIGN_OR_RETURN(const size_t read, file.file().Read(begin, tail));
  if (read < tail.size()) return std::optional<Place>();
  for (uint64_t length = kBlockHeaderSize; length <= tail_size; length += kBlockAlignment) {
    const uint64_t offset = file.length() - length;
    if (IsFooterAt(file, offset, Bytes(tail).From(tail_size - length))) return std::optional(Place{offset, length});
  }
  return std::optional<Place>();
}

Result<std::optional<Place>> SearchFromEnd(const BlockFile& file) {
  const uint64_t blocks_size = file.length() - kFileHeaderSize;
  if (blocks_size % kBlockAlignment != 0) return std::optional<Place>();  // Not the end of a block.
  const uint64_t tail_size = std::min(blocks_size, kTailSizeMin);
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<Place> found, SearchTail(file, tail_size));
  if (found || tail_size == blocks_size) return found;
  return SearchTail(file, std::min(blocks_size, AlignUpToBlock(TailSizeMax(file.length()))));
}

Status NoFooter(const BlockFile& file, uint64_t offset) {
  return Status::Corruption(file.title() + " offset " + std::to_string(offset) +
                            ": no whole block begins here, and no footer stood before: the segment was never finished, "
                            "or it is damaged; build it again");
}

Result<Place> WalkToFooter(const BlockFile& file) {
  for (uint64_t offset = kFileHeaderSize;;) {
    std::array<std::byte, kBlockHeaderSize> header;
    LOGWOOD_ASSIGN_OR_RETURN(const size_t read, file.file().Read(offset, header));
    if (read < header.size()) return NoFooter(file, offset);
    const uint64_t length = LoadFixed32(header.data() + kBlockLengthOffset);
    const auto kind = std::to_integer<uint8_t>(header[kBlockKindOffset]);
    const bool fits = length >= kBlockHeaderSize && length % kBlockAlignment == 0 && length <= kBlockSizeMax &&
                      length <= file.length() - offset;
    if (!fits || kind == 0 || kind > static_cast<uint8_t>(BlockKind::kRangeTombstones)) return NoFooter(file, offset);
    if (kind == static_cast<uint8_t>(BlockKind::kFooter)) return Place{offset, length};
    offset += length;
  }
}

}  // namespace

Result<SegmentEnd> FindSegmentEnd(const BlockFile& file) {
  LOGWOOD_ASSIGN_OR_RETURN(std::optional<Place> place, SearchFromEnd(file));
  if (!place) {
    LOGWOOD_ASSIGN_OR_RETURN(place, WalkToFooter(file));
  }
  const BlockReference reference = BlockReference::Of(place->offset, place->length);
  const std::string where = WhereInTree(file, place->offset);
  LOGWOOD_ASSIGN_OR_RETURN(const Block block, file.ReadBlock(reference, BlockKind::kFooter));
  SegmentEnd end{.tree = std::nullopt, .size_bytes = place->offset + place->length};
  if (block.value(0).empty() && place->offset == kFileHeaderSize) return end;
  LOGWOOD_ASSIGN_OR_RETURN(const TreeFooter footer, DecodeTreeFooter(block.value(0), place->offset, where));
  if (footer.begin != kFileHeaderSize) {
    return Status::Corruption(where + ": the tree begins at offset " + std::to_string(footer.begin) +
                              ", but a segment is the only one in its file");
  }
  if (footer.range_tombstones > 0) {
    return Status::Unsupported(file.title() + ": " + std::to_string(footer.range_tombstones) +
                               " range tombstones, which only segments of a database have");
  }
  end.tree = TreeDescriptor{.file = file.number(),
                            .footer = reference,
                            .entries = footer.entries,
                            .tombstones = footer.tombstones,
                            .bytes = end.size_bytes - footer.begin,
                            .first_key = footer.first_key,
                            .last_key = footer.last_key};
  return end;
}

}  // namespace logwood
