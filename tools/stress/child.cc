#include "tools/stress/child.h"

#include <chrono>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>

#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "logwood/database.h"
#include "logwood/segment.h"
#include "tools/stress/entry_bytes.h"
#include "tools/stress/operation.h"

namespace logwood::stress {
namespace {

// A view that is kept between two looks at it.
struct HeldView {
  View view;
  Operation operation;
  std::optional<Collection> collection;  // Absent where it was not there.
};

// Carries out the operations of one channel. Confined to its thread.
class Executor {
 public:
  Executor(Database& database, const Settings& settings) : database_(database), settings_(settings) {}

  Reply Execute(const Operation& operation) {
    Reply reply;
    const Status status = Dispatch(operation, reply);
    if (status.ok()) return reply;
    const bool is_absent = status.code() == StatusCode::kNotFound;
    reply.result = is_absent ? Reply::Result::kAbsent : Reply::Result::kFailed;
    reply.code = status.code();
    reply.message = std::string(status.message());
    return reply;
  }

 private:
  Status Dispatch(const Operation& operation, Reply& reply) {
    switch (operation.kind) {
      case OperationKind::kOpen: return Status::InvalidArgument("the database is open");
      case OperationKind::kClose: return database_.Close();
      case OperationKind::kEnsure: return database_.OpenOrCreate(NameOfCollection(operation.collection)).status();
      case OperationKind::kDrop: return database_.DropCollection(NameOfCollection(operation.collection));
      case OperationKind::kWrite: return WriteEntries(operation);
      case OperationKind::kIngest: return Ingest(operation);
      case OperationKind::kGet: return Get(operation, reply);
      case OperationKind::kScan: return Scan(operation, reply);
      case OperationKind::kTakeView: return TakeView(operation, reply);
      case OperationKind::kReadView: return ReadView(operation, reply);
      case OperationKind::kFlush: return database_.Flush();
      case OperationKind::kCompact: return Compact(operation);
      case OperationKind::kVerify: return Verify();
      case OperationKind::kTransfer: return Transfer(operation);
      case OperationKind::kReadBank: return ReadBank(reply);
    }
    return Status::InvalidArgument("no such operation");
  }

  [[nodiscard]] Result<Collection> Find(uint32_t collection) const {
    return database_.OpenCollection(NameOfCollection(collection));
  }

  Status WriteEntries(const Operation& operation) {
    const CommitOptions options{.sync = operation.sync};
    if (operation.writes.size() == 1) return WriteOne(operation.writes.front(), operation.id.Packed(), options);
    Batch batch;
    for (const Write& write : operation.writes) {
      LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, Find(write.collection));
      if (write.range_end != 0) {
        batch.DeleteRange(collection, KeyOf(write.key), KeyOf(write.range_end));
      } else if (write.deletes) {
        batch.Delete(collection, KeyOf(write.key));
      } else {
        batch.Put(collection, KeyOf(write.key), ValueOf(write, operation.id.Packed()));
      }
    }
    return database_.Commit(batch, options);
  }

  Status WriteOne(const Write& write, uint64_t id, const CommitOptions& options) {
    LOGWOOD_ASSIGN_OR_RETURN(Collection collection, Find(write.collection));
    if (write.range_end != 0) return collection.DeleteRange(KeyOf(write.key), KeyOf(write.range_end), options);
    if (write.deletes) return collection.Delete(KeyOf(write.key), options);
    return collection.Put(KeyOf(write.key), ValueOf(write, id), options);
  }

  Status Ingest(const Operation& operation) {
    LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, Find(operation.collection));
    const std::unique_ptr<Store> store = NewMemoryStore();
    LOGWOOD_ASSIGN_OR_RETURN(SegmentBuilder builder, SegmentBuilder::Create(*store, "segment"));
    for (const Write& write : operation.writes) {
      LOGWOOD_RETURN_IF_ERROR(write.deletes ? builder.AddTombstone(KeyOf(write.key))
                                            : builder.Add(KeyOf(write.key), ValueOf(write, operation.id.Packed())));
    }
    LOGWOOD_RETURN_IF_ERROR(builder.Finish());
    LOGWOOD_ASSIGN_OR_RETURN(const Segment segment, Segment::Open(*store, "segment"));
    return database_.Ingest(collection, segment);
  }

  Status Get(const Operation& operation, Reply& reply) const {
    LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, Find(operation.collection));
    const std::string key = KeyOf(operation.begin);
    LOGWOOD_ASSIGN_OR_RETURN(const auto value, collection.Get(key));
    if (!value) return Status::Ok();
    LOGWOOD_ASSIGN_OR_RETURN(const FoundEntry entry, ReadEntry(operation.collection, key, value->bytes()));
    reply.entries.push_back(entry);
    return Status::Ok();
  }

  Status Scan(const Operation& operation, Reply& reply) const {
    LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, Find(operation.collection));
    Cursor cursor = collection.Scan(KeyOf(operation.begin), KeyOf(operation.end));
    return ReadAll(operation, cursor, reply.entries);
  }

  static Status ReadAll(const Operation& operation, Cursor& cursor, std::vector<FoundEntry>& entries) {
    const bool is_forward = operation.direction == Direction::kForward;
    if (!is_forward) cursor.Last();
    while (cursor.valid()) {
      LOGWOOD_ASSIGN_OR_RETURN(const FoundEntry entry, ReadEntry(operation.collection, cursor.key(), cursor.value()));
      entries.push_back(entry);
      is_forward ? cursor.Next() : cursor.Prev();
    }
    return cursor.status();
  }

  Status TakeView(const Operation& operation, Reply& reply) {
    LOGWOOD_ASSIGN_OR_RETURN(View view, database_.NewView());
    HeldView held{.view = std::move(view), .operation = operation, .collection = std::nullopt};
    if (Result<Collection> collection = Find(operation.collection); collection.ok()) {
      held.collection = *std::move(collection);
    }
    views_.insert_or_assign(operation.slot, held);
    return ReadHeld(held, operation.direction, reply);
  }

  Status ReadView(const Operation& operation, Reply& reply) const {
    const auto held = views_.find(operation.slot);
    if (held == views_.end()) return Status::InvalidArgument("no view in this slot");
    return ReadHeld(held->second, operation.direction, reply);
  }

  Status ReadHeld(const HeldView& held, Direction direction, Reply& reply) const {
    Operation operation = held.operation;
    operation.direction = direction;
    LOGWOOD_RETURN_IF_ERROR(ReadMarks(held.view, reply.marks));
    if (!held.collection) return Status::NotFound("no such collection when the view was taken");
    Cursor cursor = held.view.Scan(*held.collection, KeyOf(operation.begin), KeyOf(operation.end));
    return ReadAll(operation, cursor, reply.entries);
  }

  Status ReadMarks(const View& view, std::vector<FoundEntry>& marks) const {
    for (uint32_t number = 0; number < std::min<uint64_t>(2, settings_.collections); ++number) {
      LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, Find(number));
      for (uint64_t lane = 0; lane < settings_.threads; ++lane) {
        const std::string key = KeyOf(static_cast<uint32_t>(settings_.keys + lane));
        LOGWOOD_ASSIGN_OR_RETURN(const auto value, view.Get(collection, key));
        if (!value) continue;
        LOGWOOD_ASSIGN_OR_RETURN(const FoundEntry mark, ReadEntry(number, key, value->bytes()));
        marks.push_back(mark);
      }
    }
    return Status::Ok();
  }

  Status Compact(const Operation& operation) {
    LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, Find(operation.collection));
    return database_.Compact(collection);
  }

  Status Verify() const {
    LOGWOOD_ASSIGN_OR_RETURN(const Verification found, database_.Verify());
    if (!found.damages.empty()) return found.damages.front().WithContext("damage");
    if (!found.strangers.empty()) return Status::Corruption("a stranger: " + found.strangers.front());
    return Status::Ok();
  }

  // Every second one holds its accounts, so that it has to wait rather than to repeat.
  Status Transfer(const Operation& operation) {
    LOGWOOD_ASSIGN_OR_RETURN(const Collection bank, database_.OpenOrCreate(NameOfBank()));
    const auto amount_of = [&](Transaction& transaction, uint32_t account) -> Result<uint64_t> {
      const std::string key = KeyOf(account);
      const bool is_held = operation.id.number % 2 == 0;
      LOGWOOD_ASSIGN_OR_RETURN(const auto found,
                               is_held ? transaction.GetForUpdate(bank, key) : transaction.Get(bank, key));
      return found ? ReadNumber(found->bytes()) : kAmountAtFirst;
    };
    const auto transfer = [&](Transaction& transaction) -> Status {
      LOGWOOD_ASSIGN_OR_RETURN(const uint64_t gives, amount_of(transaction, operation.begin));
      LOGWOOD_ASSIGN_OR_RETURN(const uint64_t takes, amount_of(transaction, operation.end));
      const std::string signature = KeyOf(kAccounts + operation.id.lane);
      LOGWOOD_RETURN_IF_ERROR(transaction.Put(bank, KeyOf(operation.begin), NumberValue(gives - operation.amount)));
      LOGWOOD_RETURN_IF_ERROR(transaction.Put(bank, KeyOf(operation.end), NumberValue(takes + operation.amount)));
      return transaction.Put(bank, signature, NumberValue(operation.id.Packed()));
    };
    return database_
        .Transact(transfer, {.transaction = {.lock_timeout = std::chrono::minutes(5)},
                             .commit = {.sync = operation.sync},
                             .attempts_max = 1'000'000})
        .status();
  }

  Status ReadBank(Reply& reply) const {
    const Result<Collection> bank = database_.OpenCollection(NameOfBank());
    if (bank.status().code() == StatusCode::kNotFound) return Status::Ok();  // Nobody has touched an account.
    LOGWOOD_RETURN_IF_ERROR(bank.status());
    Cursor cursor = bank->Scan();
    for (; cursor.valid(); cursor.Next()) {
      LOGWOOD_ASSIGN_OR_RETURN(const FoundEntry entry, ReadBankEntry(cursor.key(), cursor.value()));
      reply.entries.push_back(entry);
    }
    return cursor.status();
  }

  Database& database_;
  const Settings& settings_;
  std::map<uint32_t, HeldView> views_;
};

void Serve(Database& database, const Settings& settings, Channel& channel) {
  Executor executor(database, settings);
  while (const std::optional<std::string> message = channel.Receive()) {
    Operation operation = DecodeOperation(*message);
    if (settings.before_operation) settings.before_operation(operation);
    if (!channel.Send(Encode(executor.Execute(operation)))) return;
  }
}

Result<Database> OpenAsAsked(const std::string& path, Channel& channel) {
  const std::optional<std::string> message = channel.Receive();
  if (!message) return Status::Io("nobody asks for anything");
  // Small memtables and logs, so that flushes, merges and file removal go on all the time.
  const uint64_t memtable_size_bytes = DecodeOperation(*message).memtable_size_bytes;
  return Database::Open(path,
                        {.memtable_size_bytes = memtable_size_bytes, .log_file_size_bytes = memtable_size_bytes / 4});
}

}  // namespace

void ServeChannels(const std::string& path, const Settings& settings, std::vector<Channel>& channels) {
  Result<Database> database = OpenAsAsked(path, channels.front());
  Reply reply;
  if (!database.ok()) {
    reply = {.result = Reply::Result::kFailed,
             .code = database.status().code(),
             .message = std::string(database.status().message())};
  }
  if (!channels.front().Send(Encode(reply)) || !database.ok()) return;
  ThreadPool threads(static_cast<int>(channels.size()));
  for (Channel& channel : channels) threads.Run([&] { Serve(*database, settings, channel); });
}

}  // namespace logwood::stress
