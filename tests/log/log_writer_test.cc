#include "log/log_writer.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tests/log/log_builder.h"

namespace logwood {
namespace {

using testing::ByteStore;
using testing::LogBuilder;

LogRecord RecordOf(const BatchEncoder& batch, uint64_t counter) {
  const BatchFragment& fragment = batch.fragments()[0];
  return {.sequence = Sequence::Of(1, counter),
          .count = static_cast<uint16_t>(fragment.count),
          .body = batch.body(fragment),
          .checksum = fragment.checksum};
}

BatchEncoder OnePut() {
  BatchEncoder batch;
  batch.Add(EntryType::kPut, CollectionId(1), "key", "value");
  batch.Seal();
  return batch;
}

TEST(LogWriter, CreateWritesTheHeaderOnly) {
  ByteStore store;
  const LogBuilder log(store, 7, 1);
  EXPECT_EQ(store.bytes("000007.log").size(), kLogDataStart);
  EXPECT_EQ(log.end(), kLogDataStart);
  EXPECT_EQ(store.sync_count, 0);
}

TEST(LogWriter, CreateOfAnExistingFileFails) {
  ByteStore store;
  store.bytes("000007.log") = "mine";
  const auto writer = LogWriter::Create(store, LogBuilder::HeaderOf(7, 1), 0);
  EXPECT_EQ(writer.status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(store.bytes("000007.log"), "mine");
}

TEST(LogWriter, AppendsAGroupInOneCallAndSaysWhereBodiesStand) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  const BatchEncoder batch = OnePut();
  std::vector<LogRecord> records = {RecordOf(batch, 1), RecordOf(batch, 2), RecordOf(batch, 3)};
  store.append_count = 0;
  ASSERT_TRUE(log.writer().Append(records, Sequence()).ok());
  EXPECT_EQ(store.append_count, 1);
  EXPECT_EQ(log.end(), store.bytes("000007.log").size());
  for (const LogRecord& record : records) {
    EXPECT_EQ(store.bytes("000007.log").substr(record.body_offset, record.body.size()), record.body.ToString());
  }
}

TEST(LogWriter, AppendOfNothingCallsNobody) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  store.append_count = 0;
  EXPECT_TRUE(log.writer().Append({}, Sequence()).ok());
  EXPECT_EQ(store.append_count, 0);
}

TEST(LogWriter, LargeOperationIsAppendedFromWhereItStands) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  BatchEncoder batch;
  const std::string value(200'000, 'v');
  batch.Add(EntryType::kPut, CollectionId(1), "before", "1");
  batch.Add(EntryType::kPut, CollectionId(1), "large", value);
  batch.Add(EntryType::kPut, CollectionId(1), "after", "2");
  std::vector<LogRecord> records = log.RecordsOf(batch);
  ASSERT_EQ(records.size(), 3u);
  store.append_count = 0;
  ASSERT_TRUE(log.writer().Append(records, Sequence()).ok());
  EXPECT_EQ(store.append_count, 3);  // All before the body; the body; all behind it.
  const std::string& bytes = store.bytes("000007.log");
  EXPECT_EQ(log.end(), bytes.size());
  EXPECT_EQ(bytes.substr(records[1].body_offset, records[1].body.size()), records[1].body.ToString());
  EXPECT_EQ(records[2].body_offset, records[1].body_offset + records[1].body.size() + 5 * 8 + kLogRecordHeaderSize);
}

TEST(LogWriter, HugeGroupGoesOutInParts) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  BatchEncoder batch;
  for (int i = 0; i < 300; ++i) batch.Add(EntryType::kPut, CollectionId(1), "key", std::string(16'000, 'v'));
  store.append_count = 0;
  log.Commit(batch);
  EXPECT_EQ(store.append_count, 5);  // 4.8 MB, 1 MiB each.
  EXPECT_EQ(log.end(), store.bytes("000007.log").size());
}

TEST(LogWriter, FirstErrorStays) {
  struct Case {
    std::optional<Status> ByteStore::* error;
    Status (*call)(LogWriter& writer, const BatchEncoder& batch);
  };
  const auto append = [](LogWriter& writer, const BatchEncoder& batch) {
    LogRecord record = RecordOf(batch, 1);
    return writer.Append({&record, 1}, Sequence());
  };
  const auto sync = [](LogWriter& writer, const BatchEncoder&) { return writer.Sync(); };
  const auto finish = [](LogWriter& writer, const BatchEncoder&) { return writer.Finish(); };
  for (const Case& c : {Case{&ByteStore::append_error, append}, Case{&ByteStore::sync_error, sync},
                        Case{&ByteStore::finish_error, finish}}) {
    ByteStore store;
    LogBuilder log(store, 7, 1);
    const BatchEncoder batch = OnePut();
    (store.*c.error) = Status::NoSpace("disk full");
    const Status first = c.call(log.writer(), batch);
    EXPECT_EQ(first.code(), StatusCode::kNoSpace);
    EXPECT_EQ(first.outcome(), Outcome::kUnknown);
    EXPECT_EQ(first.message(), "log file 7: disk full");
    const int calls = store.append_count + store.sync_count + store.finish_count;
    EXPECT_EQ(append(log.writer(), batch), first);
    EXPECT_EQ(sync(log.writer(), batch), first);
    EXPECT_EQ(finish(log.writer(), batch), first);
    EXPECT_EQ(store.append_count + store.sync_count + store.finish_count, calls);
  }
}

TEST(LogWriter, ErrorInEachAppendOfALargeOperationStays) {
  for (int call = 1; call <= 3; ++call) {
    ByteStore store;
    LogBuilder log(store, 7, 1);
    BatchEncoder batch;
    batch.Add(EntryType::kPut, CollectionId(1), "large", std::string(100'000, 'v'));
    std::vector<LogRecord> records = log.RecordsOf(batch);
    store.append_count = 0;
    store.append_error_at = call;
    EXPECT_EQ(log.writer().Append(records, Sequence()).code(), StatusCode::kIo) << call;
    EXPECT_EQ(store.append_count, call);
    EXPECT_EQ(log.writer().Sync().code(), StatusCode::kIo);
  }
}

}  // namespace
}  // namespace logwood
