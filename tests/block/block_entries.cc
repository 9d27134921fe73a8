#include "tests/block/block_entries.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

#include "block/block_layout.h"
#include "codec/byte_writer.h"

namespace logwood::testing {

std::string BuildBlock(const std::vector<BlockEntry>& entries, const BlockIdentity& identity) {
  BlockBuilder builder(identity.kind, 8192);
  for (const BlockEntry& entry : entries) builder.Add(entry.key, entry.type, entry.value);
  return builder.Finish(identity.file_id, identity.offset).ToString();
}

Result<Block> ParseBlock(std::string_view stored, const BlockIdentity& identity) {
  auto data = std::make_unique<std::byte[]>(stored.size());
  std::ranges::copy(Bytes(stored), data.get());
  return Block::Parse(std::move(data), stored.size(), identity);
}

std::shared_ptr<const Block> MakeBlock(const std::vector<BlockEntry>& entries) {
  return std::make_shared<const Block>(ParseBlock(BuildBlock(entries)).value());
}

void Reseal(std::string& stored, const BlockIdentity& identity) {
  if (stored.size() < kBlockHeaderSize) return;
  const auto bytes = std::as_writable_bytes(std::span(stored));
  const size_t length = LoadFixed32(bytes.data() + kBlockLengthOffset);
  if (length < kBlockHeaderSize || length > stored.size()) return;
  StoreFixed64(bytes.data() + kBlockChecksumOffset, BlockChecksum(Bytes(bytes.data(), length), identity));
}

std::vector<BlockEntry> EntriesOf(const Block& block) {
  std::vector<BlockEntry> entries;
  std::string scratch;
  for (uint32_t i = 0; i < block.count(); ++i) {
    entries.push_back({block.key(i, scratch).ToString(), block.value(i).ToString(), block.type(i)});
  }
  return entries;
}

namespace {

std::string RandomBytes(SeededRandom& random, size_t size, uint64_t alphabet) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Below(alphabet));
  return bytes;
}

}  // namespace

std::string RandomKey(KeyFamily family, SeededRandom& random) {
  switch (family) {
    case KeyFamily::kRandom: return RandomBytes(random, 16, 256);
    case KeyFamily::kDecimal: {
      std::array<char, 32> text;
      std::snprintf(text.data(), text.size(), "%016d", static_cast<int>(random.Below(100'000)));
      return text.data();
    }
    case KeyFamily::kPrefix: return "shared--" + RandomBytes(random, 12, 4);
    case KeyFamily::kShort: return RandomBytes(random, random.Below(4), 256);
    case KeyFamily::kZeros: return RandomBytes(random, random.Below(13), 2);
  }
  return {};
}

}  // namespace logwood::testing
