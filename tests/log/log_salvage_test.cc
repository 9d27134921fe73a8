#include "log/log_salvage.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "codec/batch_encoder.h"
#include "tests/log/recovered.h"

namespace logwood {
namespace {

using testing::ByteStore;
using testing::Damage;
using testing::EndOf;
using testing::kDatabase;
using testing::Keys;
using testing::LogBuilder;
using testing::Numbers;

struct Salvaged {
  LogSalvage result;
  Keys keys;
  std::vector<LogDamage> damages;
};

Salvaged SalvageOf(ByteStore& store, LogSalvageInput input) {
  input.database = kDatabase;
  Salvaged salvaged;
  const auto take = [&](const LogCommit& commit) {
    for (const LogRecord& record : commit.records) {
      OperationReader reader(record.body);
      for (auto next = reader.Next(); next.value(); next = reader.Next()) {
        salvaged.keys.push_back(next.value()->key.ToString());
      }
    }
    return Status::Ok();
  };
  const auto note = [&](const LogDamage& damage) { salvaged.damages.push_back(damage); };
  salvaged.result = SalvageLogs(store, input, take, note).value();
  return salvaged;
}

TEST(LogSalvage, OfSoundLogsGivesAllInTheOrderOfSequences) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}, {"a2", "2"}});
  LogBuilder b = LogBuilder::After(store, a, 7);
  b.Commit({{"b3", "3"}});
  const Salvaged salvaged = SalvageOf(store, {.epoch = 1, .candidates = Numbers({7, 5})});
  EXPECT_EQ(salvaged.keys, (Keys{"a1", "a2", "b3"}));
  EXPECT_TRUE(salvaged.damages.empty());
  EXPECT_EQ(salvaged.result.last, Sequence::Of(1, 3));
}

TEST(LogSalvage, GoesOnBehindADamagedBodyOfWhichTheHeaderSaysThatItEndsACommit) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const LogEnd damaged = EndOf(a);
  a.Commit({{"a2", "2"}}).Commit({{"a3", "3"}}).Commit({{"a4", "4"}});
  Damage(store, a, damaged.end + kLogRecordHeaderSize + 2);
  const Salvaged salvaged = SalvageOf(store, {.epoch = 1, .candidates = Numbers({5})});
  EXPECT_EQ(salvaged.keys, (Keys{"a1", "a3", "a4"}));
  ASSERT_EQ(salvaged.damages.size(), 2U);
  EXPECT_EQ(salvaged.damages[0].offset, damaged.end);
  EXPECT_NE(salvaged.damages[1].what.find("sequences 1:2 to 1:2 are missing"), std::string::npos);
}

TEST(LogSalvage, GoesOnBehindADamagedHeaderWithTheNextCommitThatIsKnownToBegin) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const LogEnd damaged = EndOf(a);
  a.Commit({{"a2", "2"}}).Commit({{"a3", "3"}}).Commit({{"a4", "4"}});
  Damage(store, a, damaged.end + 4);
  const Salvaged salvaged = SalvageOf(store, {.epoch = 1, .candidates = Numbers({5})});
  EXPECT_EQ(salvaged.keys, (Keys{"a1", "a4"}));  // What a3 belongs to begins before it, for all that is known.
  ASSERT_EQ(salvaged.damages.size(), 2U);
  EXPECT_NE(salvaged.damages[1].what.find("sequences 1:2 to 1:3 are missing"), std::string::npos);
}

TEST(LogSalvage, TakesWhatAMarkShowsToBeginBehindDamage) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  const LogEnd damaged = EndOf(a);
  a.Commit({{"a1", "1"}}).Mark().Commit({{"a2", "2"}});
  Damage(store, a, damaged.end + 4);
  EXPECT_EQ(SalvageOf(store, {.epoch = 1, .candidates = Numbers({5})}).keys, Keys{"a2"});
}

TEST(LogSalvage, LeavesOutACommitOfWhichARecordIsDamaged) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  BatchEncoder batch;
  for (int i = 0; i < 500; ++i) batch.Add(EntryType::kPut, CollectionId(1), "lost", std::string(100, 'v'));
  a.Commit(batch).Commit({{"kept", "1"}});
  Damage(store, a, 20'000);
  EXPECT_EQ(SalvageOf(store, {.epoch = 1, .candidates = Numbers({5})}).keys, Keys{"kept"});
}

TEST(LogSalvage, NamesLogsThatAreMissing) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  LogBuilder b = LogBuilder::AfterInEpoch(store, a, 7, 2);
  b.Commit({{"b1", "1"}});
  LogBuilder c = LogBuilder::After(store, b, 8);
  c.Commit({{"c2", "2"}});
  const Salvaged salvaged = SalvageOf(store, {.known = {EndOf(a)}, .epoch = 2, .candidates = Numbers({8})});
  EXPECT_EQ(salvaged.keys, Keys{"c2"});
  ASSERT_EQ(salvaged.damages.size(), 2U);
  EXPECT_EQ(salvaged.damages[0].log, FileNumber(5));
  EXPECT_NE(salvaged.damages[1].what.find("sequences 2:1 to 2:1 are missing"), std::string::npos)
      << salvaged.damages[1].what;
}

TEST(LogSalvage, NamesWhatWasSyncedAndIsMissingAtTheEnd) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}}).MarkAt(Sequence::Of(1, 1)).Mark();
  LogBuilder b = LogBuilder::After(store, a, 6);
  const LogEnd lost = EndOf(b);
  b.Commit({{"b2", "2"}}).Sync().Mark();
  Damage(store, b, lost.end + 40);
  const Salvaged salvaged = SalvageOf(store, {.epoch = 1, .candidates = Numbers({5, 6})});
  EXPECT_EQ(salvaged.keys, Keys{"a1"});
  ASSERT_FALSE(salvaged.damages.empty());
  EXPECT_NE(salvaged.damages.back().what.find("all up to sequence 1:2 was synced"), std::string::npos)
      << salvaged.damages.back().what;
}

TEST(LogSalvage, ReadsRecordsUnderADamagedHeader) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  Damage(store, a, 3);
  const Salvaged salvaged = SalvageOf(store, {.epoch = 1, .candidates = Numbers({5})});
  EXPECT_EQ(salvaged.keys, Keys{"a1"});
  ASSERT_EQ(salvaged.damages.size(), 1U);
  EXPECT_FALSE(salvaged.damages[0].loses_commits);
}

TEST(LogSalvage, LeavesLogsOfEarlierEpochsThatNobodyKnows) {
  ByteStore store;
  LogBuilder a(store, 5, 1);
  a.Commit({{"a1", "1"}});
  const Salvaged salvaged = SalvageOf(store, {.epoch = 2, .candidates = Numbers({5})});
  EXPECT_TRUE(salvaged.keys.empty());
  EXPECT_TRUE(salvaged.damages.empty());
}

}  // namespace
}  // namespace logwood
