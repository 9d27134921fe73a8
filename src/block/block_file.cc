#include "block/block_file.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"
#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "codec/hex.h"

namespace logwood {

namespace {

// What is gathered before it is appended, in bytes: large enough that a call for each no longer counts.
constexpr size_t kGatheredSizeMin = 64 * 1024;
// What room for gathered blocks is kept: one that was copied may have been large.
constexpr size_t kGatheredSizeKept = size_t{1} << 20;

static_assert(kFileHeaderSize % kBlockAlignment == 0);

std::string TitleOf(FileType type, FileNumber number) {
  return std::string(ToString(type)) + " file " + std::to_string(number.value());
}

Status CheckHeader(const FileHeader& header, const BlockFile::Expected& expected) {
  const std::string where = TitleOf(expected.type, expected.number) + " offset 0: ";
  if (header.type != expected.type) {
    return Status::Corruption(where + "type " + std::string(ToString(header.type)) + ", expected " +
                              std::string(ToString(expected.type)));
  }
  if (header.number != expected.number) {
    return Status::Corruption(where + "header of file " + std::to_string(header.number.value()));
  }
  if (header.id != expected.id) {
    return Status::Corruption(where + "file id " + HexNumber(header.id.value()) + ", expected " +
                              HexNumber(expected.id.value()));
  }
  if (header.database != expected.database) {
    return Status::Corruption(where + "file of database " + HexNumber(header.database.value()) + ", expected " +
                              HexNumber(expected.database.value()));
  }
  return Status::Ok();
}

// Fills `into` from `offset` on; a file that ends before is damaged.
Status ReadFully(const ReadableFile& file, uint64_t offset, std::span<std::byte> into) {
  const Result<size_t> read = file.Read(offset, into);
  if (!read.ok()) return read.status();
  if (*read == into.size()) return Status::Ok();
  return Status::Corruption("file ends after " + std::to_string(*read) + " of " + std::to_string(into.size()) +
                            " bytes");
}

}  // namespace

BlockFile::BlockFile(Expected expected, std::unique_ptr<ReadableFile> file)
    : expected_(std::move(expected)), file_(std::move(file)) {
  if (expected_.title.empty()) expected_.title = TitleOf(expected_.type, expected_.number);
}

Result<std::shared_ptr<const BlockFile>> BlockFile::Open(Store& store, const Expected& expected) {
  const std::string where = TitleOf(expected.type, expected.number);
  Result<std::unique_ptr<ReadableFile>> opened = store.Open(FileName(expected.number, expected.type));
  if (!opened.ok() && opened.status().code() == StatusCode::kNotFound) {
    return Status::Corruption(where + ": the file is missing: " + std::string(opened.status().message()));
  }
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, std::move(opened));
  if (file->size() < expected.length || expected.length < kFileHeaderSize) {
    return Status::Corruption(where + ": " + std::to_string(file->size()) + " bytes, expected at least " +
                              std::to_string(std::max<uint64_t>(expected.length, kFileHeaderSize)));
  }
  std::array<std::byte, kFileHeaderSize> bytes;
  if (Status status = ReadFully(*file, 0, bytes); !status.ok()) return status.WithContext(where + " offset 0");
  LOGWOOD_ASSIGN_OR_RETURN(const FileHeader header, DecodeFileHeader(Bytes(bytes.data(), bytes.size()), where));
  LOGWOOD_RETURN_IF_ERROR(CheckHeader(header, expected));
  return Of(std::move(file), expected);
}

std::shared_ptr<const BlockFile> BlockFile::Of(std::unique_ptr<ReadableFile> file, Expected expected) {
  // The constructor is private: make_shared() cannot call it.
  return std::shared_ptr<const BlockFile>(new BlockFile(std::move(expected), std::move(file)));
}

Result<Block> BlockFile::ReadBlock(BlockReference reference, BlockKind kind, PagePool* pool) const {
  const uint64_t offset = reference.offset();
  if (Status status = CheckReference(reference); !status.ok()) return status.WithContext(WhereIs(offset));
  const auto size = static_cast<size_t>(std::min<uint64_t>(reference.length_max(), expected_.length - offset));
  PooledBytes data = pool != nullptr ? pool->Allocate(size) : std::make_unique_for_overwrite<std::byte[]>(size);
  if (Status status = ReadFully(*file_, offset, {data.get(), size}); !status.ok()) {
    return status.WithContext(WhereIs(offset));
  }
  Result<Block> block = Block::Parse(std::move(data), size, {.file_id = expected_.id, .offset = offset, .kind = kind});
  if (!block.ok()) return block.status().WithContext(WhereIs(offset));
  return block;
}

// Before memory is taken for the block: what the reference says is bounded, and so is what the file can hold.
Status BlockFile::CheckReference(BlockReference reference) const {
  if (reference.file_slot() != 0) {
    return Status::Unsupported("reference to a block in file slot " + std::to_string(reference.file_slot()) +
                               ": a newer version of Logwood wrote it");
  }
  if (reference.offset() < kFileHeaderSize || reference.offset() >= expected_.length) {
    return Status::Corruption("reference to a block outside of a file of " + std::to_string(expected_.length) +
                              " bytes");
  }
  if (reference.length_max() > BlockReference::Of(0, kBlockSizeMax).length_max()) {
    return Status::Corruption("reference to a block of up to " + std::to_string(reference.length_max()) + " bytes");
  }
  return Status::Ok();
}

std::string BlockFile::WhereIs(uint64_t offset) const { return title() + " offset " + std::to_string(offset); }

BlockFileWriter::BlockFileWriter(const FileHeader& header, std::string title, std::unique_ptr<AppendFile> file)
    : header_(header), title_(std::move(title)), file_(std::move(file)) {
  Gather(Bytes(EncodeFileHeader(header)));
}

Result<std::unique_ptr<BlockFileWriter>> BlockFileWriter::Create(Store& store, const FileHeader& header,
                                                                 uint64_t size_expected) {
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file,
                           store.Create(FileName(header.number, header.type), {.size_expected = size_expected}));
  // The constructor is private: make_unique() cannot call it.
  return std::unique_ptr<BlockFileWriter>(
      new BlockFileWriter(header, TitleOf(header.type, header.number), std::move(file)));
}

Result<std::unique_ptr<BlockFileWriter>> BlockFileWriter::Create(Store& store, const Names& names,
                                                                 const FileHeader& header) {
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, store.Create(names.file, {}));
  return std::unique_ptr<BlockFileWriter>(new BlockFileWriter(header, names.title, std::move(file)));
}

Result<BlockReference> BlockFileWriter::Append(BlockBuilder& builder) {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  LOGWOOD_ASSERT(!finished_);
  const uint64_t offset = size();
  const Bytes block = builder.Finish(header_.id, offset);
  if (block.size() >= kGatheredSizeMin) {
    LOGWOOD_RETURN_IF_ERROR(AppendGathered());
    LOGWOOD_RETURN_IF_ERROR(AppendNow(block));
  } else {
    Gather(block);
    if (gathered_.size() >= kGatheredSizeMin) LOGWOOD_RETURN_IF_ERROR(AppendGathered());
  }
  return BlockReference::Of(offset, block.size());
}

// Gathered whatever its size: the checksum has to be set in a copy.
Result<BlockReference> BlockFileWriter::Append(const Block& block) {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  LOGWOOD_ASSERT(!finished_);
  const uint64_t offset = size();
  const size_t begin = gathered_.size();
  const size_t length = block.stored().size();
  Gather(block.stored());
  std::byte* const copy = gathered_.data() + begin;
  StoreFixed64(copy + kBlockChecksumOffset,
               BlockChecksum(Bytes(copy, length), {.file_id = header_.id, .offset = offset, .kind = block.kind()}));
  if (gathered_.size() >= kGatheredSizeMin) LOGWOOD_RETURN_IF_ERROR(AppendGathered());
  return BlockReference::Of(offset, length);
}

Status BlockFileWriter::Finish() {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  LOGWOOD_ASSERT(!finished_);
  LOGWOOD_RETURN_IF_ERROR(AppendGathered());
  finished_ = true;
  poison_ = file_->Finish();
  return poison_;
}

// The end first, so that the sync covers it too.
Status BlockFileWriter::SyncAndFinish() {
  LOGWOOD_RETURN_IF_ERROR(Finish());
  poison_ = file_->Sync();
  return poison_;
}

uint64_t BlockFileWriter::size() const noexcept { return size_appended_ + gathered_.size(); }

void BlockFileWriter::Gather(Bytes bytes) { gathered_.insert(gathered_.end(), bytes.begin(), bytes.end()); }

Status BlockFileWriter::AppendGathered() {
  if (gathered_.empty()) return Status::Ok();
  LOGWOOD_RETURN_IF_ERROR(AppendNow(Bytes(gathered_.data(), gathered_.size())));
  gathered_.clear();
  if (gathered_.capacity() > kGatheredSizeKept) decltype(gathered_)().swap(gathered_);
  return Status::Ok();
}

Status BlockFileWriter::AppendNow(Bytes bytes) {
  poison_ = file_->Append(bytes);
  if (poison_.ok()) size_appended_ += bytes.size();
  return poison_;
}

}  // namespace logwood
