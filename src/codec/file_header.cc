#include "codec/file_header.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "base/hash.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/hex.h"
#include "logwood/version.h"

namespace logwood {

namespace {

constexpr std::string_view kMagic = "LOGWOOD\n";
constexpr size_t kVersionOffset = 8;
constexpr size_t kTypeOffset = kVersionOffset + sizeof(uint32_t);
constexpr size_t kNumberOffset = kTypeOffset + 4;  // The type and three zeros.
constexpr size_t kIdOffset = kNumberOffset + sizeof(uint64_t);
constexpr size_t kDatabaseOffset = kIdOffset + sizeof(uint64_t);
constexpr size_t kChecksumOffset = kDatabaseOffset + sizeof(uint64_t);
static_assert(kMagic.size() == kVersionOffset);
static_assert(kChecksumOffset + sizeof(uint64_t) == kFileHeaderSize);

constexpr size_t kNumberDigitsMin = 6;

Status Damaged(std::string_view name, const std::string& what) {
  return Status::Corruption(std::string(name) + " offset 0: " + what);
}

bool IsFileType(uint8_t type) {
  return type >= static_cast<uint8_t>(FileType::kManifest) && type <= static_cast<uint8_t>(FileType::kReserve);
}

// What holds for the header of every version: magic, checksum, version.
Status CheckIdentity(Bytes data, std::string_view name) {
  if (data.size() < kFileHeaderSize) {
    return Damaged(name,
                   "file header has " + std::to_string(data.size()) + " bytes of " + std::to_string(kFileHeaderSize));
  }
  if (!data.StartsWith(kMagic)) return Damaged(name, "not a Logwood file: it begins with other bytes");
  const uint64_t stored = LoadFixed64(data.data() + kChecksumOffset);
  const uint64_t computed = Hash64(data.First(kChecksumOffset));
  if (stored != computed) {
    return Damaged(name, "file header checksum " + HexNumber(computed) + ", expected " + HexNumber(stored));
  }
  const uint32_t version = LoadFixed32(data.data() + kVersionOffset);
  if (version > kFormatVersion) {
    return Status::Unsupported(std::string(name) + ": written in format version " + std::to_string(version) +
                               ", this Logwood reads up to " + std::to_string(kFormatVersion) +
                               ": open it with a newer one");
  }
  return Status::Ok();
}

}  // namespace

std::string_view ToString(FileType type) {
  switch (type) {
    case FileType::kManifest: return "manifest";
    case FileType::kLog: return "log";
    case FileType::kTree: return "tree";
    case FileType::kReserve: return "reserve";
  }
  return "unknown";
}

std::array<std::byte, kFileHeaderSize> EncodeFileHeader(const FileHeader& header) {
  std::array<std::byte, kFileHeaderSize> data{};
  std::ranges::copy(Bytes(kMagic), data.begin());
  StoreFixed32(data.data() + kVersionOffset, kFormatVersion);
  data[kTypeOffset] = static_cast<std::byte>(header.type);
  StoreFixed64(data.data() + kNumberOffset, header.number.value());
  StoreFixed64(data.data() + kIdOffset, header.id.value());
  StoreFixed64(data.data() + kDatabaseOffset, header.database.value());
  StoreFixed64(data.data() + kChecksumOffset, Hash64(Bytes(data.data(), kChecksumOffset)));
  return data;
}

Result<FileHeader> DecodeFileHeader(Bytes data, std::string_view name) {
  if (Status status = CheckIdentity(data, name); !status.ok()) return status;
  const auto type = std::to_integer<uint8_t>(data[kTypeOffset]);
  if (!IsFileType(type)) return Damaged(name, "file type " + std::to_string(type) + " is unknown");
  for (size_t at = kTypeOffset + 1; at < kNumberOffset; ++at) {
    if (data[at] != std::byte{0}) return Damaged(name, "byte " + std::to_string(at) + " of the file header is not 0");
  }
  if (LoadFixed64(data.data() + kNumberOffset) == 0) return Damaged(name, "file number 0");
  return FileHeaderAsItStands(data);
}

FileHeader FileHeaderAsItStands(Bytes data) noexcept {
  return {.type = static_cast<FileType>(std::to_integer<uint8_t>(data[kTypeOffset])),
          .number = FileNumber(LoadFixed64(data.data() + kNumberOffset)),
          .id = FileId(LoadFixed64(data.data() + kIdOffset)),
          .database = DatabaseId(LoadFixed64(data.data() + kDatabaseOffset))};
}

bool FileHeaderMayBegin(Bytes data) noexcept {
  const Bytes begin = data.First(std::min(data.size(), kFileHeaderSize));
  if (std::ranges::all_of(begin, [](std::byte byte) { return byte == std::byte{0}; })) return true;
  return Bytes(kMagic).StartsWith(begin) || begin.StartsWith(kMagic);
}

bool FileHeaderResembles(Bytes data, const FileHeader& header) {
  const auto expected = EncodeFileHeader(header);
  const auto same = [&](size_t offset) {
    return data.From(offset).First(sizeof(uint64_t)) == Bytes(expected.data() + offset, sizeof(uint64_t));
  };
  return int{same(0)} + int{same(kNumberOffset)} + int{same(kDatabaseOffset)} >= 2;
}

std::string FileName(FileNumber number, FileType type) {
  LOGWOOD_ASSERT(number != FileNumber());
  std::string digits = std::to_string(number.value());
  if (digits.size() < kNumberDigitsMin) digits.insert(0, kNumberDigitsMin - digits.size(), '0');
  return digits + "." + std::string(ToString(type));
}

std::optional<FileNameParts> ParseFileName(std::string_view name) {
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + dot, number);
  if (error != std::errc() || number == 0) return std::nullopt;
  for (const FileType type : {FileType::kManifest, FileType::kLog, FileType::kTree, FileType::kReserve}) {
    // Comparing the whole name refuses signs, missing or needless zeros, and other endings at once.
    if (name == FileName(FileNumber(number), type)) return FileNameParts{FileNumber(number), type};
  }
  return std::nullopt;
}

}  // namespace logwood
