#include "logwood/transaction.h"

#include <utility>

#include "api/batch_state.h"
#include "api/cursor_factory.h"
#include "api/transaction_state.h"
#include "base/status_macros.h"

namespace logwood {

Status Transaction::State::CheckIsOf(const Engine* of) const {
  return of == engine.get() ? Status::Ok() : Status::InvalidArgument("transaction: a collection of another database");
}

Status Transaction::State::Write(const Engine* of, const Operation& operation) {
  LOGWOOD_RETURN_IF_ERROR(CheckIsOf(of));
  LOGWOOD_RETURN_IF_ERROR(CheckFits(operation, work->writes().batch().size_bytes()));
  return work->Write(operation);
}

Status Transaction::State::DeleteWithin(const Engine* of, CollectionId collection, const KeyRange& range) {
  LOGWOOD_ASSIGN_OR_RETURN(const Operation deletion, DeletionOf(collection, range));
  return Write(of, deletion);
}

Cursor Transaction::State::NewCursor(const Engine* of, CollectionId collection, KeyRange range) {
  const Status status = CheckIsOf(of);
  return CursorFactory::Make(engine, status.ok() ? work->NewCursor(collection, std::move(range)) : status);
}

Transaction::Transaction(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;

Transaction& Transaction::operator=(Transaction&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

// Cursors may keep what is inside, but not what it holds up for others.
Transaction::~Transaction() {
  if (state_ != nullptr) state_->work->Rollback();
}

Result<std::optional<PinnedValue>> Transaction::Get(const Collection& collection, Bytes key) {
  LOGWOOD_RETURN_IF_ERROR(state_->CheckIsOf(collection.engine_.get()));
  return ToPinnedValue(state_->work->Get(CollectionId(collection.id_), key));
}

Result<std::optional<PinnedValue>> Transaction::GetForUpdate(const Collection& collection, Bytes key) {
  LOGWOOD_RETURN_IF_ERROR(state_->CheckIsOf(collection.engine_.get()));
  return ToPinnedValue(state_->work->GetForUpdate(CollectionId(collection.id_), key));
}

Cursor Transaction::Scan(const Collection& collection) {
  return state_->NewCursor(collection.engine_.get(), CollectionId(collection.id_), {});
}

Cursor Transaction::Scan(const Collection& collection, Bytes start, Bytes limit) {
  return state_->NewCursor(collection.engine_.get(), CollectionId(collection.id_),
                           {.start = start.ToString(), .limit = limit.ToString()});
}

Cursor Transaction::ScanFrom(const Collection& collection, Bytes start) {
  return state_->NewCursor(collection.engine_.get(), CollectionId(collection.id_),
                           {.start = start.ToString(), .limit = std::nullopt});
}

Cursor Transaction::ScanPrefix(const Collection& collection, Bytes prefix) {
  return state_->NewCursor(collection.engine_.get(), CollectionId(collection.id_), PrefixRange(prefix));
}

Status Transaction::Put(const Collection& collection, Bytes key, Bytes value) {
  return state_->Write(
      collection.engine_.get(),
      {.type = EntryType::kPut, .collection = CollectionId(collection.id_), .key = key, .value = value});
}

Status Transaction::Delete(const Collection& collection, Bytes key) {
  return state_->Write(
      collection.engine_.get(),
      {.type = EntryType::kTombstone, .collection = CollectionId(collection.id_), .key = key, .value = {}});
}

Status Transaction::DeleteRange(const Collection& collection, Bytes start, Bytes limit) {
  return state_->DeleteWithin(collection.engine_.get(), CollectionId(collection.id_),
                              {.start = start.ToString(), .limit = limit.ToString()});
}

Status Transaction::DeleteFrom(const Collection& collection, Bytes start) {
  return state_->DeleteWithin(collection.engine_.get(), CollectionId(collection.id_),
                              {.start = start.ToString(), .limit = std::nullopt});
}

Status Transaction::DeletePrefix(const Collection& collection, Bytes prefix) {
  return state_->DeleteWithin(collection.engine_.get(), CollectionId(collection.id_), PrefixRange(prefix));
}

Transaction::Savepoint Transaction::SetSavepoint() const { return Savepoint(state_->work->writes().count()); }

Status Transaction::RollbackTo(const Savepoint& savepoint) {
  const uint64_t count = state_->work->writes().count();
  if (savepoint.writes_ > count) {
    return Status::InvalidArgument("transaction: a savepoint after write " + std::to_string(savepoint.writes_) +
                                   ", and there are " + std::to_string(count) + ": it was taken back, or is another's");
  }
  return state_->work->RollbackTo(savepoint.writes_);
}

Result<SequenceStatistics> Transaction::Commit(const CommitOptions& options) {
  LOGWOOD_ASSIGN_OR_RETURN(const Sequence committed, state_->work->Commit(options.sync));
  return SequenceStatistics{.epoch = committed.epoch(), .counter = committed.counter()};
}

void Transaction::Rollback() { state_->work->Rollback(); }

}  // namespace logwood
