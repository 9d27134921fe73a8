#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "block/block.h"

namespace logwood::testing {

struct BlockEntry {
  std::string key;
  std::string value;
  EntryType type = EntryType::kPut;
  friend bool operator==(const BlockEntry&, const BlockEntry&) = default;
};

inline constexpr BlockIdentity kTestIdentity{.file_id = FileId(0x1122334455667788), .offset = 4096};

// The stored form of a block of `entries`, which are in order.
std::string BuildBlock(const std::vector<BlockEntry>& entries, const BlockIdentity& identity = kTestIdentity);
// Parses a copy of `stored` that has no byte to spare, so that a sanitizer sees a read beyond it.
Result<Block> ParseBlock(std::string_view stored, const BlockIdentity& identity = kTestIdentity);
// The block of `entries`. Ends the test program where it does not parse.
std::shared_ptr<const Block> MakeBlock(const std::vector<BlockEntry>& entries);
// Puts the checksum into `stored` that its bytes ask for, where its length allows for one.
void Reseal(std::string& stored, const BlockIdentity& identity = kTestIdentity);

// What the accessors say of a block, entry by entry.
std::vector<BlockEntry> EntriesOf(const Block& block);

// Keys of the kinds that blocks meet.
enum class KeyFamily { kRandom, kDecimal, kPrefix, kShort, kZeros };
std::string RandomKey(KeyFamily family, SeededRandom& random);

}  // namespace logwood::testing
