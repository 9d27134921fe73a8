// The next log is made before it is needed.
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulated_store.h"
#include "tests/crash/queue_runtime.h"
#include "tests/model/store_audit.h"

namespace logwood::testing {
namespace {

constexpr StoreCallKinds kCreates = {StoreCallKind::kCreate};
constexpr StoreCallKinds kSyncs = {StoreCallKind::kSync};
constexpr Options kOptions = {.memtable_size_bytes = 1 << 20, .log_file_size_bytes = 4096};

// A database whose background jobs run when the test says so.
class LogPreparerTest : public ::testing::Test {
 protected:
  void Open() {
    db_.emplace(Database::Open(store_, kOptions, runtime_).value());
    users_.emplace(db_->OpenOrCreate("users").value());
    for (int i = 0; i < 4; ++i) runtime_.RunOneJob();
  }
  Status Put(size_t size) { return users_->Put("key", std::string(size, 'v'), {.sync = Sync::kNo}); }
  [[nodiscard]] std::vector<std::string> Logs() {
    std::vector<std::string> names = device_.List().value();
    std::erase_if(names, [](const std::string& name) { return !name.ends_with(".log"); });
    return names;
  }

  QueueRuntime runtime_{1};
  SimulatedStore device_{runtime_};
  FaultStore store_{device_};
  std::optional<Database> db_;
  std::optional<Collection> users_;
};

TEST_F(LogPreparerTest, MakesNoneWhileTheLogIsLessThanHalfFull) {
  Open();
  Put(1000).Check();
  Put(1).Check();
  runtime_.RunOneJob();
  EXPECT_EQ(Logs().size(), 1u);
}

TEST_F(LogPreparerTest, TheWriteThatNeedsTheNextLogCreatesAndSyncsNothing) {
  Open();
  Put(3000).Check();
  Put(1500).Check();  // Meets a log that is half full.
  runtime_.RunOneJob();
  ASSERT_EQ(Logs().size(), 2u);
  const uint64_t creates = store_.calls(kCreates);
  const uint64_t syncs = store_.calls(kSyncs);
  Put(1).Check();  // Meets a full one.
  EXPECT_EQ(store_.calls(kCreates), creates);
  EXPECT_EQ(store_.calls(kSyncs), syncs);
  EXPECT_EQ(Logs().size(), 2u);
  db_->Close().Check();
  EXPECT_EQ(AuditStore(device_), std::vector<std::string>());
}

TEST_F(LogPreparerTest, AJobThatDoesNotBeginHoldsNobodyUp) {
  Open();
  Put(3000).Check();
  Put(1500).Check();
  Put(1).Check();
  EXPECT_EQ(Logs().size(), 2u);
  for (int i = 0; i < 4; ++i) runtime_.RunOneJob();  // Too late: nothing is wanted.
  EXPECT_EQ(Logs().size(), 2u);
}

TEST_F(LogPreparerTest, OneThatIsNotUsedGoesWithClose) {
  Open();
  Put(3000).Check();
  Put(1).Check();
  runtime_.RunOneJob();
  ASSERT_EQ(Logs().size(), 2u);
  db_->Close().Check();
  EXPECT_EQ(Logs().size(), 1u);
}

TEST_F(LogPreparerTest, OneThatACrashLeavesGoesWithTheNextOpen) {
  Open();
  Put(3000).Check();
  Put(1).Check();
  runtime_.RunOneJob();
  ASSERT_EQ(Logs().size(), 2u);
  const std::unique_ptr<SimulatedStore> left = device_.Clone(runtime_);
  Database db = Database::Open(*left, kOptions, runtime_).value();
  EXPECT_EQ(db.OpenCollection("users").value().Get("key").value()->bytes(), Bytes("v"));
  EXPECT_EQ(db.Verify().value().strangers, std::vector<std::string>());
  db.Close().Check();
  EXPECT_EQ(AuditStore(*left), std::vector<std::string>());
}

TEST_F(LogPreparerTest, AFailureIsNobodysError) {
  for (const StoreCallKinds kinds : {kCreates, kSyncs}) {
    Open();
    Put(3000).Check();
    Put(1500).Check();
    store_.FailAt(store_.calls(kinds) + 1, {.kinds = kinds});
    runtime_.RunOneJob();
    EXPECT_EQ(Put(1), Status::Ok());
    EXPECT_EQ(users_->Get("key").value()->bytes(), Bytes("v"));
    EXPECT_EQ(db_->Close(), Status::Ok());
  }
}

}  // namespace
}  // namespace logwood::testing
