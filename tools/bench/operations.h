#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "logwood/status.h"
#include "tools/bench/index_sequence.h"
#include "tools/bench/worker.h"

namespace logwood::bench {

// What an operation does to the entries of its indexes.
enum class Effect : uint8_t {
  kNone = 0,
  kInsert = 1,
  kErase = 2,
};

// How many calls an operation makes, all threads together.
enum class Quota : uint8_t {
  kEntries = 0,      // --num entries, a batch of them each call.
  kSyncs = 1,        // A thousandth of --num, at least one, for what takes long.
  kReads = 2,        // --reads, else --num.
  kEveryThread = 3,  // Each thread as many as there are, or as --reads says.
  kOnce = 4,         // One call by one thread.
};

// One benchmark: a row of the table.
struct Operation {
  std::string_view name;
  std::string_view help;
  Status (*run)(Worker&);  // What each thread does; counts as it goes.
  IndexOrder order = IndexOrder::kAscending;
  Quota quota = Quota::kOnce;
  Effect effect = Effect::kNone;
  uint64_t sample_every = 1;  // Calls of which one is measured.
  // What one more thread does meanwhile; its figures are told apart. Null: there is none.
  Status (*run_beside)(Worker&) = nullptr;
  // Entries a commit where --batch does not say; 1 has Put() and Delete() in place of batches.
  uint64_t batch = 1;
  bool syncs = false;  // Whatever --sync says.
  // A collection of its own, for entries that the others are not to meet; null: the one that all share.
  const char* collection = nullptr;
  uint64_t value_size_bytes = 0;  // 0: as --value_size says.
  bool brings_new = false;        // Puts entries under indexes from --num on, too.
  // Called by one thread before the others begin, and after they have ended; not measured. Null: nothing is to be done.
  Status (*prepare)(Workplace&) = nullptr;
  Status (*check)(Workplace&) = nullptr;  // Whether what they left is right.
};

[[nodiscard]] std::span<const Operation> Operations();
// Null where there is none of that name.
[[nodiscard]] const Operation* FindOperation(std::string_view name);
// All names with a blank between them.
[[nodiscard]] std::string OperationNames();

}  // namespace logwood::bench
