#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "logwood/bytes.h"
#include "logwood/result.h"

namespace logwood {

// The 48 bytes with which every stored file begins, in this form in every version; docs/format/file_header.md.
//
//   offset size field
//        0    8 magic "LOGWOOD\n"
//        8    4 format version (kFormatVersion)
//       12    1 file type
//       13    3 zero
//       16    8 file number
//       24    8 file id, random
//       32    8 database id, random
//       40    8 checksum of bytes 0 to 40

enum class FileType : uint8_t { kManifest = 1, kLog = 2, kTree = 3, kReserve = 4 };

// "manifest", "log", "tree", "reserve": also the ending of the file's name.
[[nodiscard]] std::string_view ToString(FileType type);

struct FileHeader {
  FileType type = FileType::kLog;
  FileNumber number{};
  FileId id{};
  DatabaseId database{};
  friend bool operator==(const FileHeader&, const FileHeader&) = default;
};

inline constexpr size_t kFileHeaderSize = 48;

[[nodiscard]] std::array<std::byte, kFileHeaderSize> EncodeFileHeader(const FileHeader& header);
// `name` begins messages: "log file 7". Errors: kCorruption (too short, magic, checksum, unknown type, non-zero
// padding, number 0); kUnsupported (a newer format version: says which version wrote it and which this is).
[[nodiscard]] Result<FileHeader> DecodeFileHeader(Bytes data, std::string_view name);

// What stands in the fields, whatever DecodeFileHeader() says: for salvage, which trusts none of it, but finds by it
// what validates. Requires: data.size() >= kFileHeaderSize.
[[nodiscard]] FileHeader FileHeaderAsItStands(Bytes data) noexcept;

// Whether `data` is the beginning of a file header, or what a crash may leave of one: nothing but zeros, or the magic
// as far as it goes. Anything else is a stranger's.
[[nodiscard]] bool FileHeaderMayBegin(Bytes data) noexcept;

// Whether two of magic, number and database in `data` are those of `header`: then a header of that file stood there,
// whatever DecodeFileHeader() says. Requires: data.size() >= kFileHeaderSize.
[[nodiscard]] bool FileHeaderResembles(Bytes data, const FileHeader& header);

// "000012.log": the number in decimal, six digits at least, and the type. Requires: number is not none.
[[nodiscard]] std::string FileName(FileNumber number, FileType type);
// Number and type of a name that FileName() could have made; nullopt for all other names.
struct FileNameParts {
  FileNumber number{};
  FileType type;
};
[[nodiscard]] std::optional<FileNameParts> ParseFileName(std::string_view name);

}  // namespace logwood
