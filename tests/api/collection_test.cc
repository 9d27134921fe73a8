#include "logwood/collection.h"

#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/batch_state.h"
#include "logwood/logwood.h"

namespace logwood {
namespace {

// A database in memory with two collections.
class CollectionTest : public ::testing::Test {
 protected:
  Database db_ = Database::OpenInMemory().value();
  Collection users_ = db_.CreateCollection("users").value();
  Collection years_ = db_.CreateCollection("years").value();
};
using BatchTest = CollectionTest;

// Limits.

TEST_F(CollectionTest, KeysAndValuesMayBeAsLargeAsTheLimits) {
  const std::string key(kKeySizeMax, 'k');
  const std::string value(kValueSizeMax, 'v');
  users_.Put(key, value, {.sync = Sync::kNo}).Check();
  EXPECT_TRUE(users_.Get(key).value() == Bytes(value));
  users_.Delete(key).Check();
  EXPECT_FALSE(users_.Get(key).value().has_value());
}

TEST_F(CollectionTest, KeysAndValuesBeyondTheLimitsAreRefusedWithBothNumbers) {
  const std::string key(kKeySizeMax + 1, 'k');
  const std::string value(kValueSizeMax + 1, 'v');
  for (const Status& refused : {users_.Put(key, ""), users_.Delete(key), users_.Put("", value)}) {
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(refused.outcome(), Outcome::kNotApplied);
  }
  EXPECT_EQ(users_.Put(key, "").message(), "key of 65537 bytes; it may have at most 65536");
  EXPECT_EQ(users_.Put("", value).message(), "value of 16777217 bytes; it may have at most 16777216");
  EXPECT_FALSE(users_.Scan().valid());
}

TEST_F(CollectionTest, ReadingWithAKeyBeyondTheLimitFindsNothing) {
  users_.Put("ada", "1815").Check();
  const std::string key(kKeySizeMax + 1, 'z');
  EXPECT_FALSE(users_.Get(key).value().has_value());
  EXPECT_FALSE(users_.ScanFrom(key).valid());
  Cursor scan = users_.Scan();
  scan.SeekAtOrBefore(key);
  ASSERT_TRUE(scan.valid());
  EXPECT_EQ(scan.key(), "ada");
}

TEST_F(CollectionTest, KeysAreBytesOfAnyValue) {
  const std::string_view zeros("\0\0", 2);
  users_.Put(zeros, "zeros").Check();
  users_.Put(zeros.substr(1), "one zero").Check();
  users_.Put("\xff", "high").Check();
  EXPECT_EQ(users_.Get(zeros).value()->string_view(), "zeros");
  EXPECT_EQ(users_.Get(zeros.substr(1)).value()->string_view(), "one zero");
  EXPECT_EQ(users_.Get("\xff").value()->string_view(), "high");
  EXPECT_FALSE(users_.Get("").value().has_value());
}

TEST_F(CollectionTest, DeletingAnAbsentKeyIsNoError) {
  EXPECT_TRUE(users_.Delete("nobody").ok());
  EXPECT_FALSE(users_.Get("nobody").value().has_value());
}

TEST_F(CollectionTest, CopiesNameTheSameCollection) {
  Collection copy = users_;
  copy.Put("ada", "1815").Check();
  EXPECT_EQ(users_.Get("ada").value()->string_view(), "1815");
  EXPECT_EQ(copy.name(), "users");
}

TEST_F(CollectionTest, AHeldValueOutlivesOverwriteFlushMergeAndDatabase) {
  users_.Put("ada", "1815").Check();
  const PinnedValue from_memory = *users_.Get("ada").value();
  db_.Compact(users_).Check();
  const PinnedValue from_tree = *users_.Get("ada").value();
  users_.Put("ada", "1852").Check();
  db_.Compact(users_).Check();
  db_ = Database::OpenInMemory().value();
  EXPECT_EQ(from_memory, "1815");
  EXPECT_EQ(from_tree, "1815");
  EXPECT_EQ(from_tree.size(), 4u);
  EXPECT_EQ(from_tree.bytes(), "1815");
}

// A dropped collection.

TEST_F(CollectionTest, AHandleOfADroppedCollectionGivesNotFound) {
  users_.Put("ada", "1815").Check();
  db_.DropCollection("users").Check();
  const Status put = users_.Put("alan", "1912");
  EXPECT_EQ(put.code(), StatusCode::kNotFound);
  EXPECT_EQ(put.outcome(), Outcome::kNotApplied);
  EXPECT_EQ(users_.Delete("ada").code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.Get("ada").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.Scan().status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(users_.Scan().valid());
  EXPECT_EQ(db_.Compact(users_).code(), StatusCode::kNotFound);
}

TEST_F(CollectionTest, AHandleOfADroppedCollectionIsNotOneOfItsSuccessor) {
  db_.DropCollection("users").Check();
  Collection successor = db_.CreateCollection("users").value();
  successor.Put("ada", "1815").Check();
  EXPECT_EQ(users_.Get("ada").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(users_.Put("ada", "0").code(), StatusCode::kNotFound);
  EXPECT_EQ(successor.Get("ada").value()->string_view(), "1815");
}

// Batches.

TEST_F(BatchTest, OfSeveralWritesToAKeyTheLastCounts) {
  Batch batch;
  batch.Put(users_, "ada", "1");
  batch.Delete(users_, "ada");
  batch.Put(users_, "ada", "2");
  batch.Put(users_, "alan", "3");
  batch.Delete(users_, "alan");
  EXPECT_EQ(batch.count(), 5u);
  EXPECT_GT(batch.size_bytes(), 0u);
  db_.Commit(batch).Check();
  EXPECT_EQ(users_.Get("ada").value()->string_view(), "2");
  EXPECT_FALSE(users_.Get("alan").value().has_value());
}

TEST_F(BatchTest, CopiesWhatItIsGiven) {
  Batch batch;
  {
    std::string key = "ada";
    std::string value = "1815";
    batch.Put(users_, key, value);
    key = value = "overwritten";
  }
  db_.Commit(batch).Check();
  EXPECT_EQ(users_.Get("ada").value()->string_view(), "1815");
}

TEST_F(BatchTest, MayBeCommittedAgainAndGrowOrBeCleared) {
  Batch batch;
  batch.Put(users_, "ada", "1815");
  db_.Commit(batch).Check();
  users_.Delete("ada").Check();
  batch.Put(users_, "alan", "1912");
  db_.Commit(batch).Check();
  EXPECT_EQ(users_.Get("ada").value()->string_view(), "1815");
  EXPECT_EQ(users_.Get("alan").value()->string_view(), "1912");
  batch.Clear();
  EXPECT_EQ(batch.count(), 0u);
  EXPECT_EQ(batch.size_bytes(), 0u);
  db_.Commit(batch).Check();
}

TEST_F(BatchTest, MovesTakeItsWritesAlong) {
  Batch batch;
  batch.Put(users_, "ada", "1815");
  Batch moved = std::move(batch);
  batch = Batch();
  EXPECT_EQ(batch.count(), 0u);
  db_.Commit(moved).Check();
  EXPECT_EQ(users_.Get("ada").value()->string_view(), "1815");
}

TEST_F(BatchTest, WithNothingInItIsNoError) {
  Batch batch;
  db_.Commit(batch).Check();
  db_.Commit(batch, {.sync = Sync::kNo}).Check();
}

TEST_F(BatchTest, OneWriteThatCannotBeMakesTheWholeBatchInvalid) {
  Batch batch;
  batch.Put(users_, "ada", "1815");
  batch.Put(users_, std::string(kKeySizeMax + 1, 'k'), "");
  batch.Put(users_, "", std::string(kValueSizeMax + 1, 'v'));
  EXPECT_EQ(batch.status().message(), "key of 65537 bytes; it may have at most 65536");
  const Status refused = db_.Commit(batch);
  EXPECT_EQ(refused, batch.status());
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.outcome(), Outcome::kNotApplied);
  EXPECT_FALSE(users_.Get("ada").value().has_value());
  batch.Clear();
  EXPECT_TRUE(batch.status().ok());
  batch.Put(users_, "ada", "1815");
  db_.Commit(batch).Check();
}

TEST_F(BatchTest, WithADroppedCollectionIsNotAppliedAtAll) {
  Batch batch;
  batch.Put(years_, "1815", "ada");
  batch.Put(users_, "ada", "1815");
  db_.DropCollection("users").Check();
  const Status refused = db_.Commit(batch);
  EXPECT_EQ(refused.code(), StatusCode::kNotFound);
  EXPECT_EQ(refused.outcome(), Outcome::kNotApplied);
  EXPECT_FALSE(years_.Get("1815").value().has_value());
}

// A new database may come to stand in memory where the closed one stood.
TEST(BatchOfAClosedDatabase, IsRefusedByEveryOther) {
  for (int i = 0; i < 20; ++i) {
    Batch batch;
    {
      Database payroll = Database::OpenInMemory().value();
      batch.Put(payroll.CreateCollection("salaries").value(), "ada", "100");
    }
    Database other = Database::OpenInMemory().value();
    const Collection notes = other.CreateCollection("notes").value();
    EXPECT_EQ(other.Commit(batch).code(), StatusCode::kInvalidArgument);
    EXPECT_FALSE(notes.Get("ada").value().has_value());
  }
}

TEST_F(BatchTest, OfAnotherDatabaseIsRefused) {
  Database other = Database::OpenInMemory().value();
  const Collection foreign = other.CreateCollection("users").value();
  Batch batch;
  batch.Put(foreign, "ada", "1815");
  EXPECT_EQ(db_.Commit(batch).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(batch.status().ok());
  other.Commit(batch).Check();
  EXPECT_FALSE(users_.Get("ada").value().has_value());
  batch.Clear();
  batch.Put(users_, "ada", "1815");
  batch.Put(foreign, "ada", "1815");
  EXPECT_EQ(batch.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(db_.Commit(batch).code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(users_.Get("ada").value().has_value());
}

TEST(BatchLimit, CountsBytesAsEncoded) {
  constexpr size_t kMax = kBatchSizeMax;
  EXPECT_TRUE(FitsInBatch(0, 0, 0));
  EXPECT_TRUE(FitsInBatch(0, kKeySizeMax, kValueSizeMax));
  EXPECT_TRUE(FitsInBatch(kMax - 1'000, 100, 100));
  EXPECT_FALSE(FitsInBatch(kMax - 1'000, 500, 500));
  EXPECT_FALSE(FitsInBatch(kMax - 1, 0, 0));
  EXPECT_FALSE(FitsInBatch(kMax, 0, 0));
  EXPECT_FALSE(FitsInBatch(kMax + 1, 0, 0));
  EXPECT_FALSE(FitsInBatch(kMax - kValueSizeMax, 0, kValueSizeMax));
}

// A closed database.

TEST_F(CollectionTest, EveryCallOnAClosedDatabaseGivesClosed) {
  users_.Put("ada", "1815").Check();
  Batch batch;
  batch.Put(users_, "alan", "1912");
  db_.Close().Check();
  const std::vector<std::pair<const char*, Status>> calls = {
      {"put", users_.Put("alan", "1912")},
      {"delete", users_.Delete("ada")},
      {"get", users_.Get("ada").status()},
      {"scan", users_.Scan().status()},
      {"scan with bounds", users_.Scan("a", "b").status()},
      {"scan from", users_.ScanFrom("a").status()},
      {"scan prefix", users_.ScanPrefix("a").status()},
      {"commit", db_.Commit(batch)},
      {"create", db_.CreateCollection("more").status()},
      {"open collection", db_.OpenCollection("users").status()},
      {"open or create", db_.OpenOrCreate("users").status()},
      {"drop", db_.DropCollection("users")},
      {"collections", db_.Collections().status()},
      {"view", db_.NewView().status()},
      {"flush", db_.Flush()},
      {"compact", db_.Compact(users_)},
      {"verify", db_.Verify().status()},
  };
  for (const auto& [name, status] : calls) {
    EXPECT_EQ(status.code(), StatusCode::kClosed) << name << ": " << status;
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied) << name;
  }
  EXPECT_TRUE(db_.Close().ok());
}

TEST_F(CollectionTest, HandlesOfADatabaseThatIsGoneGiveClosed) {
  std::optional<Database> gone(Database::OpenInMemory().value());
  Collection left_over = gone->CreateCollection("users").value();
  left_over.Put("ada", "1815").Check();
  const View view = gone->NewView().value();
  Cursor scan = left_over.Scan();
  gone.reset();
  EXPECT_EQ(left_over.Get("ada").status().code(), StatusCode::kClosed);
  EXPECT_EQ(left_over.Put("ada", "0").code(), StatusCode::kClosed);
  EXPECT_EQ(view.Get(left_over, "ada").status().code(), StatusCode::kClosed);
  EXPECT_EQ(view.Scan(left_over).status().code(), StatusCode::kClosed);
  ASSERT_TRUE(scan.valid());
  EXPECT_EQ(scan.value(), "1815");
}

}  // namespace
}  // namespace logwood
