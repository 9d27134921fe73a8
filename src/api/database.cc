#include "logwood/database.h"

#include <utility>

#include "api/batch_state.h"
#include "api/database_factory.h"
#include "api/raw_cursor_adapter.h"
#include "api/transaction_state.h"
#include "api/view_state.h"
#include "base/status_macros.h"
#include "engine/engine.h"
#include "engine/option_limits.h"
#include "engine/transact.h"
#include "logwood/segment.h"
#include "lsm/lsm_kind.h"

namespace logwood {
namespace {

Engine::Parts PartsOn(Store& store, Runtime& runtime, const DatabaseTuning& tuning = {}) {
  Engine::Parts parts{.store = store,
                      .runtime = runtime,
                      .owned_store = nullptr,
                      .kinds = {},
                      .stay_policy = {},
                      .replay = tuning.replay,
                      .rest = tuning.rest};
  parts.kinds.Register(CollectionKind::kLsm, NewLsmKind(tuning.lsm));
  parts.stay_policy.possible = store.capabilities().cheap_small_appends;
  return parts;
}

Result<std::shared_ptr<Engine>> OpenOwned(std::unique_ptr<Store> store, const Options& options) {
  Engine::Parts parts = PartsOn(*store, Runtime::Default());
  parts.owned_store = std::move(store);
  return Engine::Open(std::move(parts), options);
}

}  // namespace

Database::Database(std::shared_ptr<Engine> engine) noexcept : engine_(std::move(engine)) {}
Database::Database(Database&&) noexcept = default;

Database& Database::operator=(Database&& other) noexcept {
  std::swap(engine_, other.engine_);
  return *this;
}

Database::~Database() {
  // Why: a destructor has nobody to tell; who wants to know calls Close().
  if (engine_ != nullptr) engine_->Close().IgnoreError();
}

Result<Database> Database::Open(const std::string& path, const Options& options) {
  // Before anything comes into being.
  LOGWOOD_RETURN_IF_ERROR(CheckOptions(options).WithContext("open " + path));
  const bool creates = options.mode == OpenMode::kOpenOrCreate || options.mode == OpenMode::kCreate;
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                           OpenFileStore(path, creates ? MissingDirectory::kCreate : MissingDirectory::kFail));
  LOGWOOD_ASSIGN_OR_RETURN(std::shared_ptr<Engine> engine, OpenOwned(std::move(store), options));
  return Database(std::move(engine));
}

Result<Database> Database::Open(Store& store, const Options& options, Runtime& runtime) {
  return DatabaseFactory::Open(store, options, runtime, {});
}

Result<Database> DatabaseFactory::Open(Store& store, const Options& options, Runtime& runtime,
                                       const DatabaseTuning& tuning) {
  LOGWOOD_ASSIGN_OR_RETURN(std::shared_ptr<Engine> engine, Engine::Open(PartsOn(store, runtime, tuning), options));
  return Database(std::move(engine));
}

Result<Database> Database::OpenInMemory(const Options& options) {
  LOGWOOD_ASSIGN_OR_RETURN(std::shared_ptr<Engine> engine, OpenOwned(NewMemoryStore(), options));
  return Database(std::move(engine));
}

Status Database::Close() { return engine_->Close(); }

Result<Collection> Database::CreateCollection(const std::string& name, const CollectionOptions& options) {
  LOGWOOD_ASSIGN_OR_RETURN(const CollectionInfo info, engine_->CreateCollection(name, options));
  return Collection(engine_, info.id.value(), info.name);
}

Result<Collection> Database::OpenCollection(const std::string& name) const {
  LOGWOOD_ASSIGN_OR_RETURN(const CollectionInfo info, engine_->OpenCollection(name));
  return Collection(engine_, info.id.value(), info.name);
}

Result<Collection> Database::OpenOrCreate(const std::string& name, const CollectionOptions& options) {
  for (;;) {
    Result<Collection> opened = OpenCollection(name);
    if (opened.status().code() != StatusCode::kNotFound) return opened;
    Result<Collection> created = CreateCollection(name, options);
    // Another thread may have been faster, and one that drops may be faster again.
    if (created.status().code() != StatusCode::kAlreadyExists) return created;
  }
}

Status Database::DropCollection(const std::string& name) {
  LOGWOOD_ASSIGN_OR_RETURN(const CollectionInfo info, engine_->OpenCollection(name));
  return engine_->DropCollection(info.id);
}

Result<std::vector<std::string>> Database::Collections() const {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<CollectionInfo> infos, engine_->collections());
  std::vector<std::string> names;
  names.reserve(infos.size());
  for (const CollectionInfo& info : infos) names.push_back(info.name);
  return names;
}

Status Database::Commit(Batch& batch, const CommitOptions& options) {
  Batch::State& state = *batch.state_;
  LOGWOOD_RETURN_IF_ERROR(state.status);
  if (!state.BelongsTo(engine_)) {
    return Status::InvalidArgument("batch: its collections belong to another database");
  }
  return engine_->Commit({.batch = state.encoder, .collections = state.collections, .sync = options.sync}).status();
}

Result<Transaction> Database::Begin(const TransactionOptions& options) {
  auto state = std::make_unique<Transaction::State>();
  state->engine = engine_;
  LOGWOOD_ASSIGN_OR_RETURN(state->work, OpenTransaction::Begin(*engine_, options));
  return Transaction(std::move(state));
}

Result<SequenceStatistics> Database::Transact(const std::function<Status(Transaction&)>& function,
                                              const TransactOptions& options) {
  const auto work = [this, &function](const std::shared_ptr<OpenTransaction>& begun) {
    auto state = std::make_unique<Transaction::State>();
    state->engine = engine_;
    state->work = begun;
    Transaction transaction(std::move(state));
    const Status worked = function(transaction);
    transaction.state_.reset();  // It is not to end with this handle.
    return worked;
  };
  LOGWOOD_ASSIGN_OR_RETURN(const Sequence committed, logwood::Transact(*engine_, options, work));
  return SequenceStatistics{.epoch = committed.epoch(), .counter = committed.counter()};
}

Status Database::Resume() { return engine_->Resume(); }

Result<View> Database::NewView() const {
  auto state = std::make_shared<View::State>();
  state->engine = engine_;
  LOGWOOD_ASSIGN_OR_RETURN(ReadView view, engine_->View());
  state->mark.emplace(engine_->view_census(), view.at);
  state->view.emplace(engine_->held_views(), std::move(view));
  return View(std::move(state));
}

Status Database::Flush() { return engine_->Flush(); }

Status Database::Compact(const Collection& collection) {
  if (collection.engine_ != engine_) return Status::InvalidArgument("compact: a collection of another database");
  return engine_->Compact(CollectionId(collection.id_));
}

Status Database::Ingest(std::vector<IngestedEntries> parts) {
  std::vector<IngestPart> inner;
  inner.reserve(parts.size());
  for (IngestedEntries& part : parts) {
    if (part.collection.engine_ != engine_) return Status::InvalidArgument("ingest: a collection of another database");
    if (part.entries == nullptr) return Status::InvalidArgument("ingest: a part without a cursor");
    inner.push_back(
        {.collection = CollectionId(part.collection.id_), .entries = ToEntryCursor(std::move(part.entries))});
  }
  return engine_->Ingest(std::move(inner));
}

Status Database::Ingest(const Collection& collection, const Segment& segment) {
  std::vector<IngestedEntries> parts;
  parts.push_back({.collection = collection, .entries = segment.NewCursor()});
  return Ingest(std::move(parts));
}

Result<Verification> Database::Verify() const {
  LOGWOOD_ASSIGN_OR_RETURN(VerifyReport report, engine_->Verify());
  return Verification{
      .blocks = report.blocks, .damages = std::move(report.damages), .strangers = std::move(report.strangers)};
}

const SalvageReport& Database::salvage_report() const noexcept { return engine_->salvage_report(); }

Result<DatabaseStatistics> Database::Statistics() const { return engine_->Statistics(); }

}  // namespace logwood
