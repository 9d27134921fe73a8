#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "logwood/bytes.h"
#include "logwood/result.h"
#include "tools/stress/operation.h"

namespace logwood::stress {

// Which bytes stand for the numbers of collections, keys and operations. What is read must be exactly these.

[[nodiscard]] std::string NameOfCollection(uint32_t collection);

// The empty key for 0; else eight digits and a tail, so that key order is the order of numbers.
[[nodiscard]] std::string KeyOf(uint32_t key);

// The value that an operation leaves under a key: says which operation it was, and no other entry has the same bytes.
// 8 to 40,000 bytes.
[[nodiscard]] std::string ValueOf(const Write& write, uint64_t packed_id);

// The entry that these bytes stand for. Errors: kCorruption: no such key, or not the value that it says it is.
[[nodiscard]] Result<FoundEntry> ReadEntry(uint32_t collection, Bytes key, Bytes value);

// Entries of the bank, whose values are numbers. Errors: kCorruption.
[[nodiscard]] const char* NameOfBank();
[[nodiscard]] std::string NumberValue(uint64_t number);
[[nodiscard]] Result<uint64_t> ReadNumber(Bytes value);
[[nodiscard]] Result<FoundEntry> ReadBankEntry(Bytes key, Bytes value);

}  // namespace logwood::stress
