#include <cstdint>
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/database_factory.h"
#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"
#include "tests/crash/queue_runtime.h"
#include "tests/model/small_segments.h"

namespace logwood::testing {
namespace {

using Entries = std::map<std::string, std::string>;

constexpr Options kSmall = {.memory_budget_bytes = 256 << 10, .memtable_size_bytes = 2048, .log_file_size_bytes = 4096};
constexpr int kWrites = 70;

std::string KeyOf(int i) { return "key" + std::to_string(i * 7 % 40); }

Entries Read(const Collection& collection) {
  Entries entries;
  Cursor cursor = collection.Scan();
  for (; cursor.valid(); cursor.Next()) entries[cursor.key().ToString()] = cursor.value().ToString();
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return entries;
}

// Writes of which one storage call fails, and what follows.
class FailureThenResume {
 public:
  FailureThenResume(uint64_t call, const Fault& fault) : faults_(std::in_place, *memory_) {
    db_.emplace(DatabaseFactory::Open(*faults_, kSmall, runtime_, kSmallSegments).value());
    entries_ = db_->CreateCollection("entries").value();
    const uint64_t before = faults_->calls(fault.kinds);
    faults_->FailAt(before + call, fault);
    int next = 0;
    for (; next < kWrites && status_.ok(); ++next) Write(next);
    has_failed_ = faults_->calls(fault.kinds) >= before + call;
    faults_->Heal();
    if (!status_.ok()) Recover();
    for (int i = 0; i < 30; ++i) Write(next + i);
    EXPECT_TRUE(status_.ok()) << status_;
    EXPECT_EQ(Read(*entries_), model_);
    Reopen();
    EXPECT_EQ(Read(*entries_), model_);
    EXPECT_TRUE(db_->Verify().value().damages.empty());
  }

  [[nodiscard]] bool has_failed() const { return has_failed_; }
  [[nodiscard]] bool has_resumed() const { return has_resumed_; }
  [[nodiscard]] bool was_refused() const { return was_refused_; }

 private:
  void Write(int i) {
    const Sync sync = i % 3 == 0 ? Sync::kYes : Sync::kNo;
    Entries after = model_;
    if (i % 11 == 10) {
      status_ = entries_->DeleteRange("key1", "key2", {.sync = sync});
      after.erase(after.lower_bound("key1"), after.lower_bound("key2"));
    } else {
      const std::string value = std::to_string(i) + std::string(static_cast<size_t>(i % 60), 'v');
      status_ = entries_->Put(KeyOf(i), value, {.sync = sync});
      after[KeyOf(i)] = value;
    }
    if (status_.ok()) {
      model_ = after;
    } else if (status_.outcome() == Outcome::kUnknown) {
      unknown_ = after;
    }
    if (status_.ok() && i % 35 == 34) status_ = db_->Compact(*entries_);
    if (i % 2 == 0) runtime_.RunOneJob();
  }

  // Reads go on; then either all that was acknowledged is there, and no more, or an open is asked for.
  void Recover() {
    EXPECT_EQ(Read(*entries_), model_);
    EXPECT_FALSE(entries_->Put("refused", "").ok());
    status_ = db_->Resume();
    if (status_.ok()) {
      has_resumed_ = true;
      EXPECT_EQ(Read(*entries_), model_);
      return;
    }
    was_refused_ = true;
    EXPECT_EQ(status_.code(), StatusCode::kUnsupported) << status_;
    EXPECT_EQ(Read(*entries_), model_);
    Reopen();
    const Entries found = Read(*entries_);
    EXPECT_TRUE(found == model_ || (unknown_ && found == *unknown_));
    model_ = found;
    status_ = Status::Ok();
  }

  void Reopen() {
    entries_.reset();
    db_->Close().IgnoreError();  // Why: after a failure it says so again.
    db_.reset();
    faults_.emplace(*memory_);
    db_.emplace(DatabaseFactory::Open(*faults_, kSmall, runtime_, kSmallSegments).value());
    entries_ = db_->OpenCollection("entries").value();
  }

  QueueRuntime runtime_{1};
  const std::unique_ptr<Store> memory_ = NewMemoryStore();
  std::optional<FaultStore> faults_;  // Another for each open: a file whose sync failed never syncs again in one.
  std::optional<Database> db_;
  std::optional<Collection> entries_;
  Entries model_;
  std::optional<Entries> unknown_;  // What the write that failed would make of it.
  Status status_;
  bool has_failed_ = false;
  bool has_resumed_ = false;
  bool was_refused_ = false;
};

class ResumeTest : public ::testing::TestWithParam<FaultWhen> {};

INSTANTIATE_TEST_SUITE_P(Ways, ResumeTest,
                         ::testing::Values(FaultWhen::kBeforeEffect, FaultWhen::kAfterEffect, FaultWhen::kHalfway));

TEST_P(ResumeTest, MakesTheDatabaseWritableAfterAnyCallHasFailed) {
  uint64_t resumed = 0;
  uint64_t refused = 0;
  uint64_t call = 1;
  for (bool has_failed = true; has_failed && !HasFailure(); ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    const FailureThenResume run(call, {.when = GetParam()});
    has_failed = run.has_failed();
    resumed += run.has_resumed() ? 1 : 0;
    refused += run.was_refused() ? 1 : 0;
  }
  std::cout << call << " calls: " << resumed << " resumed, " << refused << " refused\n";
  EXPECT_GT(resumed, 300u);
  EXPECT_GT(refused, 0u);
}

TEST(Resume, DoesNothingWhereNothingHasFailed) {
  Database db = Database::OpenInMemory().value();
  Collection entries = db.CreateCollection("entries").value();
  entries.Put("a", "1", {.sync = Sync::kNo}).Check();
  EXPECT_TRUE(db.Resume().ok());
  EXPECT_EQ(Read(entries), (Entries{{"a", "1"}}));
}

TEST(Resume, FailsWhileTheDeviceDoesAndMayBeTriedAgain) {
  const std::unique_ptr<Store> memory = NewMemoryStore();
  FaultStore faults(*memory);
  Database db = Database::Open(faults).value();
  Collection entries = db.CreateCollection("entries").value();
  entries.Put("a", "1").Check();
  const View view = db.NewView().value();
  faults.FailAt(faults.calls() + 1, {.how_long = FaultFor::kForEver, .status = Status::NoSpace("full")});
  EXPECT_EQ(entries.Put("a", "2").outcome(), Outcome::kUnknown);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(db.Resume().code(), StatusCode::kNoSpace);
  EXPECT_EQ(Read(entries), (Entries{{"a", "1"}}));
  faults.Heal();
  EXPECT_TRUE(db.Resume().ok());
  entries.Put("b", "2").Check();
  EXPECT_EQ(Read(entries), (Entries{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(view.Get(entries, "a").value()->string_view(), "1");
  db.Close().Check();
  EXPECT_EQ(db.Resume().code(), StatusCode::kClosed);
}

TEST(Resume, IsRefusedWhereTheDatabaseIsOnlyRead) {
  const std::unique_ptr<Store> memory = NewMemoryStore();
  Database::Open(*memory).value().Close().Check();
  Database db = Database::Open(*memory, {.mode = OpenMode::kReadOnly}).value();
  EXPECT_EQ(db.Resume().code(), StatusCode::kReadOnly);
}

}  // namespace
}  // namespace logwood::testing
