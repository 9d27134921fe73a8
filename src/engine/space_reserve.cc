#include "engine/space_reserve.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/status_macros.h"
#include "codec/file_header.h"

namespace logwood {
namespace {

constexpr uint64_t kShare = 32;
constexpr uint64_t kSizeMin = uint64_t{64} << 10;
constexpr size_t kPiece = size_t{64} << 10;

}  // namespace

uint64_t ReserveSizeOf(uint64_t tree_bytes, uint64_t memtable_size_bytes) {
  return std::min(memtable_size_bytes + memtable_size_bytes / 4, std::max(kSizeMin, tree_bytes / kShare));
}

SpaceReserve::SpaceReserve(Runtime& runtime, Store& store, Root& root, uint64_t memtable_size_bytes)
    : runtime_(runtime), store_(store), root_(root), memtable_size_bytes_(memtable_size_bytes) {}

// A file for each time that it has grown by a third: they are few, and one that fails leaves the others as they are.
Status SpaceReserve::Fill() {
  const uint64_t wanted = ReserveSizeOf(root_.data_bytes(), memtable_size_bytes_);
  if (wanted <= size_bytes_ || (size_bytes_ > 0 && wanted - size_bytes_ < size_bytes_ / 3)) return Status::Ok();
  LOGWOOD_ASSIGN_OR_RETURN(const FileNumber number, root_.NewFileNumber());
  const Status written = WriteFile(number, wanted - size_bytes_);
  if (!written.ok()) {
    // Why: an open removes it if this does not.
    store_.Remove(FileName(number, FileType::kReserve)).IgnoreError();
    return written.WithContext("reserve of space");
  }
  files_.push_back(number);
  size_bytes_ = wanted;
  return Status::Ok();
}

// Of bytes that no file system can keep in less space, behind the header.
Status SpaceReserve::WriteFile(FileNumber number, uint64_t bytes) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<AppendFile> file,
                           store_.Create(FileName(number, FileType::kReserve), {}));
  const FileHeader header{
      .type = FileType::kReserve, .number = number, .id = FileId(runtime_.Random()), .database = root_.database()};
  const auto encoded = EncodeFileHeader(header);
  SeededRandom random(header.id.value());
  std::vector<uint64_t> piece(kPiece / sizeof(uint64_t));
  const std::span<std::byte> piece_bytes = std::as_writable_bytes(std::span(piece));
  for (uint64_t written = 0; written < bytes; written = file->size()) {
    std::ranges::generate(piece, [&] { return random.Next(); });
    if (written == 0) std::ranges::copy(encoded, piece_bytes.begin());
    const Bytes part = Bytes(piece_bytes).First(static_cast<size_t>(std::min<uint64_t>(kPiece, bytes - written)));
    LOGWOOD_RETURN_IF_ERROR(file->Append(part));
    bytes_written_.Add(part.size());
  }
  return file->Sync();  // What was only promised to be written may turn out to have no space.
}

bool SpaceReserve::GiveUp() {
  const bool had_any = !files_.empty();
  for (const FileNumber number : files_) {
    // Why: an open removes it if this does not.
    store_.Remove(FileName(number, FileType::kReserve)).IgnoreError();
  }
  files_.clear();
  size_bytes_ = 0;
  return had_any;
}

}  // namespace logwood
