#include "codec/file_header.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/hash.h"
#include "codec/byte_writer.h"
#include "logwood/version.h"

namespace logwood {
namespace {

const FileHeader kHeader{.type = FileType::kTree,
                         .number = FileNumber(0x1122334455),
                         .id = FileId(0x0102030405060708),
                         .database = DatabaseId(0xf1f2f3f4f5f6f7f8)};

std::string Encoded(const FileHeader& header) {
  const auto data = EncodeFileHeader(header);
  return Bytes(data).ToString();
}

// With a checksum that fits, whatever was changed before.
std::string Resealed(std::string data) {
  StoreFixed64(reinterpret_cast<std::byte*>(data.data()) + 40, Hash64(Bytes(data).First(40)));
  return data;
}

TEST(FileHeader, DecodesToWhatWasEncoded) {
  for (const FileType type : {FileType::kManifest, FileType::kLog, FileType::kTree, FileType::kReserve}) {
    FileHeader header = kHeader;
    header.type = type;
    const Result<FileHeader> decoded = DecodeFileHeader(Encoded(header) + "what follows", "tree file 1");
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, header);
  }
}

TEST(FileHeader, AnyChangedByteIsCorruption) {
  for (size_t at = 0; at < kFileHeaderSize; ++at) {
    std::string data = Encoded(kHeader);
    data[at] = static_cast<char>(data[at] ^ 0x10);
    EXPECT_EQ(DecodeFileHeader(data, "f").status().code(), StatusCode::kCorruption) << at;
  }
}

TEST(FileHeader, AnyCutIsCorruption) {
  for (size_t size = 0; size < kFileHeaderSize; ++size) {
    const std::string data = Encoded(kHeader);
    EXPECT_EQ(DecodeFileHeader(Bytes(data).First(size), "f").status().code(), StatusCode::kCorruption) << size;
  }
}

TEST(FileHeader, NewerVersionIsUnsupportedAndSaysWhichIsWhich) {
  std::string data = Encoded(kHeader);
  StoreFixed32(reinterpret_cast<std::byte*>(data.data()) + 8, kFormatVersion + 7);
  const Status status = DecodeFileHeader(Resealed(data), "tree file 9").status();
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_EQ(status.message(),
            "tree file 9: written in format version 7, this Logwood reads up to 0: open it with a newer one");
}

TEST(FileHeader, IllegalFieldsUnderAGoodChecksumAreCorruption) {
  struct Case {
    size_t offset;
    char value;
  };
  for (const Case& c : {Case{12, 0}, Case{12, 5}, Case{13, 1}, Case{14, 1}, Case{15, 1}}) {
    std::string data = Encoded(kHeader);
    data[c.offset] = c.value;
    EXPECT_EQ(DecodeFileHeader(Resealed(data), "f").status().code(), StatusCode::kCorruption) << c.offset;
  }
  std::string data = Encoded(kHeader);
  data.replace(16, 8, 8, '\0');
  EXPECT_EQ(DecodeFileHeader(Resealed(data), "f").status().message(), "f offset 0: file number 0");
}

TEST(FileHeader, ResemblesItselfWithOneFieldDamaged) {
  const auto resembles = [](const std::vector<size_t>& damaged) {
    std::string data = Encoded(kHeader);
    for (const size_t at : damaged) data[at] = static_cast<char>(data[at] ^ 1);
    return FileHeaderResembles(data, kHeader);
  };
  for (size_t at = 0; at < kFileHeaderSize; ++at) EXPECT_TRUE(resembles({at})) << at;
  EXPECT_FALSE(resembles({0, 16}));
  EXPECT_FALSE(resembles({16, 32}));
  EXPECT_FALSE(resembles({7, 39}));
}

TEST(FileHeader, MayBeginWithZerosOrTheMagicOnly) {
  const std::string_view may[] = {"", "L", "LOGWOOD", "LOGWOOD\n", "LOGWOOD\nand more", std::string_view("\0\0\0", 3)};
  for (const std::string_view data : may) EXPECT_TRUE(FileHeaderMayBegin(data)) << data;
  const std::string_view may_not[] = {"l", "LOGWOOL", "mine", std::string_view("\0\0\1", 3)};
  for (const std::string_view data : may_not) EXPECT_FALSE(FileHeaderMayBegin(data)) << data;
  EXPECT_TRUE(FileHeaderMayBegin(std::string(kFileHeaderSize, '\0') + "behind it"));
}

TEST(FileName, ParsesToWhatItWasMadeOf) {
  for (const uint64_t number : {uint64_t{1}, uint64_t{999999}, uint64_t{1000000}, UINT64_MAX}) {
    for (const FileType type : {FileType::kManifest, FileType::kLog, FileType::kTree, FileType::kReserve}) {
      const auto parts = ParseFileName(FileName(FileNumber(number), type));
      ASSERT_TRUE(parts.has_value());
      EXPECT_EQ(parts->number.value(), number);
      EXPECT_EQ(parts->type, type);
    }
  }
  EXPECT_EQ(FileName(FileNumber(12), FileType::kLog), "000012.log");
  EXPECT_EQ(FileName(FileNumber(1234567), FileType::kManifest), "1234567.manifest");
}

TEST(FileName, OtherNamesAreNotParsed) {
  for (const std::string_view name :
       {"", ".", "log", ".log", "12.log", "000000.log", "0000012.log", "000012", "000012.", "000012.lo", "000012.logs",
        "000012.log.old", "+00012.log", "-00012.log", " 00012.log", "00001x.log", "18446744073709551616.log",
        "000012.LOG", "lock"}) {
    EXPECT_FALSE(ParseFileName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace logwood
