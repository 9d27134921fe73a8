#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "logwood/bytes.h"
#include "logwood/collection.h"
#include "logwood/cursor.h"
#include "logwood/options.h"
#include "logwood/pinned_value.h"
#include "logwood/result.h"
#include "logwood/statistics.h"
#include "logwood/status.h"

namespace logwood {

// Reads and writes over any collections of one database that take effect together, at the commit, or not at all. Reads
// see the database as it was at the beginning, with the transaction's own writes above it. Nothing is locked: at the
// commit it is checked that nothing has come in between, as Isolation says, and that no collection that was read has
// been dropped; else the commit gives kConflict, and the transaction is to be repeated as a whole (Database::Transact()
// does it). A transaction that writes nothing never fails. What it writes is held in memory, up to a batch's 1 GiB.
// While it is open what others write is kept in memory to compare with, up to a quarter of the memory budget; a
// transaction that is older than what is kept gets kConflict.
//
// Movable; thread-compatible, with its cursors: one thread at a time. Destruction rolls back.
class Transaction {
 public:
  // A place among the writes of a transaction.
  class Savepoint {
   private:
    friend class Transaction;
    explicit Savepoint(uint64_t writes) : writes_(writes) {}
    uint64_t writes_;
  };

  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();

  // As those of View, with the transaction's own writes. A cursor shows those that were made before it was; rolling
  // them back does not change what it shows. Cursors may outlive the transaction; what they read then is not checked.
  // Errors: also kInvalidArgument where the transaction has ended.
  [[nodiscard]] Result<std::optional<PinnedValue>> Get(const Collection& collection, Bytes key);
  [[nodiscard]] Cursor Scan(const Collection& collection);
  [[nodiscard]] Cursor Scan(const Collection& collection, Bytes start, Bytes limit);
  [[nodiscard]] Cursor ScanFrom(const Collection& collection, Bytes start);
  [[nodiscard]] Cursor ScanPrefix(const Collection& collection, Bytes prefix);
  // Get() of a key that is going to be written: until this transaction ends, another's GetForUpdate() of it waits, in
  // the order of coming, so that all who want the same key take turns instead of conflicting. Writes and other reads do
  // not wait for it. Where the key has changed since the beginning, the transaction moves on to the present if nothing
  // that it has read has changed; it cannot while it has cursors, nor, under kSnapshot, after a read.
  // Errors: also kTimeout (TransactionOptions::lock_timeout), kDeadlock (the message has the cycle; roll back and
  // repeat), kConflict.
  [[nodiscard]] Result<std::optional<PinnedValue>> GetForUpdate(const Collection& collection, Bytes key);

  // As those of Collection, but of this transaction alone until it is committed. Errors: kInvalidArgument (a size, an
  // empty range, another database's collection, or the transaction has ended), kClosed: then the write is not part of
  // the transaction, which goes on.
  Status Put(const Collection& collection, Bytes key, Bytes value);
  Status Delete(const Collection& collection, Bytes key);
  Status DeleteRange(const Collection& collection, Bytes start, Bytes limit);
  Status DeleteFrom(const Collection& collection, Bytes start);
  Status DeletePrefix(const Collection& collection, Bytes prefix);

  // The writes made so far; RollbackTo() takes back all that came later. Savepoints after it are void. What was read
  // meanwhile stays read. Cost of going back: the writes that remain are made anew in memory. Errors: kInvalidArgument
  // (the savepoint is void, or the transaction has ended).
  [[nodiscard]] Savepoint SetSavepoint() const;
  Status RollbackTo(const Savepoint& savepoint);

  // Applies the writes as one commit and returns its place in the order of all; without writes, that of what was seen.
  // Durable as CommitOptions say. Whatever it returns, the transaction has ended. Errors: kConflict (not applied), and
  // as Database::Commit().
  [[nodiscard]] Result<SequenceStatistics> Commit(const CommitOptions& options = {});
  // Ends it without a trace.
  void Rollback();

 private:
  friend class Database;
  struct State;
  explicit Transaction(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

}  // namespace logwood
