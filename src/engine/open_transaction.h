#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/ids.h"
#include "base/memory_budget.h"
#include "cursor/bounded_cursor.h"
#include "cursor/entry_cursor.h"
#include "engine/engine.h"
#include "engine/read_state.h"
#include "engine/view_census.h"
#include "kind/kind.h"
#include "logwood/options.h"
#include "logwood/result.h"
#include "txn/evidence.h"
#include "txn/key_locks.h"
#include "txn/own_writes.h"
#include "txn/read_set.h"

namespace logwood {

// A transaction from its beginning to its commit or rollback: a view, the writes above it, and what must not have
// changed by the time of the commit: keys and ranges read (kSerializable), or keys and ranges written (kSnapshot).
//
//   state   entered by                        what works
//   open    Begin()                           everything
//   ended   Commit(), whatever it returns;    nothing: kInvalidArgument; cursors still move
//           Rollback(); Close()
//
// Thread-compatible, with all its cursors.
class OpenTransaction : public std::enable_shared_from_this<OpenTransaction> {
 public:
  // `engine` must outlive it. Errors: kClosed, kReadOnly.
  [[nodiscard]] static Result<std::shared_ptr<OpenTransaction>> Begin(Engine& engine,
                                                                      const TransactionOptions& options);
  OpenTransaction(const OpenTransaction&) = delete;  // Its cursors refer to it.
  OpenTransaction& operator=(const OpenTransaction&) = delete;
  ~OpenTransaction() { Rollback(); }

  // The living entry of a key, as the view and the transaction's own writes have it. Errors: as ReadView::Get();
  // kInvalidArgument (it has ended).
  [[nodiscard]] Result<std::optional<TreesHit>> Get(CollectionId collection, Bytes key);
  // The same of a key that no other transaction can get so until this one has ended; waits for those that have it.
  // Where the key has changed since the view was taken, a later view is taken if nothing that was read has changed.
  // Errors: also kTimeout, kDeadlock, kConflict.
  [[nodiscard]] Result<std::optional<TreesHit>> GetForUpdate(CollectionId collection, Bytes key);
  // Living entries within `range`, with the writes made so far. Errors: kNotFound, kInvalidArgument (it has ended).
  [[nodiscard]] Result<std::unique_ptr<EntryCursor>> NewCursor(CollectionId collection, KeyRange range);

  // Requires: as BatchEncoder::Add(). Errors: kInvalidArgument (it has ended).
  Status Write(const Operation& operation);
  [[nodiscard]] const OwnWrites& writes() const noexcept { return writes_; }
  // Takes back all writes after the first `count`. What was read meanwhile stays read.
  Status RollbackTo(uint64_t count);

  // Applies the writes if nothing that matters has changed, and ends. Without writes it is in order as of its view.
  // Errors: kConflict (not applied), and as CommitPipeline::Apply().
  [[nodiscard]] Result<Sequence> Commit(Sync sync);
  void Rollback();

  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }

 private:
  class TrackedCursor;

  OpenTransaction(Engine& engine, const TransactionOptions& options, TransactionId id);

  [[nodiscard]] Status CheckOpen() const;
  void TakeView();
  Status MoveForward(CollectionId collection, Bytes key);
  void AddKeyRead(CollectionId collection, Bytes key);

  Engine& engine_;
  const TransactionOptions options_;
  const TransactionId id_;
  ReadView view_;
  std::optional<ViewCensus::Mark> mark_;
  Sequence registered_;  // With the evidence.
  TransactionStart start_;
  OwnWrites writes_;
  ReadSet reads_;  // With kSnapshot only what was read for update.
  MemoryCharge reads_charge_;
  bool holds_keys_ = false;  // Or did ask for one.
  bool has_read_ = false;
  size_t cursors_ = 0;  // That read `view_` and the generation of `writes_`.
  bool has_ended_ = false;
};

}  // namespace logwood
