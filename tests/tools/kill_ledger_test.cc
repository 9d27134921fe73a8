#include <gtest/gtest.h>
#include <string>

#include "logwood/database.h"
#include "logwood/testing/temporary_directory.h"
#include "tests/tools/command.h"
#include "tools/kill_ledger/comparison.h"
#include "tools/kill_ledger/workload.h"

namespace logwood::kill_ledger {
namespace {

using testing::CommandEnd;
using testing::RunCommand;
using testing::TemporaryDirectory;

// A database into which a test writes what it likes.
class LedgerComparison : public ::testing::Test {
 protected:
  LedgerComparison()
      : database_(Database::OpenInMemory().value()),
        batches_(database_.CreateCollection(kBatches).value()),
        entries_(database_.CreateCollection(kEntries).value()) {}

  void Commit(uint64_t number) {
    batches_.Put(KeyOfBatch(number), "").Check();
    for (const Write& write : WritesOf(number)) {
      (write.value ? entries_.Put(write.key, *write.value) : entries_.Delete(write.key)).Check();
    }
  }
  Comparison::Found Compare(uint64_t acknowledged) { return comparison_.Compare(database_, acknowledged).value(); }

  Database database_;
  Collection batches_;
  Collection entries_;
  Comparison comparison_;
};

TEST_F(LedgerComparison, FindsNoDifferenceWhereAllIsThere) {
  for (uint64_t number = 1; number <= 300; ++number) Commit(number);
  const Comparison::Found found = Compare(300);
  EXPECT_TRUE(found.differences.empty()) << found.differences.front();
  EXPECT_EQ(found.acknowledged, 300u);
  EXPECT_EQ(found.under_way, 0u);
  EXPECT_GT(found.entries, 500u);
}

TEST_F(LedgerComparison, TellsABatchUnderWayApartAndKeepsIt) {
  for (uint64_t number = 1; number <= 4; ++number) Commit(number);
  const Comparison::Found found = Compare(3);
  EXPECT_TRUE(found.differences.empty());
  EXPECT_EQ(found.acknowledged, 3u);
  EXPECT_EQ(found.under_way, 1u);
  EXPECT_EQ(comparison_.last(), 4u);
  batches_.Delete(KeyOfBatch(4)).Check();
  EXPECT_FALSE(Compare(3).differences.empty());
}

TEST_F(LedgerComparison, NoticesWhatIsMissing) {
  for (uint64_t number = 1; number <= 4; ++number) Commit(number);
  const Comparison::Found found = Compare(5);
  ASSERT_FALSE(found.differences.empty());
  EXPECT_EQ(found.differences.front(), "batch 5 is missing");
  EXPECT_EQ(found.acknowledged, 4u);
}

TEST_F(LedgerComparison, NoticesAHalfBatch) {
  for (uint64_t number = 1; number <= 3; ++number) Commit(number);
  batches_.Put(KeyOfBatch(4), "").Check();  // And nothing of its entries.
  EXPECT_FALSE(Compare(3).differences.empty());
}

TEST_F(LedgerComparison, NoticesWhatNobodySubmitted) {
  for (uint64_t number = 1; number <= 5; ++number) Commit(number);
  ASSERT_FALSE(Compare(3).differences.empty());
}

TEST_F(LedgerComparison, NoticesAnotherValueAndAnEntryTooMany) {
  for (uint64_t number = 1; number <= 20; ++number) Commit(number);
  ASSERT_TRUE(Compare(20).differences.empty());
  entries_.Put("key x", "y").Check();
  EXPECT_EQ(Compare(20).differences.size(), 1u);
  entries_.Delete("key x").Check();
  entries_.Put(entries_.Scan().key(), "changed").Check();
  EXPECT_EQ(Compare(20).differences.size(), 1u);
}

TEST(KillLedger, FindsAllThatWasAcknowledged) {
  const TemporaryDirectory directory;
  const CommandEnd end = RunCommand({directory.path(), "--rounds", "4", "--seconds", "1.2", "--seed", "7"},
                                    {.program = KILL_LEDGER_PROGRAM});
  EXPECT_EQ(end.exit_code, 0) << end.out << end.err;
  EXPECT_NE(end.out.find("differences: 0\n"), std::string::npos) << end.out;
  EXPECT_NE(end.out.find("round  4:"), std::string::npos) << end.out;
}

TEST(KillLedger, RefusesADatabaseThatItDoesNotKnow) {
  const TemporaryDirectory directory;
  Database::Open(directory.path() / "database").value().Close().Check();
  const CommandEnd end = RunCommand({directory.path()}, {.program = KILL_LEDGER_PROGRAM});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_NE(end.err.find("name another directory"), std::string::npos) << end.err;
}

TEST(KillLedger, FailsWhereItsWriterCannotWrite) {
  const TemporaryDirectory directory;
  const CommandEnd end = RunCommand({directory.path() / "nowhere"}, {.program = KILL_LEDGER_PROGRAM});
  EXPECT_EQ(end.exit_code, 2);
}

}  // namespace
}  // namespace logwood::kill_ledger
