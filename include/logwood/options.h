#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace logwood {

// Largest key, in bytes; the smallest is empty.
inline constexpr size_t kKeySizeMax = 65'536;
// Largest value that Put takes, in bytes.
inline constexpr size_t kValueSizeMax = 16'777'216;
// Largest batch, in bytes as encoded.
inline constexpr size_t kBatchSizeMax = size_t{1} << 30;
// Largest name of a collection, in bytes; the smallest has one byte. Names are UTF-8 or any other bytes.
inline constexpr size_t kCollectionNameSizeMax = 255;

enum class OpenMode : uint8_t {
  kOpenOrCreate = 0,
  kOpen = 1,      // kNotFound where there is no database.
  kCreate = 2,    // kAlreadyExists where there is one.
  kReadOnly = 3,  // kNotFound where there is none; shares the lock with other readers and writes nothing.
  // As kReadOnly, of what is left of a damaged database: opens what validates, and Database::salvage_report() says what
  // does not. Where something newer is lost, what is older shows again, values that were deleted or overwritten
  // included: so read the report before the entries. Each commit that shows from the log is whole; of those that trees
  // hold, parts may be lost. Where no manifest tells of them, entries stand in collections named "tree file N tree M"
  // and "collection N". Cost: reads and checks everything. Errors: kNotFound, kBusy, kUnsupported, kIo.
  kSalvage = 4,
};

// Whether what is committed goes to a log.
enum class LogMode : uint8_t {
  kOn = 0,
  kOff = 1,
};

// How a database works. The defaults are for a program that has some hundred MiB to spare.
struct Options {
  OpenMode mode = OpenMode::kOpenOrCreate;
  // Bytes of memory for all that the database keeps: memtables, blocks, indexes and filters of trees, and what jobs,
  // views and cursors hold of them. Default 128 MiB; 16 KiB to 2^40. Blocks get what the others leave, an eighth at
  // least. Raise it until what is read often fits.
  uint64_t memory_budget_bytes = uint64_t{128} << 20;
  // Bytes of entries that collect in memory before they are flushed; two more times as many may wait for it. Default 0:
  // a fifth of the budget, 64 MiB at most; 512 to a quarter of the budget, and to 2^32. Larger means fewer merges, a
  // longer recovery, and less room for blocks.
  uint64_t memtable_size_bytes = 0;
  // Bytes of log after which a next log file is begun. Default 64 MiB; 4 KiB to 2^32.
  uint64_t log_file_size_bytes = uint64_t{64} << 20;
  // Default kOn. With kOff nothing is logged: writes stay in memory until they are flushed, by Flush(), Close(), or as
  // memtables fill. After a crash the last flush is what remains, the same across all collections; a commit with
  // Sync::kYes gives kInvalidArgument. For what can be made again. A choice of each open: logs of earlier ones are
  // read.
  LogMode log = LogMode::kOn;
};

// The shape in which a collection lies on disk.
enum class CollectionKind : uint8_t {
  kLsm = 1,
  kBtree = 2,  // Reserved: kUnsupported.
  kList = 3,   // Reserved: kUnsupported.
};

struct CollectionOptions {
  CollectionKind kind = CollectionKind::kLsm;
  // Bytes a block aims at. Default 4 KiB; 256 to 1 MiB. Larger means a smaller index, more bytes for a get.
  uint32_t block_size_bytes = 4096;
};

// Whether a commit is to survive the loss of power, or only the death of the process.
enum class Sync : uint8_t {
  kNo = 0,
  kYes = 1,
};

struct CommitOptions {
  Sync sync = Sync::kYes;
};

// What a transaction may rely on at its commit.
enum class Isolation : uint8_t {
  // That all it has read is unchanged: keys, those that were absent too, and ranges with every gap in them. Committed
  // transactions and plain writes then come to what they would come to one after the other, in the order of commits.
  kSerializable = 0,
  // That what it writes is unchanged since it began. Two that read what the other writes may both be committed (write
  // skew).
  kSnapshot = 1,
};

struct TransactionOptions {
  Isolation isolation = Isolation::kSerializable;
  // How long GetForUpdate() waits for another transaction. Default 1 s.
  std::chrono::milliseconds lock_timeout{1000};
};

// How Database::Transact() commits and repeats.
struct TransactOptions {
  TransactionOptions transaction;
  CommitOptions commit;
  // How often the transaction is tried. Default 100; at least 1.
  uint32_t attempts_max = 100;
};

}  // namespace logwood
