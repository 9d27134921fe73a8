// LogMode::kOff: what is refused, what is left.
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "logwood/logwood.h"
#include "logwood/testing/crash_choice.h"
#include "logwood/testing/simulated_store.h"

namespace logwood {
namespace {

using testing::CrashChoice;
using testing::SimulatedStore;

constexpr CommitOptions kUnsynced{.sync = Sync::kNo};

Options Unlogged() { return {.log = LogMode::kOff}; }

std::optional<std::string> ValueOf(const Database& db, const std::string& collection, Bytes key) {
  const auto value = db.OpenCollection(collection).value().Get(key).value();
  return value ? std::optional(value->bytes().ToString()) : std::nullopt;
}

int CountLogs(Store& store) {
  int count = 0;
  for (const std::string& name : store.List().value()) count += name.ends_with(".log") ? 1 : 0;
  return count;
}

class UnloggedDatabase : public ::testing::Test {
 protected:
  [[nodiscard]] Database Open(const Options& options) { return Database::Open(*store_, options, runtime_).value(); }
  // What a power cut leaves on the device.
  void CutPower() {
    before_.push_back(std::move(store_));  // Databases are still open on it.
    store_ = before_.back()->Crash(CrashChoice::Nothing(), runtime_);
  }

  Runtime& runtime_ = Runtime::Default();
  std::vector<std::unique_ptr<SimulatedStore>> before_;
  std::unique_ptr<SimulatedStore> store_ = std::make_unique<SimulatedStore>(runtime_);
};

TEST_F(UnloggedDatabase, RefusesACommitThatIsToBeSynced) {
  Database db = Open(Unlogged());
  Collection users = db.CreateCollection("users").value();
  const Status status = users.Put("ada", "1815");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
  EXPECT_NE(status.message().find("call Flush()"), std::string_view::npos) << status;
  EXPECT_EQ(ValueOf(db, "users", "ada"), std::nullopt);
  EXPECT_EQ(users.Put("ada", "1815", kUnsynced), Status::Ok());
  EXPECT_EQ(ValueOf(db, "users", "ada"), "1815");
}

TEST_F(UnloggedDatabase, WritesNoLog) {
  Database db = Open(Unlogged());
  Collection users = db.CreateCollection("users").value();
  users.Put("ada", "1815", kUnsynced).Check();
  db.Flush().Check();
  users.Put("alan", "1912", kUnsynced).Check();
  EXPECT_EQ(CountLogs(*store_), 0);
  EXPECT_EQ(db.Statistics().value().commits.log_bytes, 0u);
  EXPECT_EQ(db.Statistics().value().commits.commits, 2u);
  db.Close().Check();
  EXPECT_EQ(CountLogs(*store_), 0);
}

TEST_F(UnloggedDatabase, LeavesTheLastFlushOfAllCollectionsAfterAPowerCut) {
  Database db = Open(Unlogged());
  Collection left = db.CreateCollection("left").value();
  Collection right = db.CreateCollection("right").value();
  left.Put("key", "1", kUnsynced).Check();
  right.Put("key", "1", kUnsynced).Check();
  db.Flush().Check();
  left.Put("key", "2", kUnsynced).Check();
  right.Delete("key", kUnsynced).Check();
  CutPower();
  const Database again = Open({});
  EXPECT_EQ(ValueOf(again, "left", "key"), "1");
  EXPECT_EQ(ValueOf(again, "right", "key"), "1");
}

TEST_F(UnloggedDatabase, ClosingKeepsEverything) {
  Database db = Open(Unlogged());
  db.CreateCollection("users").value().Put("ada", "1815", kUnsynced).Check();
  db.Close().Check();
  CutPower();
  EXPECT_EQ(ValueOf(Open({}), "users", "ada"), "1815");
}

TEST_F(UnloggedDatabase, GoesOnFromALogAndKeepsItUntilTheNextFlush) {
  {
    Database logged = Open({});
    logged.CreateCollection("users").value().Put("ada", "1815").Check();
  }
  Database db = Open(Unlogged());
  EXPECT_EQ(ValueOf(db, "users", "ada"), "1815");
  db.OpenCollection("users").value().Put("alan", "1912", kUnsynced).Check();
  EXPECT_EQ(CountLogs(*store_), 1);
  CutPower();
  Database again = Open(Unlogged());
  EXPECT_EQ(ValueOf(again, "users", "ada"), "1815");
  EXPECT_EQ(ValueOf(again, "users", "alan"), std::nullopt);
  again.Flush().Check();
  again.Close().Check();
  EXPECT_EQ(CountLogs(*store_), 0);
}

TEST_F(UnloggedDatabase, CanBeOpenedWithALogAgain) {
  {
    Database db = Open(Unlogged());
    db.CreateCollection("users").value().Put("ada", "1815", kUnsynced).Check();
  }
  Database logged = Open({});
  EXPECT_EQ(ValueOf(logged, "users", "ada"), "1815");
  EXPECT_EQ(logged.OpenCollection("users").value().Put("grace", "1906"), Status::Ok());
  CutPower();
  const Database again = Open(Unlogged());
  EXPECT_EQ(ValueOf(again, "users", "ada"), "1815");
  EXPECT_EQ(ValueOf(again, "users", "grace"), "1906");
}

}  // namespace
}  // namespace logwood
