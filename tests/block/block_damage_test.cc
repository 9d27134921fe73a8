#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <span>

#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "tests/block/block_entries.h"

// What a stranger may put where a block should be (I10).

namespace logwood::testing {
namespace {

std::byte* At(std::string& stored, size_t offset) {
  return std::as_writable_bytes(std::span(stored)).subspan(offset).data();
}

// One block of each form, small enough to damage at every byte.
std::vector<std::string> SmallBlocks() {
  return {
      BuildBlock({{"prefix-aaaaaaaa-1", "v1"}, {"prefix-aaaaaaaa-2", "v2"}, {"prefix-bbbbbbbb", "v3"}}),
      BuildBlock({{"", "v1"}, {"a", "v2"}, {std::string("a\0", 2), "v3"}, {"aaaaaaaaab", "v4"}}),
      BuildBlock({{"12345678", "v"}, {"22345678", "", EntryType::kTombstone}, {"3234567890", "v"}}),
  };
}

// Calls everything that can be called, and checks what every block promises.
void ExpectUsable(const Block& block) {
  const std::vector<BlockEntry> entries = EntriesOf(block);
  for (uint32_t i = 0; i < block.count(); ++i) {
    if (i > 0) {
      EXPECT_LT(entries[i - 1].key, entries[i].key);
    }
    bool exact = false;
    EXPECT_EQ(block.LowerBound(entries[i].key, &exact), i);
    EXPECT_TRUE(exact);
    EXPECT_EQ(block.LowerBound(entries[i].key + '\0', &exact), i + 1);
  }
}

TEST(BlockDamage, OfAnySingleBitIsDetected) {
  for (const std::string& stored : SmallBlocks()) {
    for (size_t i = 0; i < stored.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string damaged = stored;
        damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
        EXPECT_EQ(ParseBlock(damaged).status().code(), StatusCode::kCorruption) << "byte " << i << " bit " << bit;
      }
    }
  }
}

TEST(BlockDamage, ByTruncationIsDetected) {
  for (const std::string& stored : SmallBlocks()) {
    for (size_t size = 0; size < stored.size(); ++size) {
      EXPECT_EQ(ParseBlock(stored.substr(0, size)).status().code(), StatusCode::kCorruption) << size;
    }
  }
}

TEST(BlockDamage, OfIdentityIsDetected) {
  const std::string stored = SmallBlocks()[0];
  const auto code = [&](FileId file_id, uint64_t offset, BlockKind kind) {
    return ParseBlock(stored, {.file_id = file_id, .offset = offset, .kind = kind}).status().code();
  };
  const BlockIdentity& right = kTestIdentity;
  EXPECT_EQ(code(right.file_id, right.offset, right.kind), StatusCode::kOk);
  EXPECT_EQ(code(FileId(1), right.offset, right.kind), StatusCode::kCorruption);
  EXPECT_EQ(code(right.file_id, right.offset + 8, right.kind), StatusCode::kCorruption);
  EXPECT_EQ(code(right.file_id, right.offset, BlockKind::kInner), StatusCode::kCorruption);
}

// Past the checksum: every value at every byte is refused, or gives a block that keeps all promises.
TEST(BlockDamage, BehindARightChecksumNeverLeadsOutOfTheBlock) {
  size_t accepted = 0;
  size_t refused = 0;
  for (const std::string& stored : SmallBlocks()) {
    for (size_t i = sizeof(uint64_t); i < stored.size(); ++i) {
      for (int value = 0; value < 256; ++value) {
        std::string damaged = stored;
        damaged[i] = static_cast<char>(value);
        Reseal(damaged);
        const auto block = ParseBlock(damaged);
        if (block.ok()) {
          ++accepted;
          ExpectUsable(*block);
        } else {
          ++refused;
          EXPECT_NE(block.status().code(), StatusCode::kIo);
        }
      }
    }
  }
  // Bytes of values and of last tails are anybody's; all structure is not.
  EXPECT_GT(accepted, 1000u);
  EXPECT_GT(refused, 10'000u);
}

TEST(BlockDamage, InManyPlacesBehindARightChecksumNeverLeadsOutOfTheBlock) {
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    std::string damaged = SmallBlocks()[random.Below(3)];
    for (uint64_t i = 1 + random.Below(6); i > 0; --i) {
      const size_t at = sizeof(uint64_t) + random.Below(damaged.size() - sizeof(uint64_t));
      damaged[at] = static_cast<char>(random.OneIn(2) ? random.Next() : random.Below(4));
    }
    Reseal(damaged);
    if (const auto block = ParseBlock(damaged); block.ok()) ExpectUsable(*block);
  }
}

// The layout of the block that the cases below damage: three keys of 9 bytes with the prefix "p", no types.
//   prefix at 32, heads at 40, key ends at 64, value ends at 70, tails of 0 bytes at 76, values at 76, zeros from 79.
std::string Plain() { return BuildBlock({{"paaaaaaaa", "1"}, {"pbbbbbbbb", "2"}, {"pcccccccc", "3"}}); }

struct Case {
  const char* name;
  std::function<std::string()> damaged;
  const char* message;
  StatusCode code = StatusCode::kCorruption;
};

std::string WithByte(std::string stored, size_t offset, uint8_t value) {
  stored.at(offset) = static_cast<char>(value);
  return stored;
}

std::string WithNumber(std::string stored, size_t offset, uint32_t value) {
  StoreFixed32(At(stored, offset), value);
  return stored;
}

std::string WithSwap(std::string stored, size_t a, size_t b, size_t size) {
  std::swap_ranges(stored.begin() + static_cast<std::ptrdiff_t>(a),
                   stored.begin() + static_cast<std::ptrdiff_t>(a + size),
                   stored.begin() + static_cast<std::ptrdiff_t>(b));
  return stored;
}

// A key of one byte more than is allowed, at the end of tails that are followed by no values.
std::string WithTooLongKey() {
  std::string stored = BuildBlock({{"aaaaaaaa", ""}, {std::string(65'536, 'b'), ""}});
  const size_t key_ends = kBlockHeaderSize + 2 * kBlockHeadSize;
  StoreFixed16(At(stored, key_ends + 2), 65'529);
  StoreFixed32(At(stored, kBlockTailsLengthOffset), 65'529);
  StoreFixed32(At(stored, kBlockLengthOffset), static_cast<uint32_t>(stored.size() + 8));
  return stored + "b" + std::string(7, '\0');
}

TEST(BlockDamage, BehindARightChecksumIsNamed) {
  const auto typed = [](EntryType type) { return BuildBlock({{"12345678", ""}, {"22345678", "", type}}); };
  // Its types stand behind 16 bytes of heads and 8 of ends.
  constexpr size_t kTypedTypes = kBlockHeaderSize + 24;
  const Case cases[] = {
      {"no entries", [] { return WithNumber(Plain(), kBlockCountOffset, 0); }, "without entries"},
      {"an entry more", [] { return WithNumber(Plain(), kBlockCountOffset, 4); }, ""},
      {"entries without end", [] { return WithNumber(Plain(), kBlockCountOffset, UINT32_MAX); }, "too short for"},
      {"endless prefix", [] { return WithNumber(Plain(), kBlockPrefixLengthOffset, UINT32_MAX); }, "too short for"},
      {"endless tails", [] { return WithNumber(Plain(), kBlockTailsLengthOffset, UINT32_MAX); }, "too short for"},
      {"tails not used up", [] { return WithNumber(Plain(), kBlockTailsLengthOffset, 1); }, "last key ends at 0 of 1"},
      {"length off by one", [] { return WithNumber(Plain(), kBlockLengthOffset, 79); }, "not a length of blocks"},
      {"length of nothing", [] { return WithNumber(Plain(), kBlockLengthOffset, 24); }, "not a length of blocks"},
      {"length without end", [] { return WithNumber(Plain(), kBlockLengthOffset, 1u << 31); },
       "not a length of blocks"},
      {"length beyond", [] { return WithNumber(Plain(), kBlockLengthOffset, 88); }, "but there are 80 bytes"},
      {"needless zeros", [] { return WithNumber(Plain() + std::string(8, '\0'), kBlockLengthOffset, 88); },
       "behind the last value"},
      {"another kind", [] { return WithByte(Plain(), kBlockKindOffset, 2); }, "block kind 2, expected 1"},
      {"reserved flag", [] { return WithByte(Plain(), kBlockFlagsOffset, 8); }, "flags", StatusCode::kUnsupported},
      {"reserved bytes", [] { return WithByte(Plain(), kBlockZeroOffset + 5, 1); }, "reserved bytes"},
      {"bytes behind the prefix", [] { return WithByte(Plain(), 33, 1); }, "between prefix and heads"},
      {"bytes behind the values", [] { return WithByte(Plain(), 79, 1); }, "behind the last value"},
      {"value ends fall", [] { return WithByte(Plain(), 70, 3); }, "entry 1: value ends at 2, not between 3"},
      {"value ends beyond", [] { return WithByte(Plain(), 74, 5); }, "entry 2: value ends at 5"},
      {"key ends beyond", [] { return WithByte(Plain(), 64, 1); }, "entry 0: key ends at 1"},
      {"heads fall", [] { return WithSwap(Plain(), 40, 48, 8); }, "entry 1: key is out of order"},
      {"equal keys", [] { return Plain().replace(48, 8, Plain(), 40, 8); }, "entry 1: key is out of order"},
      {"tails fall",
       [] { return WithSwap(BuildBlock({{"aaaaaaaa1", ""}, {"aaaaaaaa2", ""}, {"bbbbbbbb", ""}}), 68, 69, 1); },
       "entry 1: key is out of order"},
      {"head of another key", [] { return WithByte(BuildBlock({{"", ""}, {"a", ""}}), 47, 'b'); }, "its key has"},
      {"no type", [&] { return WithByte(typed(EntryType::kTombstone), kTypedTypes, 0); }, "entry 0: type 0"},
      {"unknown type", [&] { return WithByte(typed(EntryType::kTombstone), kTypedTypes, 5); }, "entry 0: type 5"},
      {"range tombstone", [&] { return WithByte(typed(EntryType::kTombstone), kTypedTypes, 3); }, "range tombstone",
       StatusCode::kUnsupported},
      {"tombstone with a value",
       [] { return WithByte(BuildBlock({{"12345678", "v", EntryType::kValueLink}}), kBlockHeaderSize + 12, 2); },
       "entry 0: tombstone with a value"},
      {"key too long", WithTooLongKey, "key of 65537 bytes"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::string damaged = c.damaged();
    Reseal(damaged);
    const Status status = ParseBlock(damaged).status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_NE(status.message().find(c.message), std::string_view::npos) << status;
    EXPECT_EQ(status.message().find("checksum"), std::string_view::npos) << status;
  }
}

TEST(BlockDamage, OfOpaqueAndInnerBlocksIsNamed) {
  const auto reseal_as = [](std::string stored, BlockKind kind) {
    const BlockIdentity identity{.file_id = kTestIdentity.file_id, .offset = kTestIdentity.offset, .kind = kind};
    stored[kBlockKindOffset] = static_cast<char>(kind);
    Reseal(stored, identity);
    return ParseBlock(stored, identity).status();
  };
  EXPECT_TRUE(reseal_as(BuildBlock({{"", "v"}}), BlockKind::kFooter).ok());
  EXPECT_EQ(reseal_as(BuildBlock({{"k", "v"}}), BlockKind::kFooter).code(), StatusCode::kCorruption);
  EXPECT_EQ(reseal_as(BuildBlock({{"", "v"}, {"k", "v"}}), BlockKind::kFilter).code(), StatusCode::kCorruption);
  EXPECT_TRUE(reseal_as(BuildBlock({{"", "v"}, {"k", "v"}}), BlockKind::kInner).ok());
  EXPECT_EQ(reseal_as(BuildBlock({{"k", "", EntryType::kTombstone}}), BlockKind::kInner).code(),
            StatusCode::kCorruption);
}

}  // namespace
}  // namespace logwood::testing
