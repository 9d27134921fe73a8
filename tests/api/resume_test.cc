#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>

#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"

namespace logwood::testing {
namespace {

using Entries = std::map<std::string, std::string>;

Entries Read(const Collection& collection) {
  Entries entries;
  Cursor cursor = collection.Scan();
  for (; cursor.valid(); cursor.Next()) entries[cursor.key().ToString()] = cursor.value().ToString();
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return entries;
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
