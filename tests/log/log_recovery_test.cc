#include "log/log_recovery.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "log/log_record.h"
#include "tests/log/recovered.h"

namespace logwood {
namespace {

using testing::ByteStore;
using testing::Damage;
using testing::EndOf;
using testing::InputOf;
using testing::Keys;
using testing::LogBuilder;
using testing::Numbers;
using testing::Recover;
using testing::Recovered;

TEST(LogRecovery, NoLogsGiveNothing) {
  ByteStore store;
  LogRecoveryInput input = InputOf({});
  input.flushed = Sequence::Of(1, 9);
  const Recovered recovered = Recover(store, input);
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.result.last, Sequence::Of(1, 9));
  EXPECT_TRUE(recovered.result.logs.empty());
  EXPECT_TRUE(recovered.result.leftovers.empty());
}

TEST(LogRecovery, ChainIsFollowedInAnyOrderOfCandidates) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}, {"a2", "2"}}).Commit({{"a3", "3"}});
  LogBuilder b = LogBuilder::After(store, a, 7);  // Empty.
  LogBuilder c = LogBuilder::After(store, b, 8);
  c.Commit({{"c4", "4"}}).Sync().Mark();
  const Recovered recovered = Recover(store, InputOf({8, 5, 7}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.keys, (Keys{"a1", "a2", "a3", "c4"}));
  EXPECT_EQ(recovered.commits.front(), std::pair(Sequence::Of(1, 1), Sequence::Of(1, 2)));
  EXPECT_EQ(recovered.commits.size(), 3u);
  EXPECT_EQ(recovered.result.last, Sequence::Of(1, 4));
  EXPECT_EQ(recovered.result.logs, (std::vector{EndOf(a), EndOf(b), EndOf(c)}));
  EXPECT_TRUE(recovered.result.leftovers.empty());
}

TEST(LogRecovery, CommitOfManyRecordsIsAppliedWhole) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  BatchEncoder batch;
  for (int i = 0; i < 1000; ++i) {
    batch.Add(EntryType::kPut, CollectionId(1), "key" + std::to_string(i),
              std::string(i % 100 == 50 ? 50'000 : 100, 'v'));
  }
  a.Commit(batch);
  ASSERT_GT(batch.fragments().size(), 10u);
  const Recovered recovered = Recover(store, InputOf({5}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  ASSERT_EQ(recovered.commits.size(), 1u);
  EXPECT_EQ(recovered.commits[0], std::pair(Sequence::Of(1, 1), Sequence::Of(1, 1000)));
  ASSERT_EQ(recovered.keys.size(), 1000u);
  EXPECT_EQ(recovered.keys[999], "key999");
}

TEST(LogRecovery, CommitWithoutItsEndIsCut) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const LogEnd end = EndOf(a);
  BatchEncoder batch;
  for (int i = 0; i < 500; ++i) batch.Add(EntryType::kPut, CollectionId(1), "cut", std::string(100, 'v'));
  a.Commit(batch);
  ASSERT_GE(batch.fragments().size(), 3u);
  const std::string whole = store.bytes(a.name());
  for (const size_t lost :
       std::vector<size_t>{size_t{1}, batch.fragments().back().length, batch.fragments().back().length + 36,
                           batch.fragments().back().length + 37, whole.size() - end.end - 1}) {
    store.bytes(a.name()) = whole.substr(0, whole.size() - lost);
    const Recovered recovered = Recover(store, InputOf({5}));
    ASSERT_TRUE(recovered.status.ok()) << recovered.status;
    EXPECT_EQ(recovered.keys, Keys{"a1"}) << lost;
    EXPECT_EQ(recovered.result.logs, std::vector{end}) << lost;
    EXPECT_EQ(recovered.result.last, Sequence::Of(1, 1)) << lost;
  }
}

TEST(LogRecovery, CommitWithoutItsEndBeforeANextOneIsCut) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  BatchEncoder first;
  first.Add(EntryType::kPut, CollectionId(1), "cut", "1");
  std::vector<LogRecord> records = a.RecordsOf(first);
  records[0].end = false;
  ASSERT_TRUE(a.writer().Append(records, Sequence()).ok());
  a.Mark();
  const Recovered recovered = Recover(store, InputOf({5}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_TRUE(recovered.keys.empty());
  EXPECT_EQ(recovered.result.logs[0].end, kLogDataStart);
}

TEST(LogRecovery, CommitDoesNotRunIntoTheNextFile) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  BatchEncoder batch;
  batch.Add(EntryType::kPut, CollectionId(1), "cut", "1");
  std::vector<LogRecord> records = a.RecordsOf(batch);
  records[0].end = false;
  ASSERT_TRUE(a.writer().Append(records, Sequence()).ok());
  LogBuilder b = LogBuilder::After(store, a, 6);
  b.Commit({{"b", "2"}});
  const Recovered recovered = Recover(store, InputOf({5, 6}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_TRUE(recovered.keys.empty());
  EXPECT_EQ(recovered.result.leftovers, Numbers({6}));
}

TEST(LogRecovery, LostMiddleAboveTheMarkIsACut) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}}).Sync();
  const LogEnd cut = EndOf(a);
  a.Commit({{"a2", "2"}}).Commit({{"a3", "3"}});
  Damage(store, a, cut.end + 40);
  const Recovered recovered = Recover(store, InputOf({5}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.keys, Keys{"a1"});
  EXPECT_EQ(recovered.result.logs, std::vector{cut});
  EXPECT_EQ(recovered.result.last, Sequence::Of(1, 1));
}

TEST(LogRecovery, LostMiddleBelowTheMarkIsCorruption) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const uint64_t lost = a.end();
  a.Commit({{"a2", "2"}}).Sync().Commit({{"a3", "3"}});
  const std::string whole = store.bytes(a.name());
  for (uint64_t at = kLogDataStart; at < lost + 40; ++at) {
    store.bytes(a.name()) = whole;
    Damage(store, a, at);
    EXPECT_EQ(Recover(store, InputOf({5})).status.code(), StatusCode::kCorruption) << at;
  }
  store.bytes(a.name()) = whole;
  store.bytes(a.name()).replace(lost, 40, 40, '\0');
  EXPECT_EQ(
      Recover(store, InputOf({5})).status.message(),
      "log file 5 offset 131: sequence 1:2 and more are missing, yet log file 5 says that 1:2 was synced: restore "
      "a backup, or salvage what is left");
}

TEST(LogRecovery, ClosedLogIsBelowItsMarkToTheLastByte) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}}).Commit({{"a2", std::string(20'000, 'v')}});
  const uint64_t end = a.end();
  a.Sync().Mark();
  const std::string whole = store.bytes(a.name());
  for (uint64_t at = 0; at < end; at += at < 400 ? 1 : 97) {
    store.bytes(a.name()) = whole;
    Damage(store, a, at);
    EXPECT_EQ(Recover(store, InputOf({5})).status.code(), StatusCode::kCorruption) << at;
  }
}

TEST(LogRecovery, MarkInALaterFileTellsThatAnEarlierOneLostSomething) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const LogEnd before = EndOf(a);
  a.Commit({{"a2", "2"}});
  LogBuilder b = LogBuilder::After(store, a, 6);
  b.MarkAt(Sequence::Of(1, 2)).Commit({{"b3", "3"}});
  store.bytes(a.name()).resize(before.end);
  const Recovered recovered = Recover(store, InputOf({5, 6}));
  EXPECT_EQ(recovered.status.code(), StatusCode::kCorruption);
  EXPECT_EQ(recovered.status.message().substr(0, 63),
            "log file 5 offset " + std::to_string(before.end) + ": sequence 1:2 and more are missing, yet l");

  // The same with a mark that what is there satisfies.
  ByteStore other;
  LogBuilder c(other, 5, 1);
  c.Commit({{"c1", "1"}}).Commit({{"c2", "2"}});
  LogBuilder d = LogBuilder::After(other, c, 6);
  d.MarkAt(Sequence::Of(1, 1)).Commit({{"d3", "3"}});
  other.bytes(c.name()).resize(before.end);
  const Recovered cut = Recover(other, InputOf({5, 6}));
  ASSERT_TRUE(cut.status.ok()) << cut.status;
  EXPECT_EQ(cut.keys, Keys{"c1"});
  EXPECT_EQ(cut.result.leftovers, Numbers({6}));
}

TEST(LogRecovery, FileThatBeginsWhereItsPredecessorDoesNotEndIsCut) {
  for (const int difference : {-1, 1}) {
    ByteStore store;
    LogBuilder a(store, 5, 1);
    a.Commit({{"a1", "1"}});
    LogFileHeader header = LogBuilder::HeaderAfter(a, 6, 1);
    header.predecessor_end += static_cast<uint64_t>(difference);
    LogBuilder b(store, header, a.next());
    b.Commit({{"b2", "2"}});
    const Recovered recovered = Recover(store, InputOf({5, 6}));
    ASSERT_TRUE(recovered.status.ok()) << recovered.status;
    EXPECT_EQ(recovered.keys, Keys{"a1"});
    EXPECT_EQ(recovered.result.leftovers, Numbers({6}));
    b.Sync().Mark();
    EXPECT_EQ(Recover(store, InputOf({5, 6})).status.code(), StatusCode::kCorruption);
  }
}

TEST(LogRecovery, PredecessorOfAnotherIdIsCut) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogFileHeader header = LogBuilder::HeaderAfter(a, 6, 1);
  header.predecessor_id = FileId(1);
  const LogBuilder b(store, header, a.next());
  const Recovered recovered = Recover(store, InputOf({5, 6}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.result.logs, std::vector{EndOf(a)});
  EXPECT_EQ(recovered.result.leftovers, Numbers({6}));
}

TEST(LogRecovery, MissingMiddleFileCutsTheChain) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogBuilder b = LogBuilder::After(store, a, 6);
  b.Commit({{"b2", "2"}});
  LogBuilder c = LogBuilder::After(store, b, 7);
  c.MarkAt(Sequence::Of(1, 1)).Commit({{"c3", "3"}});
  ASSERT_TRUE(store.Remove(b.name()).ok());
  const Recovered recovered = Recover(store, InputOf({5, 6, 7}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.keys, Keys{"a1"});
  EXPECT_EQ(recovered.result.leftovers, Numbers({7}));
  c.MarkAt(Sequence::Of(1, 2)).Commit({{"c4", "4"}});
  EXPECT_EQ(Recover(store, InputOf({5, 6, 7})).status.code(), StatusCode::kCorruption);
}

TEST(LogRecovery, MissingFirstFileCutsAll) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogBuilder b = LogBuilder::After(store, a, 6);
  b.Commit({{"b2", "2"}});
  ASSERT_TRUE(store.Remove(a.name()).ok());
  const Recovered recovered = Recover(store, InputOf({6}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_TRUE(recovered.keys.empty());
  EXPECT_EQ(recovered.result.last, Sequence());
  b.MarkAt(Sequence::Of(1, 1)).Commit({{"b3", "3"}});
  EXPECT_EQ(Recover(store, InputOf({6})).status.code(), StatusCode::kCorruption);
}

TEST(LogRecovery, TornHeaderCountsAsNotThere) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogBuilder b = LogBuilder::After(store, a, 6);
  b.Commit({{"b2", "2"}});
  const std::string whole = store.bytes(b.name());
  for (size_t size = 0; size < kLogDataStart; ++size) {
    for (const size_t file_size : std::vector<size_t>{size, whole.size()}) {
      store.bytes(b.name()) = whole.substr(0, std::min(size, kLogDataStart - 8));
      store.bytes(b.name()).resize(file_size);
      const Recovered recovered = Recover(store, InputOf({5, 6}));
      ASSERT_TRUE(recovered.status.ok()) << size << " " << recovered.status;
      EXPECT_EQ(recovered.keys, Keys{"a1"});
      EXPECT_EQ(recovered.result.leftovers, Numbers({6}));
    }
  }
}

TEST(LogRecovery, StaleHeaderOfARemovedFileCountsAsNotThere) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  store.bytes("000006.log") = store.bytes(a.name());
  const Recovered recovered = Recover(store, InputOf({5, 6}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.result.leftovers, Numbers({6}));
}

TEST(LogRecovery, DamagedHeaderIsCorruption) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  const std::string whole = store.bytes(a.name());
  for (uint64_t at = 0; at < kLogDataStart; ++at) {
    store.bytes(a.name()) = whole;
    Damage(store, a, at);
    EXPECT_EQ(Recover(store, InputOf({5})).status.code(), StatusCode::kCorruption) << at;
  }
}

TEST(LogRecovery, SequencesThatDoNotRunOnAreCut) {
  for (const uint64_t counter : std::vector<uint64_t>{1, 3}) {
    ByteStore store;
    LogBuilder a(store, 5, 1);
    a.Commit({{"a1", "1"}});
    LogBuilder b(store, LogBuilder::HeaderAfter(a, 6, 1), Sequence::Of(1, counter));
    b.Commit({{"b", "2"}});
    const Recovered recovered = Recover(store, InputOf({5, 6}));
    ASSERT_TRUE(recovered.status.ok()) << recovered.status;
    EXPECT_EQ(recovered.keys, Keys{"a1"});
    EXPECT_EQ(recovered.result.logs.back().end, kLogDataStart);
  }
}

TEST(LogRecovery, MarkOfTheRecordBehindAStepInSequencesCounts) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogBuilder b(store, LogBuilder::HeaderAfter(a, 6, 1), Sequence::Of(1, 4));
  b.MarkAt(Sequence::Of(1, 3)).Commit({{"b", "2"}});
  EXPECT_EQ(Recover(store, InputOf({5, 6})).status.code(), StatusCode::kCorruption);
}

TEST(LogRecovery, FirstSequenceOfAnEpochIsItsFirst) {
  ByteStore store;
  LogBuilder a(store, LogBuilder::HeaderOf(5, 1), Sequence::Of(1, 2));
  a.Commit({{"a2", "2"}});
  const Recovered recovered = Recover(store, InputOf({5}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_TRUE(recovered.keys.empty());
}

}  // namespace
}  // namespace logwood
