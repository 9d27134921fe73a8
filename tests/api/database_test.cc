#include "logwood/database.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "logwood/logwood.h"

namespace logwood {
namespace {

std::vector<std::string> KeysOf(Cursor cursor) {
  std::vector<std::string> keys;
  for (const auto [key, value] : cursor) keys.push_back(key.ToString());
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return keys;
}

TEST(Database, WhatIsPutIsThere) {
  Database db = Database::OpenInMemory().value();
  Collection users = db.CreateCollection("users").value();
  users.Put("ada", "1815").Check();
  users.Put("", "empty key").Check();
  users.Put("none", "").Check();
  EXPECT_EQ(users.Get("ada").value()->ToString(), "1815");
  EXPECT_EQ(users.Get("").value()->ToString(), "empty key");
  EXPECT_EQ(users.Get("none").value()->ToString(), "");
  EXPECT_FALSE(users.Get("alan").value().has_value());
}

TEST(Database, DeletedKeysAreGoneBeforeAndAfterFlushAndCompaction) {
  Database db = Database::OpenInMemory().value();
  Collection users = db.CreateCollection("users").value();
  for (const char* const name : {"ada", "alan", "charles", "grace"}) users.Put(name, name).Check();
  db.Flush().Check();
  users.Delete("charles").Check();
  EXPECT_EQ(KeysOf(users.Scan()), (std::vector<std::string>{"ada", "alan", "grace"}));
  db.Flush().Check();
  EXPECT_EQ(KeysOf(users.Scan()), (std::vector<std::string>{"ada", "alan", "grace"}));
  db.Compact(users).Check();
  EXPECT_EQ(KeysOf(users.Scan()), (std::vector<std::string>{"ada", "alan", "grace"}));
  EXPECT_EQ(KeysOf(users.Scan("al", "b")), (std::vector<std::string>{"alan"}));
  EXPECT_TRUE(db.Verify().value().damages.empty());
}

TEST(Database, DroppingACollectionLeavesTheCountsOfFilesThatOthersShareRight) {
  Database db = Database::OpenInMemory().value();
  Collection users = db.CreateCollection("users").value();
  Collection guests = db.CreateCollection("guests").value();
  users.Put("ada", "1815").Check();
  guests.Put("alan", "1912").Check();
  db.Flush().Check();
  db.DropCollection("guests").Check();
  EXPECT_EQ(db.Verify().value().damages, std::vector<Status>());
}

TEST(Database, AViewDoesNotSeeLaterWrites) {
  Database db = Database::OpenInMemory().value();
  Collection users = db.CreateCollection("users").value();
  users.Put("ada", "1815").Check();
  const View view = db.NewView().value();
  users.Put("ada", "1852").Check();
  users.Put("alan", "1912").Check();
  db.Compact(users).Check();
  EXPECT_EQ(view.Get(users, "ada").value()->ToString(), "1815");
  EXPECT_EQ(KeysOf(view.Scan(users)), (std::vector<std::string>{"ada"}));
  EXPECT_EQ(users.Get("ada").value()->ToString(), "1852");
}

TEST(Database, ABatchOverTwoCollectionsSurvivesReopening) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  {
    Database db = Database::Open(*store).value();
    const Collection users = db.CreateCollection("users").value();
    const Collection years = db.CreateCollection("years").value();
    Batch batch;
    batch.Put(users, "ada", "1815");
    batch.Put(years, "1815", "ada");
    db.Commit(batch, {.sync = Sync::kNo}).Check();
    db.Close().Check();
  }
  Database db = Database::Open(*store, {.mode = OpenMode::kOpen}).value();
  EXPECT_EQ(db.OpenCollection("users").value().Get("ada").value()->ToString(), "1815");
  EXPECT_EQ(db.OpenCollection("years").value().Get("1815").value()->ToString(), "ada");
}

}  // namespace
}  // namespace logwood
