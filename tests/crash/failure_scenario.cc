#include "tests/crash/failure_scenario.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <utility>

#include "api/database_factory.h"
#include "logwood/testing/simulator.h"
#include "tests/api/map_cursor.h"
#include "tests/model/small_segments.h"
#include "tests/model/store_audit.h"

namespace logwood::testing {
namespace {

constexpr Options kSmall = {.memory_budget_bytes = 256 << 10, .memtable_size_bytes = 2048, .log_file_size_bytes = 4096};
constexpr Options kUnlogged = {
    .memory_budget_bytes = 256 << 10, .memtable_size_bytes = 2048, .log_file_size_bytes = 4096, .log = LogMode::kOff};

std::string KeyOf(int i) { return "key" + std::to_string(i * 7 % 40); }
std::string ValueOf(int i) { return std::to_string(i) + std::string(static_cast<size_t>(i % 60), 'v'); }

}  // namespace

FailureWorld::FailureWorld(Store& store, Runtime& runtime, const Options& options, std::function<void()> run_jobs)
    : store_(store), runtime_(runtime), options_(options), run_jobs_(std::move(run_jobs)) {
  faults_.emplace(store_);
  Open().Check();
  Create("entries").Check();
  Create("other").Check();
}

Status FailureWorld::Keep(Status status, DatabaseContents after) {
  if (status.ok()) {
    if (is_unlogged()) unknown_.push_back(model_);  // A flush may come before it.
    model_ = std::move(after);
  } else if (status.outcome() == Outcome::kUnknown) {
    unknown_.push_back(std::move(after));
  }
  run_jobs_();
  return status;
}

Status FailureWorld::KeepFlushed(Status status, DatabaseContents after) {
  Status kept = Keep(std::move(status), std::move(after));
  if (kept.ok()) unknown_.clear();
  return kept;
}

Status FailureWorld::Put(const std::string& key, const std::string& value, Sync sync) {
  return PutInto("entries", key, value, sync);
}

Status FailureWorld::PutInto(const std::string& collection, const std::string& key, const std::string& value,
                             Sync sync) {
  DatabaseContents after = model_;
  after[collection][key] = value;
  return Keep(collections_.at(collection).Put(key, value, {.sync = sync}), std::move(after));
}

Status FailureWorld::DeleteRange(const std::string& begin, const std::string& end, Sync sync) {
  DatabaseContents after = model_;
  Contents& entries_after = after["entries"];
  entries_after.erase(entries_after.lower_bound(begin), entries_after.lower_bound(end));
  return Keep(entries().DeleteRange(begin, end, {.sync = sync}), std::move(after));
}

void FailureWorld::PutTogether(int actors) {
  auto& simulator = dynamic_cast<Simulator&>(runtime_);
  std::vector<Status> outcomes;
  std::vector<DatabaseContents> unknown = {model_};
  for (int actor = 0; actor < actors; ++actor) {
    simulator.Spawn("writer", [this, actor, actors, &outcomes, &unknown] {
      const std::string key = "together" + std::to_string(actor);
      Batch batch;
      batch.Put(collections_.at("entries"), key, std::string(300, 'e'));
      batch.Put(collections_.at("other"), key, "o");
      const auto add = [&](DatabaseContents& to) {
        to["entries"][key] = std::string(300, 'e');
        to["other"][key] = "o";
      };
      const Status status = db_->Commit(batch);
      if (status.ok()) {
        add(model_);
        for (DatabaseContents& each : unknown) add(each);
      } else if (status.outcome() == Outcome::kUnknown) {
        const size_t without = unknown.size();
        for (size_t i = 0; i < without; ++i) add(unknown.emplace_back(unknown[i]));
      }
      outcomes.push_back(status);
      if (outcomes.size() == static_cast<size_t>(actors)) unknown_ = unknown;
    });
  }
  while (outcomes.size() < static_cast<size_t>(actors)) simulator.scheduler()->Yield("wait");
}

Status FailureWorld::Flush() { return KeepFlushed(db_->Flush(), model_); }
Status FailureWorld::Compact() { return KeepFlushed(db_->Compact(entries()), model_); }

Status FailureWorld::Ingest() {
  DatabaseContents after = model_;
  std::vector<IngestedEntries> parts;
  for (const char* const name : {"entries", "other"}) {
    RawEntries brought = {{"ingested", std::string(200, 'i')}, {"key1", std::nullopt}};
    after[name]["ingested"] = std::string(200, 'i');
    after[name].erase("key1");
    parts.push_back({.collection = collections_.at(name), .entries = NewMapCursor(std::move(brought))});
  }
  return KeepFlushed(db_->Ingest(std::move(parts)), std::move(after));
}

Status FailureWorld::Create(const std::string& collection) {
  DatabaseContents after = model_;
  after[collection];
  auto created = db_->CreateCollection(collection, {.block_size_bytes = 256});
  if (created.ok()) collections_.insert_or_assign(collection, *created);
  return Keep(created.status(), std::move(after));
}

Status FailureWorld::Drop(const std::string& collection) {
  DatabaseContents after = model_;
  after.erase(collection);
  return Keep(db_->DropCollection(collection), std::move(after));
}

Status FailureWorld::Close() { return KeepFlushed(db_->Close(), model_); }

Status FailureWorld::Open() {
  collections_.clear();
  db_.reset();
  auto opened = DatabaseFactory::Open(*faults_, options_, runtime_, kSmallSegments);
  run_jobs_();
  if (!opened.ok()) return opened.status();
  db_.emplace(*std::move(opened));
  for (const std::string& name : db_->Collections().value()) {
    collections_.emplace(name, db_->OpenCollection(name).value());
  }
  return Status::Ok();
}

void FailureWorld::Kill() {
  faults_->StopAt(faults_->calls() + 1);
  db_->Close().IgnoreError();  // Why: it writes nothing any more.
  collections_.clear();
  db_.reset();
  faults_.emplace(store_);
}

void FailureWorld::StopWriting() {
  faults_->FailAt(faults_->calls({StoreCallKind::kSync}) + 1,
                  {.how_long = FaultFor::kForEver, .kinds = {StoreCallKind::kSync}});
  EXPECT_FALSE(Put("stops", "writing", Sync::kYes).ok());
  faults_->Heal();
}

Status FailureWorld::Resume() { return KeepFlushed(db_->Resume(), model_); }

Status FailureWorld::PutUntilItIsLet() {
  Status status;
  for (int i = 0; i < 500; ++i) {
    status = Put("let", "in");
    if (status.ok()) {
      unknown_.clear();
      break;
    }
  }
  return status;
}

void FailureWorld::ExpectModel() const {
  const auto found = ReadAll(*db_);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, model_);
}

void FailureWorld::ExpectModelOrUnknown() {
  const auto found = ReadAll(*db_);
  ASSERT_TRUE(found.ok()) << found.status();
  if (std::ranges::find(unknown_, *found) == unknown_.end()) {
    EXPECT_EQ(*found, model_);
  }
  model_ = *found;
  unknown_.clear();
}

void FailureWorld::Reopen() {
  if (db_) db_->Close().IgnoreError();  // Why: after a failure it says so again.
  collections_.clear();
  db_.reset();
  faults_.emplace(store_);
  const Status opened = Open();
  ASSERT_TRUE(opened.ok()) << opened;
}

void FailureWorld::ExpectAllWorks() {
  for (int i = 0; i < 8; ++i) {
    const Status put = Put(KeyOf(i), "after" + std::to_string(i));
    ASSERT_TRUE(put.ok()) << put;
  }
  for (const Status& status : {Flush(), Ingest(), Compact(), Create("third"), Drop("third")}) {
    ASSERT_TRUE(status.ok()) << status;
  }
  ExpectModel();
  const Status closed = db_->Close();
  ASSERT_TRUE(closed.ok()) << closed;
  Reopen();
  if (::testing::Test::HasFatalFailure()) return;
  ExpectModel();
  EXPECT_TRUE(db_->Verify().value().damages.empty());
  db_->Close().Check();
  EXPECT_EQ(AuditStore(store_), std::vector<std::string>());
}

namespace {

void Fill(FailureWorld& world, int begin, int end) {
  for (int i = begin; i < end; ++i) world.Put(KeyOf(i), ValueOf(i)).Check();
}

void FillTrees(FailureWorld& world) {
  for (int flush = 0; flush < 3; ++flush) {
    Fill(world, flush * 6, flush * 6 + 6);
    world.DeleteRange("key1", "key2", Sync::kNo).Check();
    world.Flush().Check();
  }
  Fill(world, 40, 43);
}

void FillExtra(FailureWorld& world) {
  world.Create("extra").Check();
  world.PutInto("extra", "in a tree", std::string(500, 't'), Sync::kNo).Check();
  FillTrees(world);
  world.PutInto("extra", "in the log", "l", Sync::kNo).Check();
}

void FillLogs(FailureWorld& world) {
  FillTrees(world);
  Fill(world, 50, 58);
  world.Kill();
}

// Until its next record or the one after it begins another file.
void FillManifest(FailureWorld& world) {
  Fill(world, 0, 6);
  const auto written = [&] { return world.database().Statistics().value().written.manifest_bytes; };
  for (const std::string& name = std::string(250, 'n'); written() < (64 << 10) - 1000;) {
    world.Create(name).Check();
    world.Drop(name).Check();
  }
  for (bool exists = false; written() < (64 << 10) - 60; exists = !exists) {
    (exists ? world.Drop("n") : world.Create("n")).Check();
  }
}

void PutAll(FailureWorld& world) {
  for (int i = 100; i < 104; ++i) {
    if (!world.Put(KeyOf(i), ValueOf(i), i % 2 == 0 ? Sync::kYes : Sync::kNo).ok()) return;
  }
  if (world.DeleteRange("key2", "key3", Sync::kYes).ok())
    world.Put("last", std::string(3000, 'l'), Sync::kYes).IgnoreError();
}

// All that a database does, over several flushes and merges.
void DoAll(FailureWorld& world) {
  for (int i = 0; i < 70; ++i) {
    const Sync sync = i % 3 == 0 ? Sync::kYes : Sync::kNo;
    const Status status =
        i % 11 == 10 ? world.DeleteRange("key1", "key2", sync) : world.Put(KeyOf(i), ValueOf(i), sync);
    if (!status.ok() || (i % 35 == 34 && !world.Compact().ok())) return;
  }
}

// What fails is told by the status that the world keeps.
template <class Call>
std::function<void(FailureWorld&)> Only(Call call) {
  return [call](FailureWorld& world) { (world.*call)().IgnoreError(); };
}

std::vector<FailureScenario> ScenariosWithALog() {
  return {
      {.name = "put", .options = kSmall, .prepare = FillTrees, .act = PutAll},
      {.name = "group commit",
       .options = kSmall,
       .prepare = [](FailureWorld& world) { Fill(world, 0, 3); },
       .act = [](FailureWorld& world) { world.PutTogether(3); },
       .needs = FailureScenario::Needs::kActors,
       .stride = 3},
      {.name = "flush",
       .options = kSmall,
       .prepare = [](FailureWorld& world) { Fill(world, 0, 12); },
       .act = Only(&FailureWorld::Flush),
       .makes = ".tree"},
      {.name = "merge", .options = kSmall, .prepare = FillTrees, .act = Only(&FailureWorld::Compact), .makes = ".tree"},
      {.name = "manifest rollover",
       .options = kSmall,
       .prepare = FillManifest,
       .act =
           [](FailureWorld& world) {
             if (world.Create("a").ok() && world.Flush().ok()) world.Drop("a").IgnoreError();
           },
       .makes = ".manifest"},
      {.name = "open", .options = kSmall, .prepare = FillLogs, .act = Only(&FailureWorld::Open), .makes = ".manifest"},
      {.name = "ingest", .options = kSmall, .prepare = FillTrees, .act = Only(&FailureWorld::Ingest), .makes = ".tree"},
      {.name = "drop",
       .options = kSmall,
       .prepare = FillExtra,
       .act =
           [](FailureWorld& world) {
             if (world.Drop("extra").ok() && world.Put("after", "it").ok()) world.Flush().IgnoreError();
           }},
      {.name = "close", .options = kSmall, .prepare = FillTrees, .act = Only(&FailureWorld::Close)},
      {.name = "resume",
       .options = kSmall,
       .prepare =
           [](FailureWorld& world) {
             FillTrees(world);
             world.StopWriting();
           },
       .act = Only(&FailureWorld::Resume),
       .makes = ".log"},
      {.name = "all", .options = kSmall, .prepare = [](FailureWorld&) {}, .act = DoAll, .makes = ".tree", .stride = 67},
  };
}

std::vector<FailureScenario> ScenariosWithoutALog() {
  return {
      {.name = "flush without a log",
       .options = kUnlogged,
       .prepare = [](FailureWorld& world) { Fill(world, 0, 12); },
       .act = Only(&FailureWorld::Flush),
       .makes = ".tree"},
      {.name = "full memory without a log",
       .options = kUnlogged,
       .prepare = [](FailureWorld&) {},
       .act =
           [](FailureWorld& world) {
             for (int i = 0; i < 40 && world.Put(KeyOf(i), std::string(300, 'f')).ok(); ++i) continue;
           },
       .makes = ".tree",
       .stride = 67},
      {.name = "close without a log",
       .options = kUnlogged,
       .prepare = [](FailureWorld& world) { Fill(world, 0, 12); },
       .act = Only(&FailureWorld::Close),
       .makes = ".tree"},
  };
}

}  // namespace

const std::vector<FailureScenario>& FailureScenarios() {
  static const std::vector<FailureScenario> scenarios = [] {
    std::vector<FailureScenario> all = ScenariosWithALog();
    std::ranges::move(ScenariosWithoutALog(), std::back_inserter(all));
    return all;
  }();
  return scenarios;
}

}  // namespace logwood::testing
