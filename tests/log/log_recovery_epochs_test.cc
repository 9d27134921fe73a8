#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "log/log_record.h"
#include "log/log_recovery.h"
#include "tests/log/recovered.h"

namespace logwood {
namespace {

using testing::ByteStore;
using testing::Damage;
using testing::EndOf;
using testing::IdOf;
using testing::InputOf;
using testing::kDatabase;
using testing::Keys;
using testing::LogBuilder;
using testing::Numbers;
using testing::Recover;
using testing::Recovered;

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
