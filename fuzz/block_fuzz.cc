#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "block/block.h"
#include "block/block_layout.h"
#include "codec/byte_writer.h"

// Blocks from a stranger (I10): the input is the kind, one byte, and the block. It is parsed as it is, and again with
// the length, kind and checksum that it should have, so that what lies past the checksum is reached.

namespace logwood {
namespace {

// What is promised of every block that was accepted.
void CheckBlock(const Block& block) {
  std::string scratch;
  std::string before;
  for (uint32_t i = 0; i < block.count(); ++i) {
    const std::string key = block.key(i, scratch).ToString();
    if (i > 0) LOGWOOD_ASSERT(Bytes(before) < Bytes(key));
    if (block.type(i) == EntryType::kTombstone) LOGWOOD_ASSERT(block.value(i).empty());
    // Reads every byte: a sanitizer sees one that is not the block's.
    const std::string value = block.value(i).ToString();
    bool exact = false;
    LOGWOOD_ASSERT(block.LowerBound(key, &exact) == i);
    LOGWOOD_ASSERT(exact);
    LOGWOOD_ASSERT(block.LowerBound(key + '\0', &exact) == i + 1);
    LOGWOOD_ASSERT(block.LowerBound(value, &exact) <= block.count());
    before = key;
  }
}

// An accepted block, built again from its entries, says the same.
void CheckRoundTrip(const Block& block, const BlockIdentity& identity) {
  BlockBuilder builder(identity.kind, kBlockSizeMax);
  std::string scratch;
  for (uint32_t i = 0; i < block.count(); ++i) builder.Add(block.key(i, scratch), block.type(i), block.value(i));
  const Bytes stored = builder.Finish(identity.file_id, identity.offset);
  auto data = std::make_unique<std::byte[]>(stored.size());
  std::ranges::copy(stored, data.get());
  const auto again = Block::Parse(std::move(data), stored.size(), identity);
  LOGWOOD_ASSERT(again.ok());
  LOGWOOD_ASSERT(again->count() == block.count());
}

void ParseAndCheck(std::span<const std::byte> stored, const BlockIdentity& identity) {
  auto data = std::make_unique<std::byte[]>(stored.size());
  std::ranges::copy(stored, data.get());
  const auto block = Block::Parse(std::move(data), stored.size(), identity);
  if (!block.ok()) return;
  CheckBlock(*block);
  CheckRoundTrip(*block, identity);
}

void Fix(std::span<std::byte> stored, const BlockIdentity& identity) {
  StoreFixed32(stored.data() + kBlockLengthOffset, static_cast<uint32_t>(stored.size()));
  stored[kBlockKindOffset] = static_cast<std::byte>(identity.kind);
  StoreFixed64(stored.data() + kBlockChecksumOffset, BlockChecksum(stored, identity));
}

}  // namespace
}  // namespace logwood

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logwood;
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data, size));
  const BlockIdentity identity{.file_id = FileId(1), .offset = 48, .kind = static_cast<BlockKind>(1 + data[0] % 4)};
  ParseAndCheck(input.subspan(1), identity);
  std::vector<std::byte> fixed(input.begin() + 1, input.end());
  fixed.resize(fixed.size() / kBlockAlignment * kBlockAlignment);
  if (fixed.size() < kBlockHeaderSize) return 0;
  Fix(fixed, identity);
  ParseAndCheck(fixed, identity);
  return 0;
}
