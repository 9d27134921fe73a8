#include <gtest/gtest.h>
#include <string>

#include "codec/batch_encoder.h"
#include "codec/file_header.h"
#include "log/log_reader.h"
#include "tests/format/golden.h"
#include "tests/log/log_builder.h"

namespace logwood {
namespace {

using testing::ByteStore;
using testing::ExpectGolden;
using testing::ExpectListing;
using testing::LogBuilder;
using testing::ReadGolden;

constexpr FileHeader kTreeHeader{
    .type = FileType::kTree, .number = FileNumber(12), .id = FileId(0xa1a2a3a4a5a6a7a8), .database = DatabaseId(7)};

BatchEncoder ExampleBatch() {
  BatchEncoder batch;
  batch.Add(EntryType::kPut, CollectionId(1), "ada", "1815");
  batch.Add(EntryType::kTombstone, CollectionId(200), "charles", "");
  batch.Add(EntryType::kRangeTombstone, CollectionId(1), "b", "c");
  return batch;
}

// A commit of three operations; one with a large operation, its value two chunks long; a mark.
std::string ExampleLog() {
  ByteStore store;
  LogBuilder before(store, 2, 1);
  before.Commit({{"key", "value"}});
  LogBuilder log = LogBuilder::AfterInEpoch(store, before, 3, 2);
  BatchEncoder batch = ExampleBatch();
  log.MarkAt(Sequence::Of(1, 1)).Commit(batch);
  log.Commit({{"large", std::string(kValueChunkSize + 2, 'v')}}).Sync().Mark();
  return store.bytes("000003.log");
}

TEST(GoldenFileHeader, IsWhatThisVersionWrites) {
  const auto header = EncodeFileHeader(kTreeHeader);
  ExpectGolden("file_header_0.bin", Bytes(header).string_view());
  ExpectListing("file_header.md", "file_header_0.bin");
}

TEST(GoldenFileHeader, IsRead) {
  const Result<FileHeader> header = DecodeFileHeader(ReadGolden("file_header_0.bin"), "golden file");
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(*header, kTreeHeader);
}

TEST(GoldenBatch, IsWhatThisVersionWrites) {
  BatchEncoder batch = ExampleBatch();
  batch.Seal();
  ExpectGolden("batch_0.bin", batch.body(batch.fragments()[0]).string_view());
  ExpectListing("log.md", "batch_0.bin");
}

TEST(GoldenBatch, IsRead) {
  const std::string body = ReadGolden("batch_0.bin");
  OperationReader reader(body);
  const auto put = reader.Next().value();
  ASSERT_TRUE(put.has_value());
  EXPECT_EQ(put->key, Bytes("ada"));
  EXPECT_EQ(put->value, Bytes("1815"));
  const auto tombstone = reader.Next().value();
  ASSERT_TRUE(tombstone.has_value());
  EXPECT_EQ(tombstone->type, EntryType::kTombstone);
  EXPECT_EQ(tombstone->collection, CollectionId(200));
  const auto range_tombstone = reader.Next().value();
  ASSERT_TRUE(range_tombstone.has_value());
  EXPECT_EQ(range_tombstone->type, EntryType::kRangeTombstone);
  EXPECT_EQ(range_tombstone->key, Bytes("b"));
  EXPECT_EQ(range_tombstone->value, Bytes("c"));
  EXPECT_FALSE(reader.Next().value().has_value());
}

TEST(GoldenLog, IsWhatThisVersionWrites) {
  ExpectGolden("log_0.log", ExampleLog());
  ExpectListing("log.md", "log_0.log");
}

TEST(GoldenLog, IsRead) {
  ByteStore store;
  store.bytes("000003.log") = ReadGolden("log_0.log");
  const auto reader = LogReader::Open(store, FileNumber(3), FileType::kLog).value();
  EXPECT_EQ(reader->header().predecessor, FileNumber(2));
  EXPECT_EQ(reader->header().epoch, 2u);
  const auto operations = reader->Next().value();
  ASSERT_TRUE(operations.has_value());
  EXPECT_EQ(operations->type, LogRecordType::kOperations);
  EXPECT_EQ(operations->count, 3);
  EXPECT_EQ(operations->durable_mark, Sequence::Of(1, 1));
  const auto large = reader->Next().value();
  ASSERT_TRUE(large.has_value());
  EXPECT_EQ(large->type, LogRecordType::kLargeOperation);
  EXPECT_EQ(large->sequence, Sequence::Of(2, 4));
  const auto mark = reader->Next().value();
  ASSERT_TRUE(mark.has_value());
  EXPECT_EQ(mark->type, LogRecordType::kMark);
  EXPECT_EQ(mark->durable_mark, Sequence::Of(2, 4));
  EXPECT_FALSE(reader->Next().value().has_value());
  EXPECT_EQ(reader->stop_reason(), "");
}

}  // namespace
}  // namespace logwood
