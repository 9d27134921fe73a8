#include "engine/open_transaction.h"

#include <string>
#include <utility>

#include "base/status_macros.h"

namespace logwood {

// Takes note of all that it shows, and of the gaps that it passes. Keeps the state it reads, whatever becomes of the
// transaction.
class OpenTransaction::TrackedCursor final : public EntryCursor {
 public:
  TrackedCursor(std::shared_ptr<OpenTransaction> transaction, CollectionId collection, KeyRange range)
      : transaction_(std::move(transaction)),
        view_(transaction_->view_),
        mark_(transaction_->engine_.view_census(), view_.at),
        own_(transaction_->writes_.generation()),
        collection_(collection),
        range_(std::move(range)) {
    ++transaction_->cursors_;
  }
  ~TrackedCursor() override {
    inner_.reset();
    --transaction_->cursors_;
  }

  Status Open(Sequence own_at) {
    LOGWOOD_ASSIGN_OR_RETURN(inner_, view_.NewCursor(collection_, range_, {.generation = own_.get(), .at = own_at}));
    return Status::Ok();
  }

  void Seek(Bytes key, SeekTo to) override {
    const std::string target = key.ToString();
    const std::string behind_target = SuccessorOf(target);
    Begin({.begin = target, .end = behind_target});
    inner_->Seek(target, to);
    Show();
    if (to == SeekTo::kAtOrAfter) ExtendToEnd(target);
    if (to == SeekTo::kAtOrBefore) ExtendToBegin(behind_target);
  }
  void First() override {
    const std::string begin = range_.start.value_or(std::string());
    const std::string end = SuccessorOf(begin);
    Begin({.begin = begin, .end = end});
    inner_->First();
    Show();
    ExtendToEnd(begin);
  }
  void Last() override {
    inner_->Last();
    Show();
    const std::string limit = range_.limit.value_or(std::string());
    const Bytes begin = valid_ ? entry_.key : Bytes(range_.start ? *range_.start : std::string_view());
    Begin({.begin = begin, .end = limit});
  }
  void Next() override {
    const std::string from = entry_.key.ToString();
    inner_->Next();
    Show();
    ExtendToEnd(from);
  }
  void Prev() override {
    const std::string end = SuccessorOf(entry_.key);
    inner_->Prev();
    Show();
    ExtendToBegin(end);
  }

 private:
  void Show() {
    valid_ = inner_->valid();
    if (valid_) entry_ = inner_->entry();
    status_ = inner_->status();
  }

  void Begin(const KeySpan& span) {
    if (!is_tracked()) return;
    place_ = transaction_->reads_.AddRange(collection_, span);
    transaction_->reads_charge_.Follow(transaction_->reads_.bytes());
  }
  // From `begin` up to where the cursor stands now, or to the end of its range.
  void ExtendToEnd(Bytes begin) {
    if (!is_tracked()) return;
    const std::string end = valid_ ? SuccessorOf(entry_.key) : range_.limit.value_or(std::string());
    if (!end.empty() && Bytes(end) <= begin) return;
    transaction_->reads_.Extend(place_, collection_, {.begin = begin, .end = end});
  }
  // From where the cursor stands now, or from the begin of its range, up to `end`.
  void ExtendToBegin(Bytes end) {
    if (!is_tracked()) return;
    const Bytes begin = valid_ ? entry_.key : Bytes(range_.start ? *range_.start : std::string_view());
    if (end <= begin) return;
    transaction_->reads_.Extend(place_, collection_, {.begin = begin, .end = end});
  }
  [[nodiscard]] bool is_tracked() const {
    return transaction_->options_.isolation == Isolation::kSerializable && !transaction_->has_ended_;
  }

  const std::shared_ptr<OpenTransaction> transaction_;
  const ReadView view_;
  const ViewCensus::Mark mark_;
  const std::shared_ptr<const Generation> own_;
  const CollectionId collection_;
  const KeyRange range_;
  std::unique_ptr<EntryCursor> inner_;
  ReadSet::Place place_;
};

OpenTransaction::OpenTransaction(Engine& engine, const TransactionOptions& options, TransactionId id)
    : engine_(engine),
      options_(options),
      id_(id),
      writes_(&engine.budget()),
      reads_charge_(&engine.budget(), MemoryUse::kTransactionReads) {}

Result<std::shared_ptr<OpenTransaction>> OpenTransaction::Begin(Engine& engine, const TransactionOptions& options) {
  LOGWOOD_ASSIGN_OR_RETURN(const TransactionId id, engine.NewTransactionId());
  std::shared_ptr<OpenTransaction> transaction(new OpenTransaction(engine, options, id));
  transaction->TakeView();
  return transaction;
}

// Registered before the view is taken, so that of what comes after the view nothing is forgotten.
void OpenTransaction::TakeView() {
  registered_ = engine_.published();
  start_.bulk_writes = engine_.evidence().Begin(registered_);
  view_ = engine_.ViewOfNow();
  mark_.emplace(engine_.view_census(), view_.at);
  start_.at = view_.at;
}

Status OpenTransaction::CheckOpen() const {
  LOGWOOD_RETURN_IF_ERROR(engine_.CheckOpen());
  return has_ended_ ? Status::InvalidArgument("transaction: it was committed or rolled back") : Status::Ok();
}

Result<std::optional<TreesHit>> OpenTransaction::Get(CollectionId collection, Bytes key) {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  if (writes_.MayHave(key)) {
    if (const Memtable* const own = writes_.generation()->Find(collection)) {
      if (const std::optional<Memtable::Hit> hit = own->Get(key, writes_.last())) {
        if (hit->type == EntryType::kTombstone) return std::optional<TreesHit>();
        return std::optional(TreesHit{.type = hit->type, .value = hit->value, .pin = writes_.generation()});
      }
    }
  }
  has_read_ = true;
  // What the view does not have is no read: no other can change it.
  LOGWOOD_ASSIGN_OR_RETURN(std::optional<TreesHit> hit, engine_.Get(view_, collection, key));
  if (options_.isolation == Isolation::kSerializable) AddKeyRead(collection, key);
  return hit;
}

Result<std::optional<TreesHit>> OpenTransaction::GetForUpdate(CollectionId collection, Bytes key) {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  holds_keys_ = true;
  LOGWOOD_RETURN_IF_ERROR(engine_.key_locks().Acquire(id_, collection, key, options_.lock_timeout));
  LOGWOOD_RETURN_IF_ERROR(MoveForward(collection, key));
  LOGWOOD_ASSIGN_OR_RETURN(std::optional<TreesHit> hit, Get(collection, key));
  if (options_.isolation == Isolation::kSnapshot) AddKeyRead(collection, key);
  return hit;
}

void OpenTransaction::AddKeyRead(CollectionId collection, Bytes key) {
  reads_.AddKey(collection, key);
  reads_charge_.Follow(reads_.bytes());
}

// Takes a later view where the key has changed since this one was taken.
Status OpenTransaction::MoveForward(CollectionId collection, Bytes key) {
  ReadSet wanted;
  wanted.AddKey(collection, key);
  const std::optional<Conflict> changed = engine_.FindConflict({.reads = wanted, .start = start_});
  if (!changed) return Status::Ok();
  const bool was_there = view_.state->trees.contains(collection);
  if (changed->cause == ConflictCause::kDropped && !was_there) return Status::Ok();
  const bool is_free = cursors_ == 0 && (options_.isolation == Isolation::kSerializable || !has_read_);
  if (!is_free) return engine_.Refuse(*changed);
  const TransactionStart before = start_;
  const Sequence registered_before = registered_;
  TakeView();
  const std::optional<Conflict> conflict = engine_.FindConflict({.reads = reads_, .start = before});
  engine_.evidence().End(registered_before);
  if (!conflict) return Status::Ok();
  Rollback();  // It could not be committed, and now it has read two views.
  return engine_.Refuse(*conflict);
}

Result<std::unique_ptr<EntryCursor>> OpenTransaction::NewCursor(CollectionId collection, KeyRange range) {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  has_read_ = true;
  auto cursor = std::make_unique<TrackedCursor>(shared_from_this(), collection, std::move(range));
  LOGWOOD_RETURN_IF_ERROR(cursor->Open(writes_.last()));
  return cursor;
}

Status OpenTransaction::Write(const Operation& operation) {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  writes_.Add(operation);
  return Status::Ok();
}

Status OpenTransaction::RollbackTo(uint64_t count) {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  writes_.TruncateTo(count);
  return Status::Ok();
}

Result<Sequence> OpenTransaction::Commit(Sync sync) {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  Result<Sequence> committed = view_.at;
  if (writes_.count() > 0) {
    if (options_.isolation == Isolation::kSnapshot) writes_.AddWrittenTo(reads_);
    const TransactionCheck check{.reads = reads_, .start = start_};
    committed =
        engine_.Commit({.batch = writes_.batch(), .collections = writes_.collections(), .sync = sync, .check = &check});
  } else {
    engine_.CountCommitWithoutWrites();
  }
  Rollback();
  return committed;
}

void OpenTransaction::Rollback() {
  if (std::exchange(has_ended_, true)) return;
  if (holds_keys_) engine_.key_locks().ReleaseAll(id_);
  engine_.evidence().End(registered_);
  view_ = {};
  mark_.reset();
  writes_.TruncateTo(0);
  reads_ = {};
  reads_charge_.Set(0);
  engine_.OnViewReleased();
}

}  // namespace logwood
