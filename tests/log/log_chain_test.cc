#include "log/log_chain.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "codec/batch_encoder.h"
#include "log/log_reader.h"
#include "log/log_settler.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulated_store.h"
#include "tests/crash/queue_runtime.h"

namespace logwood::testing {
namespace {

constexpr StoreCallKinds kCreates = {StoreCallKind::kCreate};
constexpr StoreCallKinds kSyncs = {StoreCallKind::kSync};
constexpr StoreCallKinds kFinishes = {StoreCallKind::kFinish};

// A chain whose background jobs run when the test says so.
class LogChainTest : public ::testing::Test {
 protected:
  ~LogChainTest() override { settler_.Stop(); }

  Status Begin(uint64_t number) {
    return chain_.Begin({.number = FileNumber(number), .id = FileId(number), .epoch = 1});
  }
  Status Append(uint64_t counter) {
    BatchEncoder batch;
    batch.Add(EntryType::kPut, CollectionId(1), "key", "value");
    batch.Seal();
    const BatchFragment& fragment = batch.fragments().front();
    LogRecord record{
        .sequence = Sequence::Of(1, counter), .count = 1, .body = batch.body(fragment), .checksum = fragment.checksum};
    return chain_.Append(std::span(&record, 1), record.sequence);
  }
  // The durable marks of the records of a file, as counters.
  std::vector<uint64_t> Marks(uint64_t number) {
    const auto reader = LogReader::Open(device_, FileNumber(number), FileType::kLog).value();
    std::vector<uint64_t> marks;
    while (const std::optional<LogRecord> record = reader->Next().value()) {
      marks.push_back(record->durable_mark.counter());
    }
    return marks;
  }

  QueueRuntime runtime_{1};
  SimulatedStore device_{runtime_};
  FaultStore store_{device_};
  LogSettler settler_{runtime_};
  LogChain chain_{store_, settler_, DatabaseId(1), std::nullopt, Sequence::Of(1, 0)};
};

TEST_F(LogChainTest, NextFileBeginsBeforeTheOneBeforeItIsSynced) {
  Begin(1).Check();
  Append(1).Check();
  Begin(2).Check();
  Append(2).Check();
  EXPECT_EQ(store_.calls(kSyncs), 0u);
  runtime_.RunOneJob();
  EXPECT_EQ(store_.calls(kSyncs), 1u);
  EXPECT_EQ(store_.calls(kFinishes), 1u);
}

TEST_F(LogChainTest, RecordsBearWhatWasSettledOnceItIs) {
  Begin(1).Check();
  Append(1).Check();
  Begin(2).Check();
  Append(2).Check();
  runtime_.RunOneJob();
  Append(3).Check();
  EXPECT_EQ(Marks(2), (std::vector<uint64_t>{0, 1}));
}

TEST_F(LogChainTest, SyncSettlesTheFileBeforeItself) {
  Begin(1).Check();
  Append(1).Check();
  Begin(2).Check();
  Append(2).Check();
  EXPECT_EQ(chain_.Sync(), Status::Ok());
  EXPECT_EQ(store_.calls(kSyncs), 2u);
  Append(3).Check();
  EXPECT_EQ(Marks(2), (std::vector<uint64_t>{0, 2}));
  runtime_.RunOneJob();  // Comes too late.
  EXPECT_EQ(store_.calls(kSyncs), 2u);
}

TEST_F(LogChainTest, NoSyncIsAcknowledgedWhereTheFileBeforeCouldNotBeSettled) {
  Begin(1).Check();
  Append(1).Check();
  Begin(2).Check();
  store_.FailAt(1, {.kinds = kSyncs});
  EXPECT_EQ(chain_.Sync().code(), StatusCode::kIo);
  EXPECT_EQ(chain_.Sync().code(), StatusCode::kIo);
  EXPECT_EQ(store_.calls(kSyncs), 1u);
}

TEST_F(LogChainTest, AFileThatCouldNotBeSettledEndsAppending) {
  Begin(1).Check();
  Append(1).Check();
  Begin(2).Check();
  store_.FailAt(1, {.kinds = kSyncs});
  Append(2).Check();  // Nobody knows yet.
  runtime_.RunOneJob();
  const Status status = Append(3);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("log file 1"), std::string_view::npos) << status;
  EXPECT_EQ(Begin(3).code(), StatusCode::kIo);
}

TEST_F(LogChainTest, OneFileAtMostIsNotSettledWhenTheNextBegins) {
  Begin(1).Check();
  Begin(2).Check();
  Begin(3).Check();
  EXPECT_EQ(store_.calls(kFinishes), 1u);
}

TEST_F(LogChainTest, GoesOnInAFileThatWasMadeBefore) {
  std::unique_ptr<AppendFile> file = store_.Create(FileName(FileNumber(1), FileType::kLog), {}).value();
  chain_.Begin({.number = FileNumber(1), .id = FileId(1), .epoch = 1, .file = std::move(file)}).Check();
  Append(1).Check();
  EXPECT_EQ(store_.calls(kCreates), 1u);
  EXPECT_EQ(Marks(1).size(), 1u);
}

}  // namespace
}  // namespace logwood::testing
