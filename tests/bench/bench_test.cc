#include "tools/bench/bench.h"

#include <atomic>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "logwood/testing/temporary_directory.h"

namespace logwood::bench {
namespace {

// A bench in a directory of its own, with settings that a test may change before it opens one.
class BenchOfAFewEntries : public ::testing::Test {
 protected:
  std::unique_ptr<Bench> Open() { return Bench::Open(path_, settings_, interrupted_).value(); }

  static Measurement Run(Bench& bench, const char* name) {
    Result<Measurement> measured = bench.Run(*FindOperation(name));
    EXPECT_TRUE(measured.ok()) << measured.status();
    return measured.ok() ? *std::move(measured) : Measurement{};
  }

  // Changes the database behind the bench's back.
  void Edit(void (*change)(Collection&)) const {
    Database database = Database::Open(path_).value();
    Collection collection = database.OpenCollection("bench").value();
    change(collection);
    database.Close().Check();
  }

  testing::TemporaryDirectory directory_;
  std::string path_ = (directory_.path() / "data").string();
  Settings settings_{.num = 1000, .verify = true};
  std::atomic<bool> interrupted_ = false;
};

TEST_F(BenchOfAFewEntries, CountsWhatItWritesAndReads) {
  const auto bench = Open();
  const Measurement filled = Run(*bench, "filluniquerandom");
  EXPECT_EQ(filled.operations, 1000u);
  EXPECT_EQ(filled.entries, 1000u);
  EXPECT_EQ(filled.user_bytes, 116'000u);
  EXPECT_EQ(filled.user_bytes_written, 116'000u);
  EXPECT_EQ(filled.present_entries, 1000u);
  EXPECT_EQ(filled.present_bytes, 116'000u);
  EXPECT_EQ(filled.latency.count(), 1000u);
  EXPECT_GT(filled.seconds, 0);
  EXPECT_GT(filled.occupied_bytes, 0u);
  const Measurement read = Run(*bench, "readseq");
  EXPECT_EQ(read.entries, 1000u);
  EXPECT_EQ(read.user_bytes, 116'000u);
  EXPECT_EQ(read.user_bytes_written, 0u);
  EXPECT_EQ(Run(*bench, "readreverse").entries, 1000u);
  EXPECT_EQ(Run(*bench, "readseqbatch").entries, 1000u);
  EXPECT_EQ(Run(*bench, "readrandom").latency.count(), 63u);  // One of 16, the first included.
  EXPECT_EQ(Run(*bench, "readmissing").entries, 1000u);
}

TEST_F(BenchOfAFewEntries, KnowsHowManyDistinctKeysItDrew) {
  const auto bench = Open();
  for (const char* name : {"fillrandom", "fillbatch", "deleterandom", "overwrite", "fillsync"}) {
    const Measurement written = Run(*bench, name);
    EXPECT_EQ(Run(*bench, "readseq").entries, written.present_entries) << name;
  }
}

TEST_F(BenchOfAFewEntries, DividesTheWorkAmongThreads) {
  settings_.threads = 3;
  settings_.keys = KeyForm::kRandom;
  const auto bench = Open();
  for (const char* name : {"fillseq", "filluniquerandom"}) {
    const Measurement filled = Run(*bench, name);
    EXPECT_EQ(filled.threads, 3u);
    EXPECT_EQ(filled.entries, 1000u);
    EXPECT_EQ(filled.present_entries, 1000u);
  }
  EXPECT_EQ(Run(*bench, "readrandom").entries, 1000u);
  EXPECT_EQ(Run(*bench, "readseq").entries, 3000u);
  Run(*bench, "deleterandom");
  Run(*bench, "fillrandom");
  const Measurement stats = Run(*bench, "stats");
  EXPECT_EQ(Run(*bench, "readseq").entries, 3 * stats.present_entries);
}

TEST_F(BenchOfAFewEntries, CommitsInBatches) {
  const auto bench = Open();
  const Measurement of_hundred = Run(*bench, "fillbatch");
  EXPECT_EQ(of_hundred.operations, 10u);
  EXPECT_EQ(of_hundred.entries, 1000u);
  settings_.batch = 300;
  const Measurement filled = Run(*bench, "fillseq");
  EXPECT_EQ(filled.operations, 4u);
  EXPECT_EQ(filled.entries, 1000u);
  EXPECT_EQ(filled.present_entries, 1000u);
  const Measurement deleted = Run(*bench, "deleterandom");
  EXPECT_EQ(deleted.operations, 4u);
  EXPECT_EQ(deleted.user_bytes_written, 16'000u);
}

TEST_F(BenchOfAFewEntries, SeeksAndGoesOn) {
  settings_.reads = 50;
  const auto bench = Open();
  Run(*bench, "fillseq");
  for (const char* name : {"seekrandom", "seekkept", "scan100"}) {
    const Measurement sought = Run(*bench, name);
    const uint64_t span = std::string(name) == "scan100" ? 101 : 11;
    EXPECT_EQ(sought.operations, 50u);
    EXPECT_LE(sought.entries, 50 * span);
    EXPECT_GT(sought.entries, 35 * span);  // Seeks near the end find fewer.
  }
  EXPECT_EQ(Run(*bench, "readseq").entries, 50u);
}

TEST_F(BenchOfAFewEntries, SeeksAsFarAsItIsTold) {
  settings_.reads = 50;
  settings_.seek_nexts = 0;
  const auto bench = Open();
  Run(*bench, "fillseq");
  for (const char* name : {"seekrandom", "seekkept", "seekordered"}) EXPECT_EQ(Run(*bench, name).entries, 50u) << name;
}

TEST_F(BenchOfAFewEntries, PutsSeriesAndLargeValuesWhereOthersDoNotMeetThem) {
  settings_.series = 7;
  const auto bench = Open();
  Run(*bench, "fillseq");
  const Measurement large = Run(*bench, "fill100K");
  EXPECT_EQ(large.entries, 1u);
  EXPECT_EQ(large.user_bytes_written, 100'016u);
  const Measurement points = Run(*bench, "tsingest");
  EXPECT_EQ(points.operations, 10u);
  EXPECT_EQ(points.entries, 1000u);
  EXPECT_EQ(points.present_bytes, 2 * 116'000u + 100'016u);
  EXPECT_EQ(Run(*bench, "readseq").entries, 1000u);
  bench->Close().Check();
  const Database database = Database::Open(path_, {.mode = OpenMode::kReadOnly}).value();
  const Collection series = database.OpenCollection("series").value();
  uint64_t count = 0;
  for (Cursor cursor = series.ScanPrefix(std::string_view("\0\0\0\0\0\0\0\x03", 8)); cursor.valid(); cursor.Next()) {
    ++count;
  }
  EXPECT_EQ(count, 143u);
}

TEST_F(BenchOfAFewEntries, DeletesInOrder) {
  const auto bench = Open();
  Run(*bench, "fillseq");
  EXPECT_EQ(Run(*bench, "deleteseq").entries, 1000u);
  EXPECT_EQ(Run(*bench, "readseq").entries, 0u);
}

TEST_F(BenchOfAFewEntries, DeletesByRanges) {
  const auto bench = Open();
  Run(*bench, "fillseq");
  const Measurement deleted = Run(*bench, "deleterange");
  EXPECT_EQ(deleted.operations, 10u);
  EXPECT_EQ(deleted.entries, 1000u);
  EXPECT_EQ(Run(*bench, "readseq").entries, 0u);
}

TEST_F(BenchOfAFewEntries, MixesReadsAndWrites) {
  settings_.threads = 2;
  const auto bench = Open();
  Run(*bench, "fillseq");
  const Measurement updated = Run(*bench, "updaterandom");
  EXPECT_EQ(updated.operations, 1000u);
  EXPECT_EQ(updated.entries, 2000u);
  EXPECT_EQ(updated.user_bytes_written, 116'000u);
  const Measurement half = Run(*bench, "ycsba");
  EXPECT_EQ(half.operations, 1000u);
  EXPECT_NEAR(static_cast<double>(half.user_bytes_written), 58'000, 10'000);
  EXPECT_NEAR(static_cast<double>(Run(*bench, "ycsbb").user_bytes_written), 5'800, 5'000);
  EXPECT_EQ(Run(*bench, "readseq").entries, 2000u);
}

TEST_F(BenchOfAFewEntries, WritesTheSameByBatchesAndByTransactions) {
  settings_.threads = 3;
  const auto bench = Open();
  for (const char* name : {"batchput", "txput", "batchupdate", "txupdate"}) {
    const Measurement written = Run(*bench, name);
    EXPECT_EQ(written.entries, 1000u) << name;
    EXPECT_EQ(written.operations, 252u) << name;  // Of four entries each, and a smaller last one of each thread.
    EXPECT_EQ(written.user_bytes_written, 116'000u) << name;
    EXPECT_EQ(written.present_entries, 1000u) << name;
    EXPECT_EQ(written.transactions.committed, name[0] == 't' ? 252u : 0u) << name;
    EXPECT_EQ(written.transactions.conflicts, 0u) << name;
  }
  EXPECT_EQ(Run(*bench, "readrandom").entries, 1000u);
}

TEST_F(BenchOfAFewEntries, RunsTransactionsThatMeetAndChecksWhatTheyLeave) {
  settings_.threads = 4;
  settings_.num = 20;
  settings_.reads = 2000;
  const auto bench = Open();
  for (const char* name : {"txbank", "txtpcb", "txphantom"}) {
    for (int i = 0; i < 2; ++i) {
      const Measurement run = Run(*bench, name);
      EXPECT_EQ(run.operations, 2000u) << name;
      EXPECT_EQ(run.transactions.committed, 2000u) << name;
      EXPECT_EQ(run.user_bytes, run.user_bytes_written) << name;
    }
  }
  Run(*bench, "fillseq");
  EXPECT_EQ(Run(*bench, "readseq").entries, 4 * 20u);
}

TEST_F(BenchOfAFewEntries, FailsWhereMoneyOrAnEntryIsLost) {
  settings_.num = 10;
  settings_.reads = 200;
  const auto bench = Open();
  for (const char* name : {"txbank", "txtpcb"}) Run(*bench, name);
  bench->Close().Check();
  {
    settings_.use_existing_db = true;
    const auto again = Open();
    for (const char* name : {"txbank", "txtpcb"}) Run(*again, name);
    again->Close().Check();
  }
  Database database = Database::Open(path_).value();
  database.OpenCollection("bank")->Put("000000000003", "1").Check();
  database.OpenCollection("tpcb tellers")->Put("000000000003", "1000000000").Check();
  database.Close().Check();
  const auto damaged = Open();
  for (const char* name : {"txbank", "txtpcb"}) {
    EXPECT_EQ(damaged->Run(*FindOperation(name)).status().code(), StatusCode::kCorruption) << name;
  }
}

TEST_F(BenchOfAFewEntries, KnowsTheNewEntriesOfYcsbE) {
  settings_.threads = 2;
  const auto bench = Open();
  Run(*bench, "fillseq");
  for (int i = 0; i < 2; ++i) {
    const Measurement scanned = Run(*bench, "ycsbe");
    EXPECT_EQ(scanned.operations, 1000u);
    EXPECT_GT(scanned.entries, 20'000u);
    EXPECT_GT(scanned.user_bytes_written, 0u);
    EXPECT_GT(scanned.present_entries, 1000u);
    EXPECT_EQ(Run(*bench, "readseq").entries, 2 * scanned.present_entries);
  }
}

TEST_F(BenchOfAFewEntries, TellsTheWriterBesideReadersApart) {
  settings_.reads = 20'000;
  const auto bench = Open();
  Run(*bench, "fillseq");
  const Measurement read = Run(*bench, "readwhilewriting");
  EXPECT_EQ(read.entries, 20'000u);
  EXPECT_EQ(read.user_bytes_written, read.beside_entries * 116);
  EXPECT_EQ(Run(*bench, "readseq").entries, 1000u);
}

TEST_F(BenchOfAFewEntries, MovesEntriesIntoTrees) {
  const auto bench = Open();
  Run(*bench, "fillseq");
  for (const char* name : {"flush", "compact", "settle"}) {
    const Measurement done = Run(*bench, name);
    EXPECT_EQ(done.operations, 1u);
    EXPECT_EQ(done.entries, 0u);
  }
  bench->Close().Check();
  const Database database = Database::Open(path_, {.mode = OpenMode::kReadOnly}).value();
  EXPECT_GT(database.Verify().value().blocks, 0u);
}

TEST_F(BenchOfAFewEntries, RefusesADirectoryInUse) {
  Open();
  EXPECT_EQ(Bench::Open(path_, settings_, interrupted_).status().code(), StatusCode::kAlreadyExists);
  const std::string other = directory_.path().string();
  EXPECT_EQ(Bench::Open(other, settings_, interrupted_).status().code(), StatusCode::kAlreadyExists);
  settings_.use_existing_db = true;
  EXPECT_EQ(Bench::Open(other, settings_, interrupted_).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(Bench::Open(path_, settings_, interrupted_).ok());
}

TEST_F(BenchOfAFewEntries, CountsWhatIsThereAlready) {
  Run(*Open(), "fillrandom");
  Edit([](Collection& collection) { collection.Put("stranger", std::string(100, 'x')).Check(); });
  settings_.use_existing_db = true;
  settings_.verify = false;
  const auto bench = Open();
  EXPECT_EQ(Run(*bench, "readrandom").entries, 1000u);
  const Measurement all = Run(*bench, "readseq");
  EXPECT_EQ(all.entries, all.present_entries);
  EXPECT_EQ(all.user_bytes, all.present_bytes);
}

TEST_F(BenchOfAFewEntries, FailsWhereNothingIsThereToRead) {
  const auto bench = Open();
  for (const char* name : {"readrandom", "overwrite", "seekrandom", "readwhilewriting"}) {
    const Status status = bench->Run(*FindOperation(name)).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << name;
    EXPECT_NE(status.message().find("fillrandom"), std::string::npos) << status;
  }
}

TEST_F(BenchOfAFewEntries, FailsWhereAValueIsNotWhatWasWritten) {
  Run(*Open(), "fillseq");
  settings_.use_existing_db = true;
  settings_.seed = 2;
  EXPECT_EQ(Open()->Run(*FindOperation("readrandom")).status().code(), StatusCode::kCorruption);
  EXPECT_EQ(Open()->Run(*FindOperation("readseq")).status().code(), StatusCode::kCorruption);
  settings_.verify = false;
  EXPECT_TRUE(Open()->Run(*FindOperation("readrandom")).ok());
  settings_.value_size_bytes = 99;
  const Status status = Open()->Run(*FindOperation("readrandom")).status();
  EXPECT_NE(status.message().find("100 bytes, expected 99"), std::string::npos) << status;
}

TEST_F(BenchOfAFewEntries, EndsSoonWhenInterrupted) {
  const auto bench = Open();
  Run(*bench, "fillseq");
  interrupted_ = true;
  const Measurement read = Run(*bench, "readrandom");
  EXPECT_TRUE(read.interrupted);
  EXPECT_EQ(read.entries, 0u);
  EXPECT_EQ(Run(*bench, "overwrite").present_entries, 1000u);
}

}  // namespace
}  // namespace logwood::bench
