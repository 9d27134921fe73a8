#include "tests/crash/history.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <utility>

#include "api/database_factory.h"
#include "base/status_macros.h"
#include "tests/api/map_cursor.h"
#include "tests/model/small_segments.h"

namespace logwood::testing {
namespace {

constexpr CollectionOptions kSmallBlocks = {.block_size_bytes = 256};

Options OptionsWith(uint64_t memtable_size_bytes) {
  return {.memory_budget_bytes = std::max<uint64_t>(4 * memtable_size_bytes, 16384),
          .memtable_size_bytes = memtable_size_bytes,
          .log_file_size_bytes = 4096};
}

// What a view shows of some collections. Errors: those of reading.
Result<DatabaseContents> ReadView(const View& view, const std::vector<Collection>& collections) {
  DatabaseContents contents;
  for (const Collection& collection : collections) {
    Contents& entries = contents[collection.name()];
    Cursor cursor = view.Scan(collection);
    for (const auto [key, value] : cursor) entries.emplace(key.ToString(), value.ToString());
    LOGWOOD_RETURN_IF_ERROR(cursor.status());
  }
  return contents;
}

}  // namespace

void History::RunLong() {
  if (FirstSession() && SecondSession()) ThirdSession();
}

void History::RunMedium() {
  divisor_ = 2;
  RunLong();
}

bool History::FirstSession() {
  if (!Open(OptionsWith(1024)) || !Create("left") || !Create("right")) return false;
  if (!CommitRandomly(8) || !HoldView() || !CommitRandomly(6) || !Create("guest") || !CommitRandomly(18)) return false;
  if (!Ingest()) return false;
  CheckView();
  held_.reset();
  return CommitRandomly(6) && Close();
}

bool History::SecondSession() {
  if (!Open(OptionsWith(16384)) || !CommitRandomly(24) || !HoldView()) return false;
  if (!Drop("guest") || !CommitRandomly(8) || !Create("guest") || !CommitRandomly(20) || !Ingest()) return false;
  CheckView();
  held_.reset();
  if (!CommitOne(std::string(5000, 'x'), Sync::kNo) || !CommitRandomly(3) || !CommitLarge(Sync::kNo)) return false;
  return CommitRandomly(3) && CommitLarge(Sync::kYes) && CommitRandomly(3) && Close();
}

bool History::ThirdSession() {
  return Open(OptionsWith(512)) && CommitRandomly(8) && Flush() && CommitRandomly(2) && Ingest() && Compact("left") &&
         CommitRandomly(2) && Close();
}

void History::RunUnlogged() {
  Options unlogged = OptionsWith(1024);
  unlogged.log = LogMode::kOff;
  if (!Open(OptionsWith(8192)) || !Create("left") || !Create("right") || !CommitRandomly(6) || !Close()) return;
  if (!Open(unlogged) || !CommitRandomly(8) || !Flush() || !CommitRandomly(3) || !Create("guest")) return;
  if (!CommitRandomly(4) || !Ingest() || !Drop("guest") || !CommitRandomly(3) || !Close()) return;
  if (!Open(unlogged) || !CommitRandomly(2) || !CommitLarge(Sync::kNo) || !Close()) return;
  if (Open(OptionsWith(8192)) && CommitRandomly(2)) Close();
}

void History::RunShort() {
  if (!Open(OptionsWith(4096)) || !Create("left") || !CommitOne("a", Sync::kNo)) return;
  if (!CommitOne("b", Sync::kYes) || !CommitOne(std::string(900, 'c'), Sync::kNo)) return;
  if (CommitOne("d", Sync::kNo)) Close();
}

void History::PrepareMerging() {
  if (!Open(OptionsWith(512)) || !Create("left")) return;
  for (int flush = 0; flush < 3; ++flush) {
    if (!CommitOne("base", Sync::kNo) || !Flush()) return;
  }
  if (CommitOne(std::string(600, 'd'), Sync::kYes)) Close();
}

void History::RunMerging() {
  if (!Open(OptionsWith(512)) || !CommitOne("e", Sync::kNo) || !Flush()) return;
  if (CommitOne("f", Sync::kNo) && Flush() && CommitOne("g", Sync::kNo)) Close();
}

void History::PrepareIngest() {
  if (!Open(OptionsWith(4096)) || !Create("left") || !Create("right") || !CommitRandomly(3) || !Flush()) return;
  if (CommitRandomly(2)) Close();
}

void History::RunIngest() {
  if (!Open(OptionsWith(4096)) || !CommitOne("e", Sync::kNo) || !Ingest()) return;
  if (CommitOne("f", Sync::kNo)) Close();
}

void History::PrepareLogs() {
  if (!Open(OptionsWith(65536)) || !Create("left") || !Create("right") || !CommitRandomly(30)) return;
  if (!CommitOne(std::string(5000, 'x'), Sync::kNo) || !CommitRandomly(20) || !Close()) return;
  if (Open(OptionsWith(65536)) && CommitRandomly(10)) Close();
}

void History::RunRecovery() {
  if (!Open(OptionsWith(4096))) return;
  if (collections_.contains("left") && !Commit({{"left", "~", "recovered"}}, Sync::kYes)) return;
  Close();
}

bool History::Open(const Options& options) {
  auto opened = DatabaseFactory::Open(world_.store, options, world_.runtime, kSmallSegments);
  if (!opened.ok()) {
    failure_ = opened.status();
    return false;
  }
  db_.emplace(*std::move(opened));
  is_unlogged_ = options.log == LogMode::kOff;
  world_.ledger.SetUnlogged(is_unlogged_);
  world_.ledger.AcknowledgeAll();  // What was replayed was synced.
  const auto contents = ReadAll(*db_);
  if (contents.ok()) {
    EXPECT_EQ(*contents, world_.ledger.Now());
  }
  collections_.clear();
  const std::vector<std::string> names = db_->Collections().value();
  for (const std::string& name : names) collections_.emplace(name, db_->OpenCollection(name).value());
  return true;
}

bool History::Close() {
  held_.reset();
  const Status status = db_->Close();
  collections_.clear();
  db_.reset();
  if (!status.ok()) {
    failure_ = status;
    return false;
  }
  world_.ledger.AcknowledgeAll();
  return true;
}

bool History::Create(const std::string& collection) {
  world_.ledger.SubmitCreate(collection);
  auto created = db_->CreateCollection(collection, kSmallBlocks);
  if (!Keep(created.status())) return false;
  world_.ledger.AcknowledgeChange();
  collections_.insert_or_assign(collection, *std::move(created));
  return true;
}

bool History::Drop(const std::string& collection) {
  world_.ledger.SubmitDrop(collection);
  if (!Keep(db_->DropCollection(collection))) return false;
  world_.ledger.AcknowledgeChange();
  collections_.erase(collection);
  return true;
}

bool History::Flush() {
  if (!Keep(db_->Flush())) return false;
  world_.ledger.AcknowledgeAll();
  return true;
}

bool History::Compact(const std::string& collection) {
  if (!Keep(db_->Compact(collections_.at(collection)))) return false;
  world_.ledger.AcknowledgeAll();
  return true;
}

bool History::Commit(const std::vector<LedgerWrite>& writes, Sync sync) {
  Batch batch;
  for (const LedgerWrite& write : writes) {
    const Collection& collection = collections_.at(write.collection);
    if (write.limit) {
      batch.DeleteRange(collection, write.key, *write.limit);
    } else if (write.value) {
      batch.Put(collection, write.key, *write.value);
    } else {
      batch.Delete(collection, write.key);
    }
  }
  world_.ledger.Submit(writes);
  const Status status = db_->Commit(batch, {.sync = sync});
  if (status.outcome() == Outcome::kNotApplied) world_.ledger.Reject();
  if (!Keep(status)) return false;
  world_.ledger.Acknowledge(sync);
  return true;
}

bool History::CommitRandomly(int count) {
  for (int i = 0; i < count; i += divisor_) {
    const Sync sync = random_.OneIn(4) && !is_unlogged_ ? Sync::kYes : Sync::kNo;
    if (!Commit(RandomWrites(), sync)) return false;
    if (world_.after_commit) world_.after_commit();
  }
  return true;
}

bool History::CommitOne(const std::string& value, Sync sync) {
  return Commit(
      {{"left", "#", std::to_string(++commit_count_)}, {"left", "key" + std::to_string(commit_count_), value}}, sync);
}

bool History::CommitLarge(Sync sync) {
  const std::string number = std::to_string(++commit_count_);
  return Commit({{"left", "#", number},
                 {"left", "large", std::string(9000, 'l')},
                 {"right", "#", number},
                 {"right", "larger", std::string(17000, 'r')},
                 {"left", "last", number}},
                sync);
}

bool History::Ingest() {
  std::vector<LedgerWrite> writes = RandomWrites();
  std::erase_if(writes, [](const LedgerWrite& write) { return write.limit.has_value(); });  // Not to be ingested.
  std::map<std::string, RawEntries> entries;
  for (const LedgerWrite& write : writes) entries[write.collection][write.key] = write.value;
  std::vector<IngestedEntries> parts;
  for (auto& [collection, own] : entries) {
    parts.push_back({.collection = collections_.at(collection), .entries = NewMapCursor(std::move(own))});
  }
  world_.ledger.Submit(writes);
  const Status status = db_->Ingest(std::move(parts));
  if (status.outcome() == Outcome::kNotApplied) world_.ledger.Reject();
  if (!Keep(status)) return false;
  world_.ledger.Acknowledge(Sync::kYes);
  return true;
}

std::vector<LedgerWrite> History::RandomWrites() {
  const std::string number = std::to_string(++commit_count_);
  std::vector<LedgerWrite> writes;
  const uint64_t where = random_.Below(3);
  if (where != 0) writes.push_back({"left", "#", number});
  if (where != 1) writes.push_back({"right", "#", number});
  if (collections_.contains("guest") && random_.OneIn(2)) writes.push_back({"guest", "#", number});
  for (uint64_t more = random_.Below(4); more > 0; --more) {
    const std::string& collection = writes[random_.Below(writes.size())].collection;
    LedgerWrite write{collection, "key" + std::to_string(random_.Below(24)), std::nullopt};
    if (random_.OneIn(8)) {
      write.limit = "key" + std::to_string(random_.Below(24)) + "~";  // Above the key, mostly.
      if (*write.limit < write.key) std::swap(*write.limit, write.key);
    } else if (!random_.OneIn(5)) {
      write.value = RandomValue();
    }
    writes.push_back(std::move(write));
  }
  return writes;
}

std::string History::RandomValue() {
  const size_t size = random_.OneIn(8) ? 700 : 10 + random_.Below(90);
  std::string value = std::to_string(random_.Next()) + ":";
  value.resize(size, static_cast<char>('a' + random_.Below(26)));
  return value;
}

bool History::HoldView() {
  auto view = db_->NewView();
  if (!Keep(view.status())) return false;
  std::vector<Collection> collections;
  for (const auto& [name, collection] : collections_) collections.push_back(collection);
  held_.emplace(*std::move(view), world_.ledger.Now(), std::move(collections));
  CheckView();
  return true;
}

// A failed read tells nothing of the view; whether reads fail rightly is asked elsewhere.
void History::CheckView() {
  const auto contents = ReadView(held_->view, held_->collections);
  if (!contents.ok()) return;
  EXPECT_EQ(*contents, held_->contents);
  ++view_check_count_;
}

bool History::Keep(const Status& status) {
  if (!status.ok()) EndAfterFailure(status);
  return status.ok();
}

// After a failure: reads go on, closing returns, and so do writes: the cause, unless the failure left things as they
// were; then they are applied or fail by themselves.
void History::EndAfterFailure(const Status& status) {
  failure_ = status;
  CheckReads();
  if (held_) CheckView();
  Batch batch;
  std::vector<LedgerWrite> writes;
  for (const auto& [name, collection] : collections_) {
    batch.Put(collection, "after", "failure");
    writes.push_back({name, "after", "failure"});
  }
  const Sync sync = is_unlogged_ ? Sync::kNo : Sync::kYes;
  const Status next = db_->Commit(batch, {.sync = sync});
  if (next.outcome() != Outcome::kNotApplied) {
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied) << status;
    world_.ledger.Submit(writes);
  }
  if (next.ok()) {
    world_.ledger.Acknowledge(sync);
  } else {
    EXPECT_EQ(next.code(), status.code()) << next << " after " << status;
  }
  held_.reset();
  const Status closed = db_->Close();
  if (closed.ok()) world_.ledger.AcknowledgeAll();
  EXPECT_TRUE(next.ok() || closed.code() == status.code()) << closed << " after " << status;
  collections_.clear();
  db_.reset();
}

// Creating or dropping a collection, if it failed, may or may not be seen.
void History::CheckReads() {
  const auto contents = ReadAll(*db_);
  ASSERT_TRUE(contents.ok()) << contents.status();
  LedgerBounds bounds = world_.ledger.bounds();
  bounds.submitted = bounds.acknowledged;
  EXPECT_EQ(world_.ledger.FindCut(*contents, bounds, bounds.acknowledged).status(), Status::Ok());
}

}  // namespace logwood::testing
