#include "log/log_reader.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/hash.h"
#include "log/log_record.h"
#include "logwood/options.h"
#include "tests/log/log_builder.h"

namespace logwood {
namespace {

using testing::ByteStore;
using testing::IdOf;
using testing::LogBuilder;

std::unique_ptr<LogReader> Open(ByteStore& store, uint64_t number = 7) {
  return LogReader::Open(store, FileNumber(number), FileType::kLog).value();
}

struct Read {
  std::vector<Sequence> sequences;
  uint64_t good_end = 0;
  std::string stop_reason;
};

Read ReadAll(ByteStore& store, uint64_t number = 7) {
  const auto reader = Open(store, number);
  Read read;
  for (auto record = reader->Next().value(); record; record = reader->Next().value()) {
    read.sequences.push_back(record->sequence);
  }
  EXPECT_FALSE(reader->Next().value().has_value());
  read.good_end = reader->good_end();
  read.stop_reason = reader->stop_reason();
  return read;
}

// Appends a record whose header and body are as given, right or wrong, under checksums that fit.
void AppendRaw(std::string& file, LogRecordHeader header, Bytes body, Bytes table = {}) {
  header.body_checksum = FragmentChecksum(body, table);
  const auto encoded = EncodeLogRecordHeader(header, IdOf(7), file.size());
  file.append(Bytes(encoded).string_view()).append(body.string_view()).append(table.string_view());
}

LogRecordHeader Operations(uint32_t body_length, uint16_t count) {
  return {.body_length = body_length, .sequence = Sequence::Of(1, 1), .count = count, .type = 1, .flags = 1};
}

std::string BodyOf(int put_count) {
  BatchEncoder batch;
  for (int i = 0; i < put_count; ++i) batch.Add(EntryType::kPut, CollectionId(1), "key", "value");
  batch.Seal();
  return batch.body(batch.fragments()[0]).ToString();
}

TEST(LogReader, GivesBackWhatWasWritten) {
  ByteStore store;
  LogBuilder log(store, 7, 3);
  BatchEncoder batch;
  batch.Add(EntryType::kPut, CollectionId(1), "a", "1");
  batch.Add(EntryType::kTombstone, CollectionId(2), "b", "");
  batch.Add(EntryType::kPut, CollectionId(1), "large", std::string(70'000, 'v'));
  std::vector<LogRecord> written = log.RecordsOf(batch);
  log.writer().Append(written, Sequence::Of(2, 99)).Check();
  const auto reader = Open(store);
  EXPECT_EQ(reader->header(), log.writer().header());
  for (const LogRecord& expected : written) {
    const std::optional<LogRecord> record = reader->Next().value();
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->type, expected.type);
    EXPECT_EQ(record->end, expected.end);
    EXPECT_EQ(record->sequence, expected.sequence);
    EXPECT_EQ(record->count, expected.count);
    EXPECT_EQ(record->durable_mark, Sequence::Of(2, 99));
    EXPECT_EQ(record->body, expected.body);
    EXPECT_EQ(record->checksum_table, expected.checksum_table);
    EXPECT_EQ(record->checksum, expected.checksum);
    EXPECT_EQ(record->body_offset, expected.body_offset);
  }
  EXPECT_FALSE(reader->Next().value().has_value());
  EXPECT_EQ(reader->good_end(), log.end());
  EXPECT_EQ(reader->stop_reason(), "");
}

TEST(LogReader, RecordsOfEverySizeAtAnEdgeComeBack) {
  for (const size_t size : std::vector<size_t>{0, 1, 127, 128, 16368, 16372, 16380, 16384, 65535, 65536, 65537, 131072,
                                               262143, 262144, 300'000, 16'777'216}) {
    ByteStore store;
    LogBuilder log(store, 7, 1);
    log.Commit({{"key", std::string(size, 'v')}}).Commit({{"after", "it"}});
    const Read read = ReadAll(store);
    EXPECT_EQ(read.sequences, (std::vector{Sequence::Of(1, 1), Sequence::Of(1, 2)})) << size;
    EXPECT_EQ(read.good_end, log.end()) << size;
    EXPECT_EQ(read.stop_reason, "") << size;
  }
}

TEST(LogReader, ManyRecordsAreReadThroughASmallWindow) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  for (int i = 0; i < 10'000; ++i) log.Commit({{"key", std::string(static_cast<size_t>(i % 300), 'v')}});
  const Read read = ReadAll(store);
  EXPECT_EQ(read.sequences.size(), 10'000u);
  EXPECT_EQ(read.good_end, log.end());
  EXPECT_LT(store.read_bytes, log.end() + log.end() / 10);
}

TEST(LogReader, OpenChecksNameAndType) {
  ByteStore store;
  const LogBuilder log(store, 7, 1);
  store.bytes("000008.log") = store.bytes("000007.log");
  store.bytes("000007.manifest") = store.bytes("000007.log");
  const auto wrong_number = LogReader::Open(store, FileNumber(8), FileType::kLog);
  EXPECT_EQ(wrong_number.status().message(), "log file 8 offset 0: the header is that of log file 7");
  EXPECT_EQ(wrong_number.status().code(), StatusCode::kCorruption);
  const auto wrong_type = LogReader::Open(store, FileNumber(7), FileType::kManifest);
  EXPECT_EQ(wrong_type.status().code(), StatusCode::kCorruption);
  EXPECT_EQ(LogReader::Open(store, FileNumber(9), FileType::kLog).status().code(), StatusCode::kNotFound);
}

TEST(LogReader, ReadErrorsAreNotTheEndOfTheLog) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  log.Commit({{"a", "1"}});
  const auto reader = Open(store);
  store.read_error = Status::Io("bad sector");
  EXPECT_EQ(reader->Next().status().message(), "log file 7: bad sector");
  EXPECT_EQ(reader->HighestMarkBeyond().status().code(), StatusCode::kIo);
  EXPECT_EQ(LogReader::Open(store, FileNumber(7), FileType::kLog).status().code(), StatusCode::kIo);
  store.read_error.reset();
  EXPECT_TRUE(reader->Next().value().has_value());
}

TEST(LogReader, TornTailEndsTheLog) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  log.Commit({{"a", "1"}});
  const uint64_t first_end = log.end();
  log.Commit({{"b", std::string(100, 'v')}});
  const std::string whole = store.bytes("000007.log");
  for (uint64_t size = first_end; size < whole.size(); ++size) {
    store.bytes("000007.log") = whole.substr(0, size);
    const Read read = ReadAll(store);
    EXPECT_EQ(read.good_end, first_end) << size;
    EXPECT_EQ(read.sequences.size(), 1u) << size;
    EXPECT_EQ(read.stop_reason.empty(), size == first_end) << size;
    store.bytes("000007.log").resize(whole.size());  // Zeros where the rest was.
    EXPECT_EQ(ReadAll(store).good_end, first_end) << size;
  }
}

TEST(LogReader, TornLargeOperationEndsTheLog) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  log.Commit({{"a", "1"}});
  const uint64_t first_end = log.end();
  log.Commit({{"b", std::string(70'000, 'v')}});
  const std::string whole = store.bytes("000007.log");
  for (const uint64_t cut : std::vector<uint64_t>{1, 8, 16, 23, 24, 25, 100, 60'000, 70'020}) {
    store.bytes("000007.log") = whole.substr(0, whole.size() - cut);
    EXPECT_EQ(ReadAll(store).good_end, first_end) << cut;
    store.bytes("000007.log").resize(whole.size());
    EXPECT_EQ(ReadAll(store).good_end, first_end) << cut;
  }
}

TEST(LogReader, AnyChangedByteEndsTheLogThere) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  log.Commit({{"a", "1"}});
  const uint64_t first_end = log.end();
  log.Commit({{"b", std::string(100, 'v')}}).Commit({{"c", "3"}});
  const std::string whole = store.bytes("000007.log");
  for (uint64_t at = first_end; at < whole.size() - 46; ++at) {
    store.bytes("000007.log") = whole;
    store.bytes("000007.log")[at] ^= 0x40;
    const Read read = ReadAll(store);
    EXPECT_EQ(read.good_end, first_end) << at;
    EXPECT_NE(read.stop_reason, "") << at;
  }
}

TEST(LogReader, ZerosBehindTheEndAreNoDamage) {
  for (const size_t zeros : std::vector<size_t>{1, 35, 36, 37, 4096, 300'000}) {
    ByteStore store;
    LogBuilder log(store, 7, 1);
    log.Commit({{"a", "1"}});
    store.bytes("000007.log").append(zeros, '\0');
    const Read read = ReadAll(store);
    EXPECT_EQ(read.good_end, log.end());
    EXPECT_EQ(read.stop_reason, "");
  }
}

TEST(LogReader, StaleBytesOfAnotherFileOrOffsetNeverValidate) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  LogBuilder other(store, 8, 1);
  log.Commit({{"a", "1"}});
  const uint64_t first_end = log.end();
  log.Commit({{"b", "2"}});
  other.Commit({{"a", "1"}}).Commit({{"b", "2"}});
  const std::string mine = store.bytes("000007.log");
  const std::string stale = store.bytes("000008.log");
  ASSERT_EQ(mine.size(), stale.size());
  store.bytes("000007.log") = mine.substr(0, first_end) + stale.substr(first_end);
  EXPECT_EQ(ReadAll(store).good_end, first_end);
  // The second record again, where a third would stand; and shifted by a byte.
  store.bytes("000007.log") = mine + mine.substr(first_end);
  EXPECT_EQ(ReadAll(store).good_end, mine.size());
  store.bytes("000007.log") = mine.substr(0, first_end) + '\0' + mine.substr(first_end);
  EXPECT_EQ(ReadAll(store).good_end, first_end);
  EXPECT_EQ(Open(store)->HighestMarkBeyond().value(), Sequence());
}

TEST(LogReader, BodiesThatBreakTheRulesEndTheLogThoughChecksumsFit) {
  const std::string body = BodyOf(3);
  const auto length = static_cast<uint32_t>(body.size());
  struct Case {
    LogRecordHeader header;
    std::string body;
    std::string reason;
  };
  LogRecordHeader flags = Operations(length, 3);
  flags.flags = 3;
  const std::vector<Case> cases = {
      {Operations(length, 2), body, "3 operations where the header says 2"},
      {Operations(length, 4), body, "3 operations where the header says 4"},
      {flags, body, "flags 3 in a record of type 1"},
      {Operations(length + 1, 3), body + "x", "operation at body offset 36: type 120 is unknown"},
      {Operations(length + 1, 3), body, "a body of 37 bytes runs past the end of the file"},
      {Operations(16384, 3), body, "a body of 16384 bytes runs past the end of the file"},
      {Operations(16385, 3), body, "a body of 16385 bytes in a record of type 1"},
  };
  for (const Case& c : cases) {
    ByteStore store;
    const LogBuilder log(store, 7, 1);
    AppendRaw(store.bytes("000007.log"), c.header, c.body);
    const Read read = ReadAll(store);
    EXPECT_EQ(read.stop_reason, c.reason);
    EXPECT_EQ(read.good_end, kLogDataStart);
  }
}

TEST(LogReader, HugeLengthInAShortFileTakesNoMemory) {
  ByteStore store;
  const LogBuilder log(store, 7, 1);
  LogRecordHeader header = Operations(16'842'768, 1);
  header.type = 2;
  AppendRaw(store.bytes("000007.log"), header, "x");
  EXPECT_EQ(ReadAll(store).stop_reason, "a body of 16842768 bytes runs past the end of the file");
}

TEST(LogReader, TableThatDoesNotMatchEndsTheLogThoughChecksumsFit) {
  BatchEncoder batch;
  batch.Add(EntryType::kPut, CollectionId(1), "key", std::string(70'000, 'v'));
  batch.Seal();
  const std::string body = batch.body(batch.fragments()[0]).ToString();
  const std::string table = batch.table(batch.fragments()[0]).ToString();
  LogRecordHeader header = Operations(static_cast<uint32_t>(body.size()), 1);
  header.type = 2;
  std::string wrong_table = table;
  wrong_table[9] ^= 1;
  for (const std::string& used : {wrong_table, table}) {
    ByteStore store;
    const LogBuilder log(store, 7, 1);
    AppendRaw(store.bytes("000007.log"), header, body, used);
    const Read read = ReadAll(store);
    EXPECT_EQ(read.sequences.size(), used == table ? 1u : 0u);
    EXPECT_EQ(read.stop_reason, used == table ? "" : "the checksum table does not match the value");
  }
}

TEST(LogReader, WhatANewerVersionWroteIsUnsupported) {
  ByteStore store;
  const LogBuilder log(store, 7, 1);
  LogRecordHeader header = Operations(1, 1);
  header.type = 5;
  AppendRaw(store.bytes("000007.log"), header, "x");
  const Status unknown_record = Open(store)->Next().status();
  EXPECT_EQ(unknown_record.code(), StatusCode::kUnsupported);
  EXPECT_EQ(unknown_record.message().substr(0, 41), "log file 7 offset 88: a record of type 5,");
}

TEST(LogReader, MarksBeyondDamageAreFoundAtEveryOffset) {
  for (size_t gap = 1; gap < 200; ++gap) {
    ByteStore store;
    LogBuilder log(store, 7, 1);
    log.Commit({{"a", "1"}});
    const uint64_t damaged = log.end();
    log.Commit({{"b", std::string(gap, 'v')}});
    log.Sync().Commit({{"c", "3"}}).MarkAt(Sequence()).Commit({{"d", "4"}});
    store.bytes("000007.log").replace(damaged, kLogRecordHeaderSize + gap, kLogRecordHeaderSize + gap, '\0');
    const auto reader = Open(store);
    while (reader->Next().value()) {
    }
    EXPECT_EQ(reader->good_end(), damaged);
    EXPECT_EQ(reader->HighestMarkBeyond().value(), Sequence::Of(1, 2)) << gap;
  }
}

TEST(LogReader, MarkFarBehindZerosIsFound) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  log.Commit({{"a", std::string(600'000, 'v')}}).Sync();
  const uint64_t end = log.end();
  log.Commit({{"b", "2"}});
  store.bytes("000007.log").replace(kLogDataStart, end - kLogDataStart, end - kLogDataStart, '\0');
  const auto reader = Open(store);
  EXPECT_FALSE(reader->Next().value().has_value());
  EXPECT_EQ(reader->HighestMarkBeyond().value(), Sequence::Of(1, 1));
  EXPECT_LT(store.read_bytes, 2 * log.end());
}

TEST(LogReader, MarkInARecordWhoseBodyIsLostCounts) {
  ByteStore store;
  LogBuilder log(store, 7, 1);
  log.Commit({{"a", "1"}}).Sync().Commit({{"b", std::string(100, 'v')}});
  store.bytes("000007.log").back() = 'x';
  const auto reader = Open(store);
  while (reader->Next().value()) {
  }
  EXPECT_EQ(reader->HighestMarkBeyond().value(), Sequence::Of(1, 1));
}

TEST(LogReader, SyncReachesTheFile) {
  ByteStore store;
  const LogBuilder log(store, 7, 1);
  ASSERT_TRUE(Open(store)->Sync().ok());
  EXPECT_EQ(store.sync_count, 1);
  store.sync_error = Status::Io("no");
  EXPECT_EQ(Open(store)->Sync().code(), StatusCode::kIo);
}

}  // namespace
}  // namespace logwood
