#include "logwood/database.h"

#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulator.h"

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

// Collections.

TEST(Database, CollectionsAreListedInTheOrderOfTheirCreation) {
  Database db = Database::OpenInMemory().value();
  EXPECT_TRUE(db.Collections().value().empty());
  for (const char* const name : {"zebra", "ape", "mule"}) EXPECT_EQ(db.CreateCollection(name).value().name(), name);
  db.DropCollection("ape").Check();
  db.CreateCollection("ape").status().Check();
  EXPECT_EQ(db.Collections().value(), (std::vector<std::string>{"zebra", "mule", "ape"}));
}

TEST(Database, NamesHaveOneTo255BytesOfAnyKind) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const std::vector<std::string> names = {"a", std::string(kCollectionNameSizeMax, 'n'), std::string("\0", 1),
                                          "../../etc/passwd", "\xc3\xa4\xff\n"};
  {
    Database db = Database::Open(*store).value();
    for (const std::string& name : names) db.CreateCollection(name).value().Put("name", name).Check();
    for (const std::string& name : {std::string(), std::string(kCollectionNameSizeMax + 1, 'n')}) {
      EXPECT_EQ(db.CreateCollection(name).status().code(), StatusCode::kInvalidArgument);
      EXPECT_EQ(db.OpenOrCreate(name).status().code(), StatusCode::kInvalidArgument);
      EXPECT_EQ(db.OpenCollection(name).status().code(), StatusCode::kNotFound);
    }
  }
  const Database db = Database::Open(*store).value();
  EXPECT_EQ(db.Collections().value(), names);
  for (const std::string& name : names) {
    EXPECT_EQ(db.OpenCollection(name).value().Get("name").value()->string_view(), name);
  }
}

TEST(Database, CreatingOpeningAndDroppingTellWhatIsThere) {
  Database db = Database::OpenInMemory().value();
  EXPECT_EQ(db.OpenCollection("users").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(db.DropCollection("users").code(), StatusCode::kNotFound);
  db.CreateCollection("users").value().Put("ada", "1815").Check();
  EXPECT_EQ(db.CreateCollection("users").status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(db.OpenOrCreate("users").value().Get("ada").value()->string_view(), "1815");
  db.DropCollection("users").Check();
  EXPECT_EQ(db.DropCollection("users").code(), StatusCode::kNotFound);
  EXPECT_FALSE(db.OpenOrCreate("users").value().Scan().valid());
}

TEST(Database, KindsThatThisVersionDoesNotHaveAreUnsupported) {
  Database db = Database::OpenInMemory().value();
  for (const auto kind : {CollectionKind::kBtree, CollectionKind::kList, static_cast<CollectionKind>(99)}) {
    EXPECT_EQ(db.CreateCollection("users", {.kind = kind}).status().code(), StatusCode::kUnsupported);
    EXPECT_EQ(db.OpenOrCreate("users", {.kind = kind}).status().code(), StatusCode::kUnsupported);
  }
  EXPECT_TRUE(db.Collections().value().empty());
}

TEST(Database, BlockSizesHaveARange) {
  Database db = Database::OpenInMemory().value();
  for (const uint32_t size : {0u, 255u, (1u << 20) + 1}) {
    EXPECT_EQ(db.CreateCollection("users", {.block_size_bytes = size}).status().code(), StatusCode::kInvalidArgument);
  }
  for (const uint32_t size : {256u, 1u << 20}) {
    Collection users = db.CreateCollection(std::to_string(size), {.block_size_bytes = size}).value();
    for (int i = 0; i < 500; ++i) users.Put(std::to_string(i), "value", {.sync = Sync::kNo}).Check();
    db.Compact(users).Check();
    EXPECT_EQ(KeysOf(users.Scan()).size(), 500u);
  }
}

TEST(Database, ADroppedCollectionTakesItsShareOfSharedFilesAlong) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  {
    Database db = Database::Open(*store).value();
    for (const char* const name : {"stays", "goes"}) db.CreateCollection(name).value().Put("key", "value").Check();
    db.Flush().Check();
    db.DropCollection("goes").Check();
    EXPECT_EQ(db.Verify().value().damages, std::vector<Status>());
  }
  const Database db = Database::Open(*store).value();
  EXPECT_EQ(db.Verify().value().damages, std::vector<Status>());
  EXPECT_EQ(db.OpenCollection("stays").value().Get("key").value()->string_view(), "value");
}

// Runs `first` and `second` as actors of one database, under every seed.
void Race(const std::function<void(Database&)>& first, const std::function<void(Database&)>& second) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    testing::Simulator simulator({.seed = seed, .disposal = testing::Disposal::kPark});
    const std::unique_ptr<Store> store = NewMemoryStore();
    std::optional<Database> db;
    int running = 2;
    const auto run = [&](const std::function<void(Database&)>& actor) {
      actor(*db);
      if (--running == 0) db.reset();
    };
    simulator.Spawn("begin", [&] {
      db.emplace(Database::Open(*store, {}, simulator).value());
      simulator.Spawn("first", [&] { run(first); });
      simulator.Spawn("second", [&] { run(second); });
    });
    const testing::SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
  }
}

TEST(Database, OpenOrCreateGivesAllWhoRaceTheSameCollection) {
  const auto open_and_put = [](const std::string& key) {
    return [key](Database& db) {
      Result<Collection> users = db.OpenOrCreate("users");
      ASSERT_TRUE(users.ok()) << users.status();
      users->Put(key, key).Check();
      EXPECT_TRUE(db.OpenCollection("users").value().Get(key).value().has_value());
    };
  };
  Race(open_and_put("ada"), open_and_put("alan"));
}

TEST(Database, OpenOrCreateRacingWithADropGivesACollection) {
  const auto open_often = [](Database& db) {
    for (int i = 0; i < 4; ++i) {
      const Status status = db.OpenOrCreate("users").status();
      EXPECT_TRUE(status.ok()) << status;
    }
  };
  const auto create_and_drop = [](Database& db) {
    for (int i = 0; i < 4; ++i) {
      db.CreateCollection("users").status().IgnoreError();  // Why: it may be there already.
      db.DropCollection("users").IgnoreError();             // Why: nothing else depends on it.
    }
  };
  Race(open_often, create_and_drop);
}

// Closing and moving.

TEST(Database, MovesTakeTheDatabaseAlong) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const std::unique_ptr<Store> other_store = NewMemoryStore();
  Database db = Database::Open(*store).value();
  db.CreateCollection("users").value().Put("ada", "1815").Check();
  Database moved = std::move(db);
  EXPECT_EQ(moved.OpenCollection("users").value().Get("ada").value()->string_view(), "1815");
  moved = Database::Open(*other_store).value();
  EXPECT_TRUE(moved.Collections().value().empty());
  EXPECT_TRUE(Database::Open(*store).ok()) << "what was assigned over is not closed";
}

TEST(Database, DestructionKeepsWhatWasCommittedWithoutSync) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  testing::FaultStore faults(*store);
  {
    Database db = Database::Open(faults).value();
    db.CreateCollection("users").value().Put("ada", "1815", {.sync = Sync::kNo}).Check();
  }
  const std::unique_ptr<Store> left = faults.SurvivorsOf().value();
  const Database db = Database::Open(*left).value();
  EXPECT_EQ(db.OpenCollection("users").value().Get("ada").value()->string_view(), "1815");
}

TEST(Database, AnEmptyBatchWithSyncMakesAllBeforeItDurable) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  testing::FaultStore faults(*store);
  Database db = Database::Open(faults).value();
  Collection users = db.CreateCollection("users").value();
  users.Put("ada", "1815", {.sync = Sync::kNo}).Check();
  Batch nothing;
  db.Commit(nothing).Check();
  users.Put("alan", "1912", {.sync = Sync::kNo}).Check();
  const std::unique_ptr<Store> left = faults.SurvivorsOf().value();
  const Database found = Database::Open(*left).value();
  const Collection survived = found.OpenCollection("users").value();
  EXPECT_TRUE(survived.Get("ada").value().has_value());
  EXPECT_FALSE(survived.Get("alan").value().has_value());
}

TEST(Database, AfterAFailedSyncReadsWorkAndWritesGiveTheCause) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  testing::FaultStore faults(*store);
  Database db = Database::Open(faults).value();
  Collection users = db.CreateCollection("users").value();
  users.Put("ada", "1815").Check();
  faults.FailAt(faults.calls({testing::StoreCallKind::kSync}) + 1,
                {.status = Status::Io("the device is gone"), .kinds = {testing::StoreCallKind::kSync}});
  const Status failed = users.Put("alan", "1912");
  EXPECT_EQ(failed.code(), StatusCode::kIo);
  EXPECT_EQ(failed.outcome(), Outcome::kUnknown);
  const Status later[] = {users.Put("grace", "1906"), db.CreateCollection("more").status(), db.DropCollection("users"),
                          db.Flush(), db.Compact(users)};
  for (const Status& status : later) {
    EXPECT_EQ(status.code(), StatusCode::kIo) << status;
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
    EXPECT_NE(status.message().find("the device is gone"), std::string::npos) << status;
  }
  EXPECT_EQ(KeysOf(users.Scan()), std::vector<std::string>{"ada"});
  EXPECT_TRUE(db.NewView().ok());
}

}  // namespace
}  // namespace logwood
