#include "block/block_layout.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/hash.h"
#include "codec/byte_writer.h"

namespace logwood {

uint64_t BlockChecksum(Bytes block, const BlockIdentity& identity) noexcept {
  std::array<std::byte, 2 * sizeof(uint64_t) + 1> seed_bytes;
  StoreFixed64(seed_bytes.data(), identity.file_id.value());
  StoreFixed64(seed_bytes.data() + sizeof(uint64_t), identity.offset);
  seed_bytes.back() = static_cast<std::byte>(identity.kind);
  return Hash64(block.From(kBlockLengthOffset), Hash64(Bytes(seed_bytes.data(), seed_bytes.size())));
}

uint64_t BlockHead(Bytes suffix) noexcept {
  std::array<std::byte, kBlockHeadSize> first{};
  if (!suffix.empty()) std::memcpy(first.data(), suffix.data(), std::min(suffix.size(), first.size()));
  uint64_t head = 0;
  for (const std::byte byte : first) head = head << 8 | std::to_integer<uint64_t>(byte);
  return head;
}

}  // namespace logwood
