#include "memtable/memtable_record.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <string>

#include "base/arena.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kNarrowMax = std::numeric_limits<uint32_t>::max();

Entry At(uint64_t file, uint64_t offset) {
  return {
      .type = EntryType::kPut, .key = "key", .value = "value", .address = {.file = FileNumber(file), .offset = offset}};
}

TEST(MemtableRecord, KeepsEveryAddressWithAndWithoutAnOlderVersion) {
  Arena arena;
  for (const uint64_t file : {uint64_t{0}, uint64_t{7}, kNarrowMax, kNarrowMax + 1}) {
    for (const uint64_t offset : {uint64_t{0}, kNarrowMax, kNarrowMax + 1, ~uint64_t{0}}) {
      SCOPED_TRACE(std::to_string(file) + " " + std::to_string(offset));
      const Entry entry = At(file, offset);
      const MemtableRecord* const first = MemtableRecord::Make(arena, Sequence(1), entry, nullptr);
      const MemtableRecord* const second = MemtableRecord::Make(arena, Sequence(2), entry, first);
      EXPECT_EQ(first->older(), nullptr);
      EXPECT_EQ(second->older(), first);
      for (const MemtableRecord* const record : {first, second}) {
        EXPECT_EQ(record->address(), entry.address);
        EXPECT_EQ(record->key(), Bytes("key"));
        EXPECT_EQ(record->value(), Bytes("value"));
      }
    }
  }
}

TEST(MemtableRecord, FindsTheVersionOfASequence) {
  Arena arena;
  const MemtableRecord* const first = MemtableRecord::Make(arena, Sequence(2), At(1, 1), nullptr);
  const MemtableRecord* const second = MemtableRecord::Make(arena, Sequence(5), At(1, 2), first);
  EXPECT_EQ(MemtableRecord::At(second, Sequence(1)), nullptr);
  EXPECT_EQ(MemtableRecord::At(second, Sequence(4)), first);
  EXPECT_EQ(MemtableRecord::At(second, Sequence(5)), second);
  EXPECT_EQ(MemtableRecord::At(nullptr, Sequence(5)), nullptr);
}

TEST(MemtableRecord, KeepsTypesApartFromSizes) {
  Arena arena;
  const std::string key(65'536, 'k');
  for (const EntryType type :
       {EntryType::kPut, EntryType::kTombstone, EntryType::kRangeTombstone, EntryType::kValueLink}) {
    const Entry entry{.type = type, .key = key, .value = {}, .address = {}};
    const MemtableRecord* const record = MemtableRecord::Make(arena, Sequence(1), entry, nullptr);
    EXPECT_EQ(record->type(), type);
    EXPECT_EQ(record->key().size(), key.size());
    EXPECT_TRUE(record->value().empty());
  }
}

}  // namespace
}  // namespace logwood::testing
