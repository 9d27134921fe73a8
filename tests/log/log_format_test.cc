#include "log/log_format.h"

#include <gtest/gtest.h>
#include <string>

#include "base/hash.h"
#include "codec/byte_writer.h"
#include "log/log_record.h"

namespace logwood {
namespace {

LogFileHeader Header() {
  return {.file = {.type = FileType::kLog, .number = FileNumber(9), .id = FileId(77), .database = DatabaseId(88)},
          .predecessor = FileNumber(8),
          .predecessor_id = FileId(66),
          .predecessor_end = 12345,
          .epoch = 3};
}

std::string Encoded(const LogFileHeader& header) {
  const auto data = EncodeLogFileHeader(header);
  return Bytes(data).ToString();
}

// With a preface's checksum that fits, whatever was changed before.
std::string Resealed(std::string data) {
  StoreFixed64(reinterpret_cast<std::byte*>(data.data()) + 80, Hash64(Bytes(data).From(48).First(32), 77));
  return data;
}

TEST(LogFileHeader, DecodesToWhatWasEncoded) {
  for (const FileType type : {FileType::kLog, FileType::kManifest}) {
    LogFileHeader header = Header();
    header.file.type = type;
    const auto decoded = DecodeLogFileHeader(Encoded(header), "log file 9");
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, header);
  }
}

TEST(LogFileHeader, AnyChangedByteAndAnyCutIsCorruption) {
  const std::string good = Encoded(Header());
  for (size_t at = 0; at < kLogDataStart; ++at) {
    std::string data = good;
    data[at] = static_cast<char>(data[at] ^ 0x20);
    EXPECT_EQ(DecodeLogFileHeader(data, "f").status().code(), StatusCode::kCorruption) << at;
    EXPECT_EQ(DecodeLogFileHeader(Bytes(good).First(at), "f").status().code(), StatusCode::kCorruption) << at;
  }
}

TEST(LogFileHeader, PrefaceOfAnotherFileIsCorruption) {
  LogFileHeader other = Header();
  other.file.id = FileId(78);
  const std::string mixed = Encoded(Header()).substr(0, kFileHeaderSize) + Encoded(other).substr(kFileHeaderSize);
  EXPECT_EQ(DecodeLogFileHeader(mixed, "f").status().code(), StatusCode::kCorruption);
}

TEST(LogFileHeader, IllegalFieldsUnderGoodChecksumsAreCorruption) {
  LogFileHeader tree = Header();
  tree.file.type = FileType::kTree;
  LogFileHeader own_predecessor = Header();
  own_predecessor.predecessor = FileNumber(9);
  LogFileHeader end_without_predecessor = Header();
  end_without_predecessor.predecessor = FileNumber();
  LogFileHeader end_in_header = Header();
  end_in_header.predecessor_end = kLogDataStart - 1;
  LogFileHeader epoch = Header();
  epoch.epoch = Sequence::kEpochMax + 1;
  for (const LogFileHeader& header : {tree, own_predecessor, end_without_predecessor, end_in_header, epoch}) {
    EXPECT_EQ(DecodeLogFileHeader(Encoded(header), "f").status().code(), StatusCode::kCorruption);
  }
  std::string reserved = Encoded(Header());
  reserved[76] = 1;
  EXPECT_EQ(DecodeLogFileHeader(Resealed(reserved), "f").status().message(),
            "f offset 48: the reserved field is not 0");
}

constexpr LogRecordHeader kRecord{.body_length = 100,
                                  .body_checksum = 0x1122334455667788,
                                  .sequence = Sequence::Of(3, 17),
                                  .durable_mark = Sequence::Of(3, 16),
                                  .count = 4,
                                  .type = 1,
                                  .flags = 1};

Bytes Of(const std::array<std::byte, kLogRecordHeaderSize>& data) { return Bytes(data); }

TEST(LogRecordHeader, DecodesOnlyAtItsOwnPlace) {
  const auto data = EncodeLogRecordHeader(kRecord, FileId(77), 4096);
  EXPECT_EQ(DecodeLogRecordHeader(Of(data), FileId(77), 4096), kRecord);
  EXPECT_EQ(DecodeLogRecordHeader(Of(data), FileId(77), 4097), std::nullopt);
  EXPECT_EQ(DecodeLogRecordHeader(Of(data), FileId(78), 4096), std::nullopt);
}

TEST(LogRecordHeader, AnyChangedByteIsFound) {
  for (size_t at = 0; at < kLogRecordHeaderSize; ++at) {
    auto data = EncodeLogRecordHeader(kRecord, FileId(77), 4096);
    data[at] ^= std::byte{1};
    EXPECT_EQ(DecodeLogRecordHeader(Of(data), FileId(77), 4096), std::nullopt) << at;
  }
}

struct FaultCase {
  LogRecordHeader header;
  std::string fault;
};

LogRecordHeader Of(LogRecordType type, uint32_t body_length, uint16_t count, uint8_t flags = 1) {
  LogRecordHeader header = kRecord;
  header.type = static_cast<uint8_t>(type);
  header.body_length = body_length;
  header.count = count;
  header.flags = flags;
  return header;
}

TEST(LogRecordHeader, RulesOfEachTypeAreChecked) {
  using enum LogRecordType;
  constexpr uint32_t kLargeMax = 16 + 65536 + 16777216;
  const std::vector<FaultCase> cases = {
      {Of(kOperations, 4, 1), ""},
      {Of(kOperations, 16384, 4096, 0), ""},
      {Of(kOperations, 3, 1), "a body of 3 bytes in a record of type 1"},
      {Of(kOperations, 16385, 1), "a body of 16385 bytes in a record of type 1"},
      {Of(kOperations, 100, 0), "a count of 0 in a record of type 1"},
      {Of(kOperations, 100, 1, 2), "flags 2 in a record of type 1"},
      {Of(kOperations, 100, 1, 0x81), "flags 129 in a record of type 1"},
      {Of(kLargeOperation, 16385, 1), ""},
      {Of(kLargeOperation, kLargeMax, 1), ""},
      {Of(kLargeOperation, 16384, 1), "a body of 16384 bytes in a record of type 2"},
      {Of(kLargeOperation, kLargeMax + 1, 1), "a body of 16842769 bytes in a record of type 2"},
      {Of(kLargeOperation, 16385, 2), "a count of 2 in a record of type 2"},
      {Of(kMark, 0, 0), ""},
      {Of(kMark, 1, 0), "a body of 1 bytes in a record of type 3"},
      {Of(kMark, 0, 1), "a count of 1 in a record of type 3"},
      {Of(kMark, 0, 0, 0), "flags 0 in a record of type 3"},
      {Of(kEdit, 0, 1, 0), ""},
      {Of(kEdit, 16384, 1), ""},
      {Of(kEdit, 16385, 1), "a body of 16385 bytes in a record of type 4"},
      {Of(kEdit, 10, 2), "a count of 2 in a record of type 4"},
      {Of(LogRecordType{0}, 16, 1), "type 0 is unknown"},
      {Of(LogRecordType{5}, 16, 1), "type 5 is unknown"},
  };
  for (const FaultCase& c : cases) EXPECT_EQ(LogRecordHeaderFault(c.header), c.fault);
}

TEST(LogRecordHeader, SequencesAndMarksAreChecked) {
  LogRecordHeader header = kRecord;
  header.durable_mark = header.sequence;
  EXPECT_EQ(LogRecordHeaderFault(header), "durable mark 3:17 at sequence 3:17");
  header = kRecord;
  header.sequence = Sequence::Of(4, 0);
  EXPECT_EQ(LogRecordHeaderFault(header), "sequence 4:0 with a count of 4");
  header.sequence = Sequence::Of(4, Sequence::kCounterMax - 3);
  EXPECT_EQ(LogRecordHeaderFault(header), "sequence 4:1099511627772 with a count of 4");
  header.sequence = Sequence::Of(4, Sequence::kCounterMax - 4);
  EXPECT_EQ(LogRecordHeaderFault(header), "");
}

TEST(FindLogRecordCandidate, FindsAHeaderAtEachOffset) {
  const auto encoded = EncodeLogRecordHeader(kRecord, FileId(77), 0);
  for (size_t at = 0; at < 100; ++at) {
    const std::string data = std::string(at, '\0') + Bytes(encoded).ToString();
    size_t found = FindLogRecordCandidate(data, 0);
    // Bytes of the header may look like the end of one that begins before it.
    while (found < at) found = FindLogRecordCandidate(data, found + 1);
    EXPECT_EQ(found, at);
  }
}

TEST(FindLogRecordCandidate, WithoutOneStopsWhereNoHeaderFits) {
  EXPECT_EQ(FindLogRecordCandidate(std::string(1000, '\0'), 0), 1000u - 35);
  EXPECT_EQ(FindLogRecordCandidate(std::string(1000, 'x'), 10), 1000u - 35);
  EXPECT_EQ(FindLogRecordCandidate(std::string(36, '\0'), 0), 1u);
  EXPECT_EQ(FindLogRecordCandidate(std::string(35, '\0'), 0), 0u);
  EXPECT_EQ(FindLogRecordCandidate(std::string(10, '\0'), 7), 7u);
}

}  // namespace
}  // namespace logwood
