#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "logwood/logwood.h"
#include "tests/api/map_cursor.h"

namespace logwood::testing {
namespace {

// A database in a store that it can be opened from again.
class DeleteRangeTest : public ::testing::Test {
 protected:
  void Reopen() {
    db_.Close().Check();
    db_ = Database::Open(*store_).value();
    entries_ = db_.OpenCollection("entries").value();
  }
  void PutAll(const std::string& keys, const std::string& value) {
    for (const char key : keys) entries_.Put(std::string(1, key), value).Check();
  }
  // Keys with their values, forwards; backwards and gets must say the same.
  [[nodiscard]] std::string Shown() const {
    std::string shown;
    std::string backwards;
    Cursor cursor = entries_.Scan();
    for (; cursor.valid(); cursor.Next()) shown += cursor.key().ToString() + cursor.value().ToString() + ' ';
    for (cursor.Last(); cursor.valid(); cursor.Prev()) {
      backwards = cursor.key().ToString() + cursor.value().ToString() + ' ' + backwards;
    }
    EXPECT_EQ(cursor.status(), Status::Ok());
    EXPECT_EQ(backwards, shown);
    std::string got;
    for (char key = 'a'; key <= 'z'; ++key) {
      const auto value = entries_.Get(std::string(1, key)).value();
      if (value) got += key + value->ToString() + ' ';
    }
    EXPECT_EQ(got, shown);
    return shown;
  }

  std::unique_ptr<Store> store_ = NewMemoryStore();
  Database db_ = Database::Open(*store_).value();
  Collection entries_ = db_.CreateCollection("entries").value();
};

TEST_F(DeleteRangeTest, DeletesFromStartToBelowLimit) {
  PutAll("abcde", "1");
  entries_.DeleteRange("b", "d").Check();
  EXPECT_EQ(Shown(), "a1 d1 e1 ");
  PutAll("c", "2");
  EXPECT_EQ(Shown(), "a1 c2 d1 e1 ");
}

TEST_F(DeleteRangeTest, DeletesUpToTheEndAndByPrefix) {
  PutAll("abcde", "1");
  entries_.DeletePrefix("b").Check();
  entries_.DeleteFrom("d").Check();
  EXPECT_EQ(Shown(), "a1 c1 ");
  entries_.DeletePrefix("").Check();
  EXPECT_EQ(Shown(), "");
}

TEST_F(DeleteRangeTest, RefusesARangeWithoutKeys) {
  PutAll("a", "1");
  for (const auto& [start, limit] :
       std::vector<std::pair<std::string, std::string>>{{"a", "a"}, {"b", "a"}, {"", ""}}) {
    const Status status = entries_.DeleteRange(start, limit);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
    Batch batch;
    batch.DeleteRange(entries_, start, limit);
    EXPECT_EQ(batch.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(db_.Commit(batch).code(), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(entries_.DeleteRange("a", std::string(kKeySizeMax + 1, 'z')).message(),
            "limit of 65537 bytes; it may have at most 65536");
  EXPECT_EQ(Shown(), "a1 ");
}

TEST_F(DeleteRangeTest, InABatchCountsForWhatStandsBeforeIt) {
  Batch batch;
  batch.Put(entries_, "a", "1");
  batch.DeleteRange(entries_, "a", "c");
  batch.Put(entries_, "b", "2");
  EXPECT_EQ(batch.count(), 3u);
  db_.Commit(batch).Check();
  EXPECT_EQ(Shown(), "b2 ");
  EXPECT_EQ(db_.Statistics().value().commits.operations, 3u);
}

TEST_F(DeleteRangeTest, IsNotSeenByAnOlderView) {
  PutAll("abc", "1");
  const View view = db_.NewView().value();
  entries_.DeleteRange("a", "c").Check();
  PutAll("b", "2");
  EXPECT_EQ(Shown(), "b2 c1 ");
  for (const bool flushed : {false, true}) {
    if (flushed) db_.Flush().Check();
    EXPECT_EQ(view.Get(entries_, "b").value()->ToString(), "1");
    EXPECT_EQ(view.Scan(entries_).key(), "a");
  }
}

TEST_F(DeleteRangeTest, HidesWhatIsInTreesFromTheLogFromTreesAndAfterAMerge) {
  PutAll("abcdef", "1");
  db_.Flush().Check();
  entries_.DeleteRange("b", "d").Check();
  entries_.DeleteFrom("f").Check();
  PutAll("c", "2");
  const std::string expected = "a1 c2 d1 e1 ";
  EXPECT_EQ(Shown(), expected);
  Reopen();
  EXPECT_EQ(Shown(), expected);
  db_.Flush().Check();
  EXPECT_EQ(Shown(), expected);
  Reopen();
  EXPECT_EQ(Shown(), expected);
  EXPECT_TRUE(db_.Verify().value().damages.empty());
  db_.Compact(entries_).Check();
  EXPECT_EQ(Shown(), expected);
  EXPECT_EQ(db_.Statistics().value().collections[0].trees.entries, 4u);
}

// The tree that it comes into has no entry of those keys: its filter denies them all.
TEST_F(DeleteRangeTest, IsNotHiddenByAFilter) {
  for (int i = 0; i < 2000; ++i) entries_.Put("k" + std::to_string(i), "1", {.sync = Sync::kNo}).Check();
  db_.Flush().Check();
  entries_.DeletePrefix("k").Check();
  db_.Flush().Check();
  for (int i = 0; i < 2000; ++i) EXPECT_FALSE(entries_.Get("k" + std::to_string(i)).value().has_value());
  EXPECT_EQ(Shown(), "");
}

TEST_F(DeleteRangeTest, HidesWhatWasIngestedBeforeAndNothingIngestedAfter) {
  const auto ingest = [this](const std::string& key, const std::string& value) {
    std::vector<IngestedEntries> parts;
    parts.push_back({.collection = entries_, .entries = NewMapCursor({{key, value}})});
    db_.Ingest(std::move(parts)).Check();
  };
  ingest("b", "1");
  PutAll("c", "1");
  entries_.DeleteRange("a", "z").Check();
  EXPECT_EQ(Shown(), "");
  ingest("c", "2");
  EXPECT_EQ(Shown(), "c2 ");
  db_.Compact(entries_).Check();
  EXPECT_EQ(Shown(), "c2 ");
}

}  // namespace
}  // namespace logwood::testing
