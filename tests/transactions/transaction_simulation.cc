#include "tests/transactions/transaction_simulation.h"

#include <map>
#include <utility>

#include "api/database_factory.h"
#include "base/status_macros.h"
#include "tests/model/small_segments.h"

namespace logwood::testing {
namespace {

constexpr size_t kActors = 4;
constexpr int kTransactionsOfAnActor = 6;
constexpr int kPlainWrites = 6;
constexpr int kFlushes = 12;
constexpr size_t kCollections = 2;
constexpr uint64_t kLists = 2;
constexpr uint64_t kRegisters = 4;

}  // namespace

TransactionSimulation::TransactionSimulation(uint64_t seed, Isolation isolation)
    : random_(seed),
      isolation_(isolation),
      simulator_({.seed = seed, .disposal = Disposal::kPark, .step_limit = 1'000'000}),
      store_(simulator_, {.capabilities = {.survives_process = true, .cheap_small_appends = true}}) {
  tally_.has_plain_writes = seed % 3 == 0;
}

TransactionSimulation::Tally TransactionSimulation::Run() {
  simulator_.Spawn("begin", [this] { Begin(); });
  tally_.report = simulator_.Run();
  return std::move(tally_);
}

void TransactionSimulation::Begin() {
  Options options;
  options.memtable_size_bytes = uint64_t{512} << random_.Below(4);
  options.log_file_size_bytes = 4096;
  options.memory_budget_bytes = uint64_t{16384} << random_.Below(6);
  db_.emplace(DatabaseFactory::Open(store_, options, simulator_, kSmallSegments).value());
  for (size_t i = 0; i < kCollections; ++i) {
    collections_.push_back(db_->CreateCollection("c" + std::to_string(i)).value());
  }
  working_ = static_cast<int>(kActors) + 1 + (tally_.has_plain_writes ? 1 : 0);
  for (size_t actor = 0; actor < kActors; ++actor) {
    simulator_.Spawn("actor " + std::to_string(actor), [this, actor] { Transact(actor); });
  }
  if (tally_.has_plain_writes) simulator_.Spawn("plain", [this] { WritePlain(); });
  simulator_.Spawn("flusher", [this] { FlushNowAndThen(); });
}

void TransactionSimulation::Transact(size_t /*actor*/) {
  for (int i = 0; i < kTransactionsOfAnActor; ++i) {
    tally_.history.push_back({.begun = ++moment_});
    TransactOnce(tally_.history.size() - 1);
    Pause(4);
  }
  Leave();
}

void TransactionSimulation::TransactOnce(size_t index) {
  Transaction transaction = db_->Begin({.isolation = isolation_}).value();
  std::vector<HistoryStep> steps;
  Status status;
  for (uint64_t left = 1 + random_.Below(4); left > 0 && status.ok(); --left) {
    status = Step(transaction, steps, index);
    Pause(3);
  }
  Result<SequenceStatistics> committed = SequenceStatistics();
  const bool gives_up = status.ok() && random_.OneIn(12);
  if (!status.ok()) committed = status;
  if (status.ok() && !gives_up) committed = transaction.Commit({.sync = random_.OneIn(2) ? Sync::kYes : Sync::kNo});
  tally_.history[index].steps = std::move(steps);
  if (gives_up) {
    tally_.history[index].fate = Fate::kAborted;
    tally_.history[index].ended = ++moment_;
  } else {
    End(index, committed);
  }
}

void TransactionSimulation::End(size_t index, const Result<SequenceStatistics>& committed) {
  HistoryTransaction& transaction = tally_.history[index];
  transaction.ended = ++moment_;
  transaction.fate = committed.ok() ? Fate::kCommitted : Fate::kAborted;
  if (committed.ok()) {
    transaction.place = *committed;
    ++tally_.commits;
    return;
  }
  const Status& status = committed.status();
  switch (status.code()) {
    case StatusCode::kConflict:
      ++tally_.conflicts;
      if (status.message().find("by another commit after") != std::string_view::npos) ++tally_.conflicts_in_flight;
      break;
    case StatusCode::kDeadlock: ++tally_.deadlocks; break;
    case StatusCode::kTimeout: break;
    default: tally_.findings.push_back("transaction " + std::to_string(index) + ": " + status.ToString());
  }
}

Status TransactionSimulation::Step(Transaction& transaction, std::vector<HistoryStep>& steps, size_t index) {
  const HistoryKey key = DrawRegister();
  Collection& collection = collections_[key.collection];
  switch (random_.Below(9)) {
    case 0: return Get(transaction, steps, DrawList());
    case 1: return Scan(transaction, steps);
    case 2: {
      steps.push_back({.kind = HistoryStep::Kind::kPut, .key = key, .value = NewValue(index)});
      return transaction.Put(collection, key.key, *steps.back().value);
    }
    case 3: {
      LOGWOOD_RETURN_IF_ERROR(Get(transaction, steps, key));
      steps.push_back({.kind = HistoryStep::Kind::kPut, .key = key, .value = NewValue(index)});
      return transaction.Put(collection, key.key, *steps.back().value);
    }
    case 4: {
      steps.push_back({.kind = HistoryStep::Kind::kDelete, .key = key});
      return transaction.Delete(collection, key.key);
    }
    case 5: return Get(transaction, steps, key);
    case 6: {
      const std::string limit = "register" + std::to_string(kRegisters);
      steps.push_back({.kind = HistoryStep::Kind::kDeleteRange, .key = key, .limit = limit});
      return transaction.DeleteRange(collection, key.key, limit);
    }
    default: return Append(transaction, steps, index);
  }
}

Status TransactionSimulation::Get(Transaction& transaction, std::vector<HistoryStep>& steps, const HistoryKey& key) {
  const bool for_update = random_.OneIn(2);
  Collection& collection = collections_[key.collection];
  Result<std::optional<PinnedValue>> found =
      for_update ? transaction.GetForUpdate(collection, key.key) : transaction.Get(collection, key.key);
  LOGWOOD_RETURN_IF_ERROR(found.status());
  HistoryStep step{.kind = HistoryStep::Kind::kGet, .key = key};
  if (*found) step.value = (*found)->ToString();
  steps.push_back(std::move(step));
  return Status::Ok();
}

Status TransactionSimulation::Append(Transaction& transaction, std::vector<HistoryStep>& steps, size_t index) {
  const HistoryKey key = DrawList();
  LOGWOOD_RETURN_IF_ERROR(Get(transaction, steps, key));
  const std::string before = steps.back().value ? *steps.back().value + "," : "";
  steps.push_back({.kind = HistoryStep::Kind::kPut, .key = key, .value = before + NewValue(index)});
  return transaction.Put(collections_[key.collection], key.key, *steps.back().value);
}

Status TransactionSimulation::Scan(Transaction& transaction, std::vector<HistoryStep>& steps) {
  HistoryStep step{.kind = HistoryStep::Kind::kScan, .key = DrawRegister()};
  if (random_.OneIn(2)) step.limit = "register" + std::to_string(kRegisters);
  const bool backwards = random_.OneIn(2);
  Collection& collection = collections_[step.key.collection];
  Cursor cursor = step.limit.empty() ? transaction.ScanFrom(collection, step.key.key)
                                     : transaction.Scan(collection, step.key.key, step.limit);
  for (backwards ? cursor.Last() : cursor.First(); cursor.valid(); backwards ? cursor.Prev() : cursor.Next()) {
    step.found.emplace(cursor.key().ToString(), cursor.value().ToString());
  }
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  steps.push_back(std::move(step));
  return Status::Ok();
}

// Batches, as a transaction that reads nothing; their place is not told.
void TransactionSimulation::WritePlain() {
  for (int i = 0; i < kPlainWrites; ++i) {
    const size_t index = tally_.history.size();
    tally_.history.push_back({.begun = ++moment_});
    std::vector<HistoryStep> steps;
    Batch batch;
    for (uint64_t left = 1 + random_.Below(3); left > 0; --left) {
      const HistoryKey key = DrawRegister();
      steps.push_back({.kind = HistoryStep::Kind::kPut, .key = key, .value = NewValue(index)});
      batch.Put(collections_[key.collection], key.key, *steps.back().value);
    }
    tally_.history[index].steps = steps;
    const Status status = db_->Commit(batch, {.sync = random_.OneIn(2) ? Sync::kYes : Sync::kNo});
    if (!status.ok()) tally_.findings.push_back("plain write: " + status.ToString());
    tally_.history[index].fate = Fate::kCommitted;
    tally_.history[index].ended = ++moment_;
    Pause(6);
  }
  Leave();
}

void TransactionSimulation::FlushNowAndThen() {
  for (int i = 0; i < kFlushes && working_ > 1; ++i) {
    Pause(40);
    const Status status = random_.OneIn(3) ? db_->Compact(collections_[random_.Below(kCollections)]) : db_->Flush();
    if (!status.ok()) tally_.findings.push_back("flush: " + status.ToString());
  }
  Leave();
}

// Who is the last closes the database: that waits, which only actors can.
void TransactionSimulation::Leave() {
  if (--working_ == 0) db_.reset();
}

void TransactionSimulation::Pause(uint64_t yields_max) {
  for (uint64_t left = random_.Below(yields_max + 1); left > 0; --left) simulator_.scheduler()->Yield("pause");
}

HistoryKey TransactionSimulation::DrawRegister() {
  return {.collection = random_.Below(kCollections), .key = "register" + std::to_string(random_.Below(kRegisters))};
}

HistoryKey TransactionSimulation::DrawList() {
  return {.collection = random_.Below(kCollections), .key = "list" + std::to_string(random_.Below(kLists))};
}

std::string TransactionSimulation::NewValue(size_t index) {
  return std::to_string(index) + "." + std::to_string(++values_);
}

}  // namespace logwood::testing
