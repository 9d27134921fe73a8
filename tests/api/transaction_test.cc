#include "logwood/transaction.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "logwood/logwood.h"
#include "tests/api/map_cursor.h"
#include "tests/api/transaction_fixture.h"

namespace logwood::testing {
namespace {

TEST_F(TransactionTest, AppliesItsWritesTogetherAtTheCommit) {
  Transaction transaction = Begin();
  transaction.Put(a_, "k", "1").Check();
  transaction.Put(b_, "k", "2").Check();
  EXPECT_EQ(ValueOf(a_.Get("k")), "none");
  const SequenceStatistics at = transaction.Commit(kNoSync).value();
  EXPECT_EQ(ValueOf(a_.Get("k")), "1");
  EXPECT_EQ(ValueOf(b_.Get("k")), "2");
  EXPECT_EQ(at.counter, db_.Statistics()->published.counter);
}

TEST_F(TransactionTest, ReadsItsViewWithItsOwnWritesAboveIt) {
  for (const char* key : {"a", "b", "c", "d"}) a_.Put(key, "old", kNoSync).Check();
  Transaction transaction = Begin();
  transaction.Put(a_, "b", "own").Check();
  transaction.Delete(a_, "c").Check();
  transaction.Put(a_, "e", "own").Check();
  a_.Put("f", "later", kNoSync).Check();
  EXPECT_EQ(ValueOf(transaction.Get(a_, "b")), "own");
  EXPECT_EQ(ValueOf(transaction.Get(a_, "c")), "none");
  EXPECT_EQ(ValueOf(transaction.Get(a_, "f")), "none");
  const std::map<std::string, std::string> expected{{"a", "old"}, {"b", "own"}, {"d", "old"}, {"e", "own"}};
  EXPECT_EQ(AllOf(transaction.Scan(a_)), expected);
  transaction.DeleteRange(a_, "a", "c").Check();
  transaction.Put(a_, "aa", "own").Check();
  const std::map<std::string, std::string> after{{"aa", "own"}, {"d", "old"}, {"e", "own"}};
  EXPECT_EQ(AllOf(transaction.Scan(a_)), after);
  EXPECT_EQ(ValueOf(transaction.Get(a_, "a")), "none");
}

TEST_F(TransactionTest, ACursorShowsWhatWasWrittenBeforeIt) {
  Transaction transaction = Begin();
  transaction.Put(a_, "a", "1").Check();
  Cursor cursor = transaction.Scan(a_);
  transaction.Put(a_, "a", "2").Check();
  transaction.Put(a_, "b", "2").Check();
  transaction.DeletePrefix(a_, "a").Check();
  const std::map<std::string, std::string> before{{"a", "1"}};
  EXPECT_EQ(AllOf(std::move(cursor)), before);
}

TEST_F(TransactionTest, GoesBackToASavepoint) {
  Transaction transaction = Begin();
  transaction.Put(a_, "a", "1").Check();
  const Transaction::Savepoint savepoint = transaction.SetSavepoint();
  transaction.Put(a_, "a", "2").Check();
  transaction.DeleteFrom(b_, "x").Check();
  Cursor cursor = transaction.Scan(a_);
  transaction.RollbackTo(savepoint).Check();
  EXPECT_EQ(ValueOf(transaction.Get(a_, "a")), "1");
  EXPECT_EQ(cursor.value().ToString(), "2");
  const Transaction::Savepoint late = transaction.SetSavepoint();
  transaction.RollbackTo(Begin().SetSavepoint()).Check();
  EXPECT_EQ(transaction.RollbackTo(late).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ValueOf(transaction.Get(a_, "a")), "none");
}

TEST_F(TransactionTest, HasEndedAfterCommitAndRollback) {
  Transaction transaction = Begin();
  transaction.Put(a_, "a", "1").Check();
  transaction.Rollback();
  EXPECT_EQ(transaction.Put(a_, "a", "1").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(transaction.Get(a_, "a").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(transaction.Scan(a_).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Commit(transaction).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ValueOf(a_.Get("a")), "none");
}

TEST_F(TransactionTest, RefusesCollectionsOfAnotherDatabaseAndEmptyRanges) {
  Database other = Database::OpenInMemory().value();
  const Collection strange = other.CreateCollection("a").value();
  Transaction transaction = Begin();
  EXPECT_EQ(transaction.Put(strange, "a", "1").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(transaction.Get(strange, "a").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(transaction.DeleteRange(a_, "b", "a").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(transaction.Put(a_, std::string(size_t{1} << 17, 'k'), "").code(), StatusCode::kInvalidArgument);
  transaction.Put(a_, "a", "1").Check();
  EXPECT_TRUE(Commit(transaction).ok());
}

// What another does between the beginning and the commit of a transaction that reads `read` and writes elsewhere.
struct Between {
  const char* name;
  std::function<void(Transaction&, Collection&)> read;
  std::function<void(Database&, Collection&)> write;
  bool conflicts = true;
};

void PutPlain(Collection& collection, const char* key) { collection.Put(key, "new", kNoSync).Check(); }

std::vector<Between> AllBetween() {
  const auto get = [](const char* key) {
    return [key](Transaction& transaction, Collection& of) { transaction.Get(of, key).status().Check(); };
  };
  const auto scan = [](const char* start, const char* limit) {
    return [start, limit](Transaction& transaction, Collection& of) { AllOf(transaction.Scan(of, start, limit)); };
  };
  const auto put = [](const char* key) { return [key](Database&, Collection& of) { PutPlain(of, key); }; };
  return {
      {"put of a key read", get("b"), put("b")},
      {"put of a key read as absent", get("bb"), put("bb")},
      {"put of another key", get("b"), put("c"), false},
      {"delete of a key read", get("b"), [](Database&, Collection& of) { of.Delete("b", kNoSync).Check(); }},
      {"range delete of a key read", get("b"),
       [](Database&, Collection& of) { of.DeleteRange("a", "c", kNoSync).Check(); }},
      {"range delete beside a key read", get("b"),
       [](Database&, Collection& of) { of.DeleteRange("c", "e", kNoSync).Check(); }, false},
      {"phantom by insert", scan("a", "c"), put("bb")},
      {"insert behind the range", scan("a", "c"), put("c"), false},
      {"phantom in an empty range", scan("x", "z"), put("y")},
      {"phantom by delete", scan("a", "c"), [](Database&, Collection& of) { of.Delete("b", kNoSync).Check(); }},
      {"phantom by range delete", scan("a", "c"),
       [](Database&, Collection& of) { of.DeleteRange("aa", "d", kNoSync).Check(); }},
      {"range delete behind the range", scan("a", "c"),
       [](Database&, Collection& of) { of.DeleteFrom("c", kNoSync).Check(); }, false},
      {"phantom by bulk load", scan("a", "c"),
       [](Database& db, Collection& of) {
         std::vector<IngestedEntries> parts;
         parts.push_back({.collection = of, .entries = NewMapCursor({{"bb", "new"}, {"bc", "new"}})});
         db.Ingest(std::move(parts)).Check();
       }},
      {"bulk load beside the range", scan("a", "c"),
       [](Database& db, Collection& of) {
         std::vector<IngestedEntries> parts;
         parts.push_back({.collection = of, .entries = NewMapCursor({{"c", "new"}, {"d", std::nullopt}})});
         db.Ingest(std::move(parts)).Check();
       },
       false},
      {"insert behind where a cursor stopped",
       [](Transaction& transaction, Collection& of) { EXPECT_EQ(transaction.Scan(of).key(), Bytes("a")); }, put("b"),
       false},
      {"insert before the first",
       [](Transaction& transaction, Collection& of) { EXPECT_EQ(transaction.Scan(of).key(), Bytes("a")); }, put("A")},
      {"insert passed backwards",
       [](Transaction& transaction, Collection& of) {
         Cursor cursor = transaction.Scan(of);
         cursor.Last();
         cursor.Prev();
         EXPECT_EQ(cursor.key(), Bytes("c"));
       },
       put("cc")},
      {"insert before what was passed backwards",
       [](Transaction& transaction, Collection& of) {
         Cursor cursor = transaction.Scan(of, "b", "z");
         cursor.SeekAtOrBefore("d");
         cursor.Prev();
         EXPECT_EQ(cursor.key(), Bytes("c"));
       },
       put("a"), false},
  };
}

// Where the other's write is by the time of the commit.
enum class Place { kMemtable, kTree, kMergedTree };

void MoveTo(Place place, Database& db, Collection& collection) {
  if (place == Place::kTree) db.Flush().Check();
  if (place == Place::kMergedTree) db.Compact(collection).Check();
}

class BetweenTest : public TransactionTest, public ::testing::WithParamInterface<Place> {};

INSTANTIATE_TEST_SUITE_P(Places, BetweenTest, ::testing::Values(Place::kMemtable, Place::kTree, Place::kMergedTree));

TEST_P(BetweenTest, ConflictsWithWhatItHasReadAndWithNothingElse) {
  for (const Between& between : AllBetween()) {
    SCOPED_TRACE(between.name);
    a_.DeleteFrom("", kNoSync).Check();
    for (const char* key : {"a", "b", "c", "d"}) a_.Put(key, "old", kNoSync).Check();
    Transaction transaction = Begin();
    between.read(transaction, a_);
    transaction.Put(b_, "result", "1").Check();
    between.write(db_, a_);
    MoveTo(GetParam(), db_, a_);
    const Status status = Commit(transaction);
    EXPECT_EQ(status.code(), between.conflicts ? StatusCode::kConflict : StatusCode::kOk) << status;
    if (!between.conflicts) continue;
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
    EXPECT_NE(status.message().find("collection \"a\""), std::string_view::npos) << status;
  }
}

TEST_F(TransactionTest, UnderSnapshotARangeWrittenConflictsWithAKeyWrittenInIt) {
  Transaction transaction = Begin(kSnapshotIsolation);
  transaction.DeleteRange(a_, "a", "c").Check();
  a_.Put("b", "new", kNoSync).Check();
  EXPECT_EQ(Commit(transaction).code(), StatusCode::kConflict);
  EXPECT_EQ(ValueOf(a_.Get("b")), "new");
}

TEST_F(TransactionTest, OneThatOnlyReadsNeverFails) {
  a_.Put("a", "1", kNoSync).Check();
  Transaction transaction = Begin();
  EXPECT_EQ(ValueOf(transaction.Get(a_, "a")), "1");
  const uint64_t seen = db_.Statistics()->published.counter;
  a_.Put("a", "2", kNoSync).Check();
  EXPECT_EQ(ValueOf(transaction.Get(a_, "a")), "1");
  EXPECT_EQ(transaction.Commit(kNoSync).value().counter, seen);
}

TEST_F(TransactionTest, BlindWritesDoNotConflict) {
  Transaction first = Begin();
  Transaction second = Begin();
  first.Put(a_, "k", "1").Check();
  second.Put(a_, "k", "2").Check();
  EXPECT_TRUE(Commit(second).ok());
  EXPECT_TRUE(Commit(first).ok());
  EXPECT_EQ(ValueOf(a_.Get("k")), "1");
}

TEST_F(TransactionTest, AManyKeysReadBecomeOneRangeThatMissesNothing) {
  Transaction transaction = Begin();
  for (int i = 0; i < 300'000; ++i) transaction.Get(a_, "key" + std::to_string(i)).status().Check();
  transaction.Put(b_, "result", "1").Check();
  a_.Put("key7", "new", kNoSync).Check();
  EXPECT_EQ(Commit(transaction).code(), StatusCode::kConflict);
}

TEST(TransactionMemory, ATransactionThatIsOlderThanWhatIsKeptConflicts) {
  Database db = Database::OpenInMemory({.memory_budget_bytes = uint64_t{1} << 20}).value();
  Collection a = db.CreateCollection("a").value();
  Transaction old = db.Begin().value();
  EXPECT_EQ(ValueOf(old.Get(a, "k")), "none");
  old.Put(a, "k", "old").Check();
  const std::string value(1000, 'v');
  for (int i = 0; i < 2000; ++i) a.Put("other" + std::to_string(i), value, kNoSync).Check();
  db.Flush().Check();
  const Status status = old.Commit(kNoSync).status();
  EXPECT_EQ(status.code(), StatusCode::kConflict);
  EXPECT_NE(status.message().find("too old"), std::string_view::npos) << status;
  // What is kept goes with the last transaction that needs it.
  Transaction young = db.Begin().value();
  EXPECT_EQ(ValueOf(young.Get(a, "k")), "none");
  young.Put(a, "k", "young").Check();
  EXPECT_TRUE(young.Commit(kNoSync).ok());
}

TEST_F(TransactionTest, TransactRepeatsUntilNobodyIsInBetween) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kTimes; ++i) {
        const auto increment = [&](Transaction& transaction) {
          Result<std::optional<PinnedValue>> found =
              t % 2 == 0 ? transaction.Get(a_, "counter") : transaction.GetForUpdate(a_, "counter");
          if (!found.ok()) return found.status();
          const std::string value = ValueOf(std::move(found));
          return transaction.Put(a_, "counter", std::to_string(value == "none" ? 1 : std::stoi(value) + 1));
        };
        EXPECT_TRUE(db_.Transact(increment, {.commit = kNoSync, .attempts_max = 100'000}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ValueOf(a_.Get("counter")), std::to_string(kThreads * kTimes));
}

TEST_F(TransactionTest, TransactGivesUpWithTheLastConflictOrAnyOtherError) {
  int tries = 0;
  const auto conflicting = [&](Transaction& transaction) {
    ++tries;
    transaction.Get(a_, "k").status().Check();
    a_.Put("k", std::to_string(tries), kNoSync).Check();
    return transaction.Put(b_, "k", "1");
  };
  EXPECT_EQ(db_.Transact(conflicting, {.attempts_max = 3}).status().code(), StatusCode::kConflict);
  EXPECT_EQ(tries, 3);
  const auto failing = [&](Transaction& transaction) {
    transaction.Put(b_, "k", "1").Check();
    return Status::Corruption("mine");
  };
  EXPECT_EQ(db_.Transact(failing).status().code(), StatusCode::kCorruption);
  EXPECT_EQ(ValueOf(b_.Get("k")), "none");
  EXPECT_EQ(db_.Transact(failing, {.attempts_max = 0}).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(TransactionTest, ACommitToADroppedCollectionIsNotApplied) {
  Transaction transaction = Begin();
  transaction.Put(a_, "k", "1").Check();
  transaction.Put(b_, "k", "1").Check();
  db_.DropCollection("b").Check();
  EXPECT_EQ(Commit(transaction).code(), StatusCode::kNotFound);
  EXPECT_EQ(ValueOf(a_.Get("k")), "none");
}

TEST_F(TransactionTest, ACollectionThatItHasReadAndThatWasDroppedIsAConflict) {
  for (const bool makes_anew : {false, true}) {
    SCOPED_TRACE(makes_anew);
    Collection c = db_.CreateCollection("c").value();
    Transaction gets = Begin();
    Transaction scans = Begin();
    Transaction writes = Begin();
    EXPECT_EQ(ValueOf(gets.Get(c, "k")), "none");
    EXPECT_FALSE(scans.Scan(c).valid());
    for (Transaction* const each : {&gets, &scans, &writes}) each->Put(a_, "k", "1").Check();
    db_.DropCollection("c").Check();
    if (makes_anew) db_.CreateCollection("c").status().Check();
    for (Transaction* const each : {&gets, &scans}) {
      const Status status = Commit(*each);
      EXPECT_EQ(status.code(), StatusCode::kConflict);
      EXPECT_NE(status.message().find("dropped"), std::string_view::npos) << status;
      EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
    }
    EXPECT_TRUE(Commit(writes).ok());
    if (makes_anew) db_.DropCollection("c").Check();
  }
}

TEST_F(TransactionTest, ACollectionThatWasDroppedBeforeItBeganIsNoConflict) {
  const Collection c = db_.CreateCollection("c").value();
  db_.DropCollection("c").Check();
  Transaction transaction = Begin();
  EXPECT_EQ(transaction.Get(c, "k").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(transaction.Scan(c).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(transaction.GetForUpdate(c, "k").status().code(), StatusCode::kNotFound);
  transaction.Put(a_, "k", "1").Check();
  EXPECT_TRUE(Commit(transaction).ok());
}

TEST_F(TransactionTest, OutlivesTheDatabaseHarmlessly) {
  std::optional<Database> db = Database::OpenInMemory().value();
  Collection c = db->CreateCollection("c").value();
  c.Put("k", "1", kNoSync).Check();
  Transaction transaction = db->Begin().value();
  Cursor cursor = transaction.Scan(c);
  db.reset();
  EXPECT_EQ(transaction.Put(c, "k", "2").code(), StatusCode::kClosed);
  cursor.Next();
  EXPECT_EQ(cursor.status().code(), StatusCode::kClosed);
  EXPECT_EQ(Commit(transaction).code(), StatusCode::kClosed);
}

}  // namespace
}  // namespace logwood::testing
