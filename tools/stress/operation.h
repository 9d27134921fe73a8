#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logwood/options.h"
#include "logwood/status.h"

namespace logwood::stress {

// What the parent asks of the child, and what the child answers. A collection is a number, and so is a key; which bytes
// stand for them, and which value an operation leaves, follows from the numbers alone (entry_bytes.h).

enum class OperationKind : uint8_t {
  kOpen = 0,  // The database, which is made where there is none. The first of each life.
  kClose = 1,
  kEnsure = 2,  // Opens a collection, or creates it.
  kDrop = 3,    // A collection, if it is there.
  kWrite = 4,   // Puts and deletes in one batch; one of them alone goes by Put(), Delete() or DeleteRange().
  kIngest = 5,  // Writes to one collection, in key order, as a segment.
  kGet = 6,
  kScan = 7,
  kTakeView = 8,  // Keeps it in a slot, and reads a range of it.
  kReadView = 9,  // Reads the same again.
  kFlush = 10,
  kCompact = 11,
  kVerify = 12,
  kTransfer = 13,  // A transaction that moves an amount from one account of the bank to another, and signs for it.
  kReadBank = 14,  // All accounts and signatures.
};

// The bank is one collection for all lanes. An account that nobody has touched has the amount of the beginning.
inline constexpr uint32_t kAccounts = 32;  // Keys from 0 on. Behind them each lane signs for its last transfer.
inline constexpr uint64_t kAmountAtFirst = 1'000'000;

enum class Direction : uint8_t { kForward = 0, kBackward = 1 };

struct Write {
  uint32_t collection = 0;
  uint32_t key = 0;
  bool deletes = false;
  uint32_t range_end = 0;  // Of a range that is deleted, without it; 0: the key alone.

  // Behind the keys that it is about.
  [[nodiscard]] uint32_t keys_end() const noexcept { return range_end == 0 ? key + 1 : range_end; }
};

// Which operation it is, and with that which value it leaves. Never 0.
struct OperationId {
  uint32_t life = 0;
  uint32_t lane = 0;    // 0 to 255: a thread of the child and what it is asked.
  uint32_t number = 0;  // In the lane, from 1 on.

  [[nodiscard]] uint64_t Packed() const noexcept {
    return uint64_t{life} << 40 | uint64_t{lane} << 32 | uint64_t{number};
  }
  [[nodiscard]] static OperationId Of(uint64_t packed) noexcept;
  // "life 3 lane 0 operation 17".
  [[nodiscard]] std::string ToString() const;
};

struct Operation {
  OperationKind kind = OperationKind::kGet;
  Sync sync = Sync::kNo;  // Of kWrite and kTransfer.
  Direction direction = Direction::kForward;
  uint32_t collection = 0;
  uint32_t begin = 0;                // Key of kGet; keys of a range from here, or the account that gives, ...
  uint32_t end = 0;                  // ... up to here, without it; or the account that takes.
  uint32_t amount = 0;               // Of kTransfer.
  uint32_t slot = 0;                 // Of a view.
  uint64_t memtable_size_bytes = 0;  // Of kOpen.
  OperationId id = {};
  std::vector<Write> writes = {};

  [[nodiscard]] bool writes_entries() const noexcept {
    return kind == OperationKind::kWrite || kind == OperationKind::kIngest;
  }
  // "scan of collection-1, keys 00000012 to 00000040, backward".
  [[nodiscard]] std::string ToString() const;
};

// An entry that the child found.
struct FoundEntry {
  uint32_t collection = 0;
  uint32_t key = 0;
  uint64_t id = 0;  // Packed, of the operation that left the value. Of an account: what it has, modulo 2^64.
};

struct Reply {
  enum class Result : uint8_t {
    kOk = 0,
    kAbsent = 1,  // A collection is not there.
    kFailed = 2,
  };
  Result result = Result::kOk;
  StatusCode code = StatusCode::kOk;
  std::string message = {};              // Where it failed.
  std::vector<FoundEntry> entries = {};  // As they came.
  std::vector<FoundEntry> marks = {};    // Of a view: see Generator.
};

// Whether an operation is about one collection or, kWrite, several, which must be there.
[[nodiscard]] bool NeedsCollection(OperationKind kind) noexcept;

[[nodiscard]] std::string Encode(const Operation& operation);
[[nodiscard]] std::string Encode(const Reply& reply);
// Requires: encoded by the same program.
[[nodiscard]] Operation DecodeOperation(const std::string& bytes);
[[nodiscard]] Reply DecodeReply(const std::string& bytes);

}  // namespace logwood::stress
