#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logwood/options.h"

namespace logwood::kill_ledger {

// What writer and ledger agree on without a word between them: batches are numbered 1, 2, 3, ..., and the number alone
// decides what a batch writes. So the ledger knows what must be there, whatever becomes of the writer.
//
// A batch spans two collections: in `batches` it leaves its number, in `entries` it puts and deletes keys that other
// batches write, too.

inline constexpr const char* kBatches = "batches";
inline constexpr const char* kEntries = "entries";

struct Write {
  std::string key;
  std::optional<std::string> value;  // Absent: the key is deleted.
};

// What batch `number` writes to `entries`, in order.
[[nodiscard]] std::vector<Write> WritesOf(uint64_t number);
// Whether it asks for a sync.
[[nodiscard]] Sync SyncOf(uint64_t number);

// Under which key batch `number` leaves itself in `batches`: ten digits.
[[nodiscard]] std::string KeyOfBatch(uint64_t number);
// The number of a key; nullopt for any other key.
[[nodiscard]] std::optional<uint64_t> BatchOfKey(const std::string& key);

// Small memtables and logs, so that flushes, merges and file removal go on all the time.
[[nodiscard]] Options SmallOptions(OpenMode mode);

}  // namespace logwood::kill_ledger
