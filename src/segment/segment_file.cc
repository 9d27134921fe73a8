#include "segment/segment_file.h"

#include <array>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "block/block_cache.h"
#include "block/block_file.h"
#include "codec/hex.h"
#include "cursor/merging_cursor.h"
#include "segment/segment_footer.h"

namespace logwood {
namespace {

// The file and the cache of its blocks, which whoever holds the file keeps alive with it.
struct CachedFile {
  CachedFile(Runtime& runtime, size_t cache_size_bytes) : cache(runtime, cache_size_bytes) {}

  BlockCache cache;
  std::shared_ptr<const BlockFile> file;
};

Result<FileHeader> ReadHeader(const ReadableFile& file, const std::string& title) {
  std::array<std::byte, kFileHeaderSize> bytes{};
  LOGWOOD_ASSIGN_OR_RETURN(const size_t read, file.Read(0, bytes));
  const Bytes begin(bytes.data(), read);
  if (read < bytes.size() && FileHeaderMayBegin(begin)) {
    return Status::Corruption(title + ": " + std::to_string(read) +
                              " bytes: it was never finished; build it again under another name");
  }
  if (!FileHeaderMayBegin(begin)) return Status::Corruption(title + ": not a segment, nor any file of Logwood");
  LOGWOOD_ASSIGN_OR_RETURN(const FileHeader header, DecodeFileHeader(begin, title));
  if (header.type != FileType::kTree || header.number != kSegmentFileNumber || header.database != DatabaseId()) {
    return Status::InvalidArgument(title + ": " + std::string(ToString(header.type)) + " file " +
                                   std::to_string(header.number.value()) + " of database " +
                                   HexNumber(header.database.value()) + ", not a segment: open the database instead");
  }
  return header;
}

}  // namespace

std::string SegmentTitle(std::string_view name) { return "segment \"" + std::string(name) + "\""; }

Result<std::shared_ptr<const SegmentFile>> SegmentFile::Open(Store& store, const std::string& name, Runtime& runtime,
                                                             size_t cache_size_bytes) {
  const std::string title = SegmentTitle(name);
  Result<std::unique_ptr<ReadableFile>> opened = store.Open(name);
  if (!opened.ok()) return opened.status().WithContext(title);
  const Result<FileHeader> header = ReadHeader(**opened, title);
  LOGWOOD_RETURN_IF_ERROR(header.status());
  const uint64_t length = (*opened)->size();
  const auto cached = std::make_shared<CachedFile>(runtime, cache_size_bytes);
  cached->file = BlockFile::Of(*std::move(opened), {.number = header->number,
                                                    .type = header->type,
                                                    .id = header->id,
                                                    .database = header->database,
                                                    .length = length,
                                                    .title = title});
  LOGWOOD_ASSIGN_OR_RETURN(const SegmentEnd end, FindSegmentEnd(*cached->file));
  std::shared_ptr<const Tree> tree;
  if (end.tree) {
    // The tree and its cursors hold the file by this pointer, and with it the cache.
    const std::shared_ptr<const BlockFile> file(cached, cached->file.get());
    LOGWOOD_ASSIGN_OR_RETURN(tree, Tree::Open(file, *end.tree, cached->cache));
  }
  return std::shared_ptr<const SegmentFile>(new SegmentFile(std::move(tree), end.size_bytes));
}

std::unique_ptr<EntryCursor> SegmentFile::NewCursor() const {
  if (tree_ == nullptr) return NewMergingCursor(std::vector<MergingSource>());
  return tree_->NewCursor();
}

}  // namespace logwood
