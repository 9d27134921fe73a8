#include "log/log_recovery.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "log/log_record.h"
#include "tests/log/log_builder.h"

namespace logwood {
namespace {

using testing::ByteStore;
using testing::IdOf;
using testing::kDatabase;
using testing::LogBuilder;

struct Recovered {
  Status status;
  LogRecovery result;
  std::vector<std::pair<Sequence, Sequence>> commits;
  std::vector<std::string> keys;
};

Recovered Recover(ByteStore& store, const LogRecoveryInput& input) {
  Recovered recovered;
  auto result = RecoverLogs(store, input, [&](const LogCommit& commit) {
    recovered.commits.emplace_back(commit.first, commit.last);
    for (const LogRecord& record : commit.records) {
      OperationReader reader(record.body);
      for (auto next = reader.Next(); next.value(); next = reader.Next()) {
        recovered.keys.push_back(next.value()->key.ToString());
      }
    }
    return Status::Ok();
  });
  recovered.status = result.status();
  if (result.ok()) recovered.result = *std::move(result);
  return recovered;
}

LogRecoveryInput InputOf(std::vector<uint64_t> candidates, uint32_t epoch = 1) {
  LogRecoveryInput input{.database = kDatabase, .known = {}, .epoch = epoch, .candidates = {}, .flushed = {}};
  for (const uint64_t number : candidates) input.candidates.emplace_back(number);
  return input;
}

LogEnd EndOf(const LogBuilder& log) { return {log.number(), IdOf(log.number().value()), log.end()}; }

std::vector<FileNumber> Numbers(std::vector<uint64_t> values) {
  std::vector<FileNumber> numbers;
  for (const uint64_t value : values) numbers.emplace_back(value);
  return numbers;
}

using Keys = std::vector<std::string>;

// Damages one byte of a file.
void Damage(ByteStore& store, const LogBuilder& log, uint64_t offset) {
  store.bytes(log.name())[static_cast<size_t>(offset)] ^= 1;
}

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

TEST(LogRecovery, KnownLogsAndTheNextEpochFollow) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogBuilder b = LogBuilder::After(store, a, 6);
  b.Commit({{"b2", "2"}});
  LogBuilder c = LogBuilder::AfterInEpoch(store, b, 8, 3);  // Epoch 2 wrote nothing.
  c.Commit({{"c1", "1"}});
  LogRecoveryInput input = InputOf({8}, 3);
  input.known = {EndOf(a), EndOf(b)};
  store.bytes(b.name()) += "what was cut by an earlier open";
  const Recovered recovered = Recover(store, input);
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.keys, (Keys{"a1", "b2", "c1"}));
  EXPECT_EQ(recovered.result.last, Sequence::Of(3, 1));
  EXPECT_EQ(recovered.result.logs, (std::vector{EndOf(a), EndOf(b), EndOf(c)}));
}

TEST(LogRecovery, KnownLogsAloneGiveTheirLastSequence) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogRecoveryInput input = InputOf({}, 2);
  input.known = {EndOf(a)};
  const Recovered recovered = Recover(store, input);
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.result.last, Sequence::Of(1, 1));
}

TEST(LogRecovery, KnownLogMustBeWhole) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const uint64_t first = a.end();
  a.Commit({{"a2", "2"}});
  const std::string whole = store.bytes(a.name());
  LogRecoveryInput input = InputOf({}, 2);
  input.known = {EndOf(a)};
  for (uint64_t at = 0; at < whole.size(); ++at) {
    store.bytes(a.name()) = whole;
    Damage(store, a, at);
    EXPECT_EQ(Recover(store, input).status.code(), StatusCode::kCorruption) << at;
    store.bytes(a.name()) = whole.substr(0, at);
    EXPECT_EQ(Recover(store, input).status.code(), StatusCode::kCorruption) << at;
  }
  store.bytes(a.name()) = whole.substr(0, first);
  EXPECT_EQ(Recover(store, input).status.message(), "log file 5 offset " + std::to_string(first) +
                                                        ": the good part ends here, expected at " +
                                                        std::to_string(whole.size()));
}

TEST(LogRecovery, KnownLogMustEndExactlyAtACommit) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}}).Commit({{"a2", "2"}});
  for (const int difference : {-1, 1}) {
    LogRecoveryInput input = InputOf({}, 2);
    input.known = {EndOf(a)};
    input.known[0].end += static_cast<uint64_t>(difference);
    const Recovered recovered = Recover(store, input);
    EXPECT_EQ(recovered.status.code(), StatusCode::kCorruption) << difference;
    EXPECT_EQ(recovered.keys, difference < 0 ? Keys{"a1"} : (Keys{"a1", "a2"}));
  }
}

TEST(LogRecovery, KnownLogMustBeThereAndTheOneThatIsMeant) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  LogRecoveryInput input = InputOf({}, 2);
  input.known = {EndOf(a)};
  input.known[0].id = FileId(3);
  EXPECT_EQ(Recover(store, input).status.message(),
            "log file 5 offset 0: the file is another than the one that is needed");
  input.known = {EndOf(a)};
  input.database = DatabaseId(1);
  EXPECT_EQ(Recover(store, input).status.code(), StatusCode::kCorruption);
  input.database = kDatabase;
  ASSERT_TRUE(store.Remove(a.name()).ok());
  EXPECT_EQ(Recover(store, input).status.message(), "log file 5 offset 0: the file is needed and is not there");
  EXPECT_EQ(Recover(store, input).status.code(), StatusCode::kCorruption);
}

TEST(LogRecovery, SequencesOfKnownLogsRunOn) {
  ByteStore store;
  LogBuilder a(store, 5, 2);
  a.Commit({{"a1", "1"}});
  LogBuilder step(store, LogBuilder::HeaderAfter(a, 6, 2), Sequence::Of(2, 3));
  step.Commit({{"b", "2"}});
  LogBuilder back(store, LogBuilder::HeaderAfter(a, 7, 1), Sequence::Of(1, 1));
  for (const LogBuilder* second : {&step, &back}) {
    LogRecoveryInput input = InputOf({}, 3);
    input.known = {EndOf(a), EndOf(*second)};
    EXPECT_EQ(Recover(store, input).status.code(), StatusCode::kCorruption);
  }
}

TEST(LogRecovery, ChainMustBeginBehindTheLastKnownLog) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogBuilder b(store, 6, 2);  // Names no predecessor.
  b.Commit({{"b1", "1"}});
  LogRecoveryInput input = InputOf({6}, 2);
  input.known = {EndOf(a)};
  const Recovered recovered = Recover(store, input);
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.keys, Keys{"a1"});
  EXPECT_EQ(recovered.result.leftovers, Numbers({6}));
  b.Sync().Mark();
  EXPECT_EQ(Recover(store, input).status.message().substr(0, 75),
            "log file 5 offset 131: no log follows: sequence 2:1 and more are missing, y");
}

TEST(LogRecovery, CandidatesOfAnotherEpochAreLeftovers) {
  ByteStore store;
  LogBuilder old(store, 4, 1);
  old.Commit({{"old", "1"}}).Sync().Mark();
  LogBuilder a(store, 5, 2);
  a.Commit({{"a1", "1"}});
  const Recovered recovered = Recover(store, InputOf({4, 5}, 2));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.keys, Keys{"a1"});
  EXPECT_EQ(recovered.result.leftovers, Numbers({4}));
}

TEST(LogRecovery, ChainDoesNotRunIntoAnotherEpoch) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const LogBuilder b = LogBuilder::AfterInEpoch(store, a, 6, 2);
  const Recovered recovered = Recover(store, InputOf({5, 6}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.result.logs, std::vector{EndOf(a)});
  EXPECT_EQ(recovered.result.leftovers, Numbers({6}));
}

TEST(LogRecovery, SyncedLogOfALaterEpochIsCorruption) {
  ByteStore store;
  LogBuilder a(store, 5, 3);
  a.Commit({{"a1", "1"}}).Sync().Mark();
  EXPECT_EQ(Recover(store, InputOf({5}, 2)).status.code(), StatusCode::kCorruption);
}

TEST(LogRecovery, FilesOfAnotherDatabaseAreNeitherUsedNorLeftovers) {
  ByteStore store;
  LogFileHeader header = LogBuilder::HeaderOf(5, 1);
  header.file.database = DatabaseId(4);
  LogBuilder strange(store, header, Sequence::Of(1, 1));
  strange.Commit({{"strange", "1"}}).Sync().Mark();
  const Recovered recovered = Recover(store, InputOf({5}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_TRUE(recovered.keys.empty());
  EXPECT_TRUE(recovered.result.logs.empty());
  EXPECT_TRUE(recovered.result.leftovers.empty());
}

TEST(LogRecovery, WhatWasFlushedMayBeGone) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}, {"a2", "2"}});
  LogBuilder b = LogBuilder::After(store, a, 6);
  b.Commit({{"b3", "3"}});
  ASSERT_TRUE(store.Remove(a.name()).ok());
  LogRecoveryInput input = InputOf({6});
  input.flushed = Sequence::Of(1, 2);
  const Recovered recovered = Recover(store, input);
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.keys, Keys{"b3"});
  EXPECT_EQ(recovered.result.last, Sequence::Of(1, 3));
}

TEST(LogRecovery, FlushedCommitsThatAreStillThereAreNotAppliedAgain) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}, {"a2", "2"}});
  LogBuilder b = LogBuilder::After(store, a, 6);
  b.Commit({{"b3", "3"}});
  LogRecoveryInput input = InputOf({5, 6});
  input.flushed = Sequence::Of(1, 2);
  const Recovered recovered = Recover(store, input);
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.keys, Keys{"b3"});
  input.flushed = Sequence::Of(1, 3);
  EXPECT_EQ(Recover(store, input).result.last, Sequence::Of(1, 3));
  input.flushed = Sequence::Of(1, 1);
  EXPECT_EQ(Recover(store, input).status.message(),
            "log file 5 offset 88: the commit of sequences 1:1 to 1:2 was flushed in part, up to 1:1");
}

TEST(LogRecovery, GapBehindWhatWasFlushedIsCut) {
  ByteStore store;
  LogBuilder b(store, LogBuilder::HeaderOf(6, 1), Sequence::Of(1, 4));
  b.Commit({{"b4", "4"}});
  LogRecoveryInput input = InputOf({6});
  input.flushed = Sequence::Of(1, 2);
  const Recovered recovered = Recover(store, input);
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_TRUE(recovered.keys.empty());
  EXPECT_EQ(recovered.result.last, Sequence::Of(1, 2));
  b.Sync().Mark();
  EXPECT_EQ(Recover(store, input).status.code(), StatusCode::kCorruption);
}

TEST(LogRecovery, RecordOfAManifestIsCut) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  LogRecord edit{.type = LogRecordType::kEdit, .sequence = Sequence::Of(1, 1), .count = 1, .body = "edit"};
  edit.checksum = FragmentChecksum(edit.body, {});
  ASSERT_TRUE(a.writer().Append({&edit, 1}, Sequence()).ok());
  const Recovered recovered = Recover(store, InputOf({5}));
  ASSERT_TRUE(recovered.status.ok()) << recovered.status;
  EXPECT_EQ(recovered.result.logs[0].end, kLogDataStart);
}

TEST(LogRecovery, ErrorsOfTheStoreAndOfApplyArePassedOn) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const auto result = RecoverLogs(store, InputOf({5}), [](const LogCommit&) { return Status::NoSpace("full"); });
  EXPECT_EQ(result.status(), Status::NoSpace("full"));
  store.read_error = Status::Io("bad sector");
  EXPECT_EQ(Recover(store, InputOf({5})).status.code(), StatusCode::kIo);
}

TEST(LogRecovery, SameFilesGiveTheSameAnswerAgain) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}}).Commit({{"a2", "2"}});
  store.bytes(a.name()).pop_back();
  const Recovered first = Recover(store, InputOf({5}));
  const Recovered second = Recover(store, InputOf({5}));
  ASSERT_TRUE(first.status.ok());
  EXPECT_EQ(first.result.logs, second.result.logs);
  EXPECT_EQ(first.keys, second.keys);
  // The next open knows the log by its end, and nothing of the cut comes back.
  LogBuilder c(store,
               {.file = LogBuilder::HeaderOf(6, 2).file,
                .predecessor = a.number(),
                .predecessor_id = IdOf(5),
                .predecessor_end = first.result.logs[0].end,
                .epoch = 2},
               Sequence::Of(2, 1));
  c.MarkAt(Sequence::Of(1, 1)).Commit({{"c1", "1"}});
  LogRecoveryInput input = InputOf({6}, 2);
  input.known = first.result.logs;
  EXPECT_EQ(Recover(store, input).keys, (Keys{"a1", "c1"}));
}

}  // namespace
}  // namespace logwood
