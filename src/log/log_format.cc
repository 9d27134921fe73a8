#include "log/log_format.h"

#include <algorithm>

#include "base/hash.h"
#include "codec/byte_writer.h"
#include "codec/hex.h"

namespace logwood {

namespace {

constexpr size_t kPredecessorOffset = kFileHeaderSize;
constexpr size_t kPredecessorIdOffset = kPredecessorOffset + sizeof(uint64_t);
constexpr size_t kPredecessorEndOffset = kPredecessorIdOffset + sizeof(uint64_t);
constexpr size_t kEpochOffset = kPredecessorEndOffset + sizeof(uint64_t);
constexpr size_t kZeroOffset = kEpochOffset + sizeof(uint32_t);
constexpr size_t kChecksumOffset = kZeroOffset + sizeof(uint32_t);
static_assert(kChecksumOffset + sizeof(uint64_t) == kLogDataStart);

uint64_t PrefaceChecksum(Bytes data, FileId id) {
  return Hash64(data.First(kChecksumOffset).From(kPredecessorOffset), id.value());
}

Status Damaged(std::string_view name, const std::string& what) {
  return Status::Corruption(std::string(name) + " offset " + std::to_string(kPredecessorOffset) + ": " + what);
}

Status CheckPredecessor(const LogFileHeader& header, std::string_view name) {
  if (header.predecessor == FileNumber()) {
    if (header.predecessor_id == FileId() && header.predecessor_end == 0) return Status::Ok();
    return Damaged(name, "an id or an end of a predecessor that it does not have");
  }
  if (header.predecessor >= header.file.number) {
    return Damaged(name, "predecessor " + std::to_string(header.predecessor.value()) + " is not older than the file");
  }
  if (header.predecessor_end < kLogDataStart) {
    return Damaged(name, "predecessor's end " + std::to_string(header.predecessor_end) + " lies in its header");
  }
  return Status::Ok();
}

}  // namespace

std::array<std::byte, kLogDataStart> EncodeLogFileHeader(const LogFileHeader& header) {
  std::array<std::byte, kLogDataStart> data{};
  std::ranges::copy(EncodeFileHeader(header.file), data.begin());
  StoreFixed64(data.data() + kPredecessorOffset, header.predecessor.value());
  StoreFixed64(data.data() + kPredecessorIdOffset, header.predecessor_id.value());
  StoreFixed64(data.data() + kPredecessorEndOffset, header.predecessor_end);
  StoreFixed32(data.data() + kEpochOffset, header.epoch);
  StoreFixed64(data.data() + kChecksumOffset, PrefaceChecksum(Bytes(data.data(), data.size()), header.file.id));
  return data;
}

Result<LogFileHeader> DecodeLogFileHeader(Bytes data, std::string_view name) {
  Result<FileHeader> file = DecodeFileHeader(data, name);
  if (!file.ok()) return file.status();
  if (file->type != FileType::kLog && file->type != FileType::kManifest) {
    return Status::Corruption(std::string(name) + " offset 0: a " + std::string(ToString(file->type)) +
                              " file, expected a log or a manifest");
  }
  if (data.size() < kLogDataStart) {
    return Damaged(name,
                   "the header has " + std::to_string(data.size()) + " bytes of " + std::to_string(kLogDataStart));
  }
  const uint64_t stored = LoadFixed64(data.data() + kChecksumOffset);
  const uint64_t computed = PrefaceChecksum(data, file->id);
  if (stored != computed) {
    return Damaged(name, "preface checksum " + HexNumber(computed) + ", expected " + HexNumber(stored));
  }
  const LogFileHeader header{.file = *file,
                             .predecessor = FileNumber(LoadFixed64(data.data() + kPredecessorOffset)),
                             .predecessor_id = FileId(LoadFixed64(data.data() + kPredecessorIdOffset)),
                             .predecessor_end = LoadFixed64(data.data() + kPredecessorEndOffset),
                             .epoch = LoadFixed32(data.data() + kEpochOffset)};
  if (LoadFixed32(data.data() + kZeroOffset) != 0) return Damaged(name, "the reserved field is not 0");
  if (header.epoch > Sequence::kEpochMax) return Damaged(name, "epoch " + std::to_string(header.epoch));
  if (Status status = CheckPredecessor(header, name); !status.ok()) return status;
  return header;
}

}  // namespace logwood
