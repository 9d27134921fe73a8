#include "logwood/view.h"

#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "logwood/logwood.h"

namespace logwood {
namespace {

using Keys = std::vector<std::string>;

Keys KeysOf(Cursor&& cursor) {
  Keys keys;
  for (const auto [key, value] : cursor) keys.push_back(key.ToString());
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return keys;
}

class ViewTest : public ::testing::Test {
 protected:
  Database db_ = Database::OpenInMemory().value();
  Collection users_ = db_.CreateCollection("users").value();
};

TEST_F(ViewTest, OfferTheSameReadsAsCollections) {
  for (const char* const key : {"a", "b", "ba", "c"}) users_.Put(key, key, {.sync = Sync::kNo}).Check();
  const View view = db_.NewView().value();
  users_.Put("bb", "later").Check();
  EXPECT_EQ(view.Get(users_, "b").value()->string_view(), "b");
  EXPECT_FALSE(view.Get(users_, "bb").value().has_value());
  EXPECT_EQ(KeysOf(view.Scan(users_)), (Keys{"a", "b", "ba", "c"}));
  EXPECT_EQ(KeysOf(view.Scan(users_, "b", "c")), (Keys{"b", "ba"}));
  EXPECT_EQ(KeysOf(view.ScanFrom(users_, "ba")), (Keys{"ba", "c"}));
  EXPECT_EQ(KeysOf(view.ScanPrefix(users_, "b")), (Keys{"b", "ba"}));
}

TEST_F(ViewTest, CopiesAreTheSameView) {
  users_.Put("ada", "1815").Check();
  std::optional<View> view(db_.NewView().value());
  const View copy = *view;
  view.reset();
  users_.Put("ada", "1852").Check();
  db_.Compact(users_).Check();
  EXPECT_EQ(copy.Get(users_, "ada").value()->string_view(), "1815");
}

TEST_F(ViewTest, AllCollectionsAreAtOnePoint) {
  Collection years = db_.CreateCollection("years").value();
  const View before = db_.NewView().value();
  Batch batch;
  batch.Put(users_, "ada", "1815");
  batch.Put(years, "1815", "ada");
  db_.Commit(batch).Check();
  const View after = db_.NewView().value();
  EXPECT_FALSE(before.Get(users_, "ada").value().has_value());
  EXPECT_FALSE(before.Get(years, "1815").value().has_value());
  EXPECT_TRUE(after.Get(users_, "ada").value().has_value());
  EXPECT_TRUE(after.Get(years, "1815").value().has_value());
}

TEST_F(ViewTest, DoesNotKnowYoungerCollections) {
  const View view = db_.NewView().value();
  const Collection younger = db_.CreateCollection("younger").value();
  EXPECT_EQ(view.Get(younger, "ada").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(view.Scan(younger).status().code(), StatusCode::kNotFound);
}

TEST_F(ViewTest, SeesCollectionsThatWereDroppedLater) {
  users_.Put("ada", "1815").Check();
  db_.Compact(users_).Check();
  users_.Put("alan", "1912").Check();
  const View view = db_.NewView().value();
  db_.DropCollection("users").Check();
  db_.Flush().Check();
  EXPECT_EQ(view.Get(users_, "ada").value()->string_view(), "1815");
  EXPECT_EQ(KeysOf(view.Scan(users_)), (Keys{"ada", "alan"}));
}

TEST_F(ViewTest, OfAnotherDatabaseRefusesACollection) {
  Database other = Database::OpenInMemory().value();
  Collection foreign = other.CreateCollection("users").value();
  foreign.Put("ada", "1815").Check();
  const View view = db_.NewView().value();
  EXPECT_EQ(view.Get(foreign, "ada").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(view.Scan(foreign).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(view.Scan(foreign, "a", "b").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(view.ScanFrom(foreign, "a").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(view.ScanPrefix(foreign, "a").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(db_.Compact(foreign).code(), StatusCode::kInvalidArgument);
}

TEST_F(ViewTest, OfAClosedDatabaseGivesClosedAndItsValuesLive) {
  users_.Put("ada", "1815").Check();
  const View view = db_.NewView().value();
  const PinnedValue value = *view.Get(users_, "ada").value();
  db_.Close().Check();
  EXPECT_EQ(view.Get(users_, "ada").status().code(), StatusCode::kClosed);
  EXPECT_EQ(view.Scan(users_).status().code(), StatusCode::kClosed);
  EXPECT_EQ(value, "1815");
}

}  // namespace
}  // namespace logwood
