#include <array>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "block/block.h"
#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "segment/segment_file.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/file_dump.h"
#include "tree/tree_footer.h"

// A tree file needs no manifest to be read: its blocks stand one behind the other, each with its length, and a tree's
// blocks stand in the order leaves (in key order, parents among them), filter, footer.

namespace logwood::command_line {
namespace {

struct BlockFrame {
  uint32_t length = 0;
  uint8_t kind = 0;
};

bool IsBlockKind(uint8_t kind) {
  return kind >= static_cast<uint8_t>(BlockKind::kLeaf) && kind <= static_cast<uint8_t>(BlockKind::kRangeTombstones);
}

// A file that belongs to no database (logwood/segment.h).
bool IsSegment(const FileHeader& header) { return header.database == DatabaseId(); }

// How messages call the file.
std::string TitleOf(const FileHeader& header, const std::string& name) {
  return IsSegment(header) ? SegmentTitle(name) : fmt::format("tree file {}", header.number.value());
}

class TreeFileDump {
 public:
  TreeFileDump(const ReadableFile& file, const FileHeader& header, const std::string& name, DumpPage& page)
      : file_(file), header_(header), title_(TitleOf(header, name)), page_(page) {}

  Result<Answer> Run() {
    page_.BeginEntries();
    while (offset_ < file_.size() && page_.is_read()) {
      LOGWOOD_ASSIGN_OR_RETURN(const BlockFrame frame, ReadFrame());
      if (frame.length == 0) return Answer::kNo;
      LOGWOOD_RETURN_IF_ERROR(DumpBlock(frame));
      offset_ += frame.length;
    }
    if (!inside_tree_ || !page_.is_read()) return answer_;
    page_.Note(IsSegment(header_)
                   ? "the segment has no footer: it was never finished; build it again under another name"
                   : "the last tree has no footer: it was never completed");
    return Answer::kNo;
  }

 private:
  // Length 0 where no block can be: the walk ends there.
  Result<BlockFrame> ReadFrame() {
    std::array<std::byte, kBlockHeaderSize> data;
    LOGWOOD_ASSIGN_OR_RETURN(const size_t size, file_.Read(offset_, data));
    if (size == data.size()) {
      const BlockFrame frame{.length = LoadFixed32(data.data() + kBlockLengthOffset),
                             .kind = std::to_integer<uint8_t>(data[kBlockKindOffset])};
      const bool fits = frame.length >= kBlockHeaderSize && frame.length % kBlockAlignment == 0 &&
                        frame.length <= kBlockSizeMax && frame.length <= file_.size() - offset_;
      if (fits && IsBlockKind(frame.kind)) return frame;
    }
    page_.Note(
        fmt::format("damaged: {}: no whole block begins here; {} bytes are left", Where(), file_.size() - offset_));
    return BlockFrame{};
  }

  Status DumpBlock(const BlockFrame& frame) {
    auto data = std::make_unique_for_overwrite<std::byte[]>(frame.length);
    LOGWOOD_ASSIGN_OR_RETURN(const size_t size, file_.Read(offset_, {data.get(), frame.length}));
    const auto kind = static_cast<BlockKind>(frame.kind);
    const BlockIdentity identity{.file_id = header_.id, .offset = offset_, .kind = kind};
    const auto block = Block::Parse(std::move(data), size, identity);
    if (!block.ok()) {
      page_.Note("damaged: " + Where() + ": " + std::string(block.status().message()));
      answer_ = Answer::kNo;
    } else {
      Describe(*block);
    }
    inside_tree_ = kind != BlockKind::kFooter;
    return Status::Ok();
  }

  void Describe(const Block& block) {
    switch (block.kind()) {
      case BlockKind::kLeaf: return DescribeLeaf(block);
      case BlockKind::kInner:
        return page_.Note(fmt::format("offset {}: inner node of {} children", offset_, block.count()));
      case BlockKind::kFilter:
        return page_.Note(fmt::format("offset {}: filter block of {} bytes", offset_, block.value(0).size()));
      case BlockKind::kFooter: return DescribeFooter(block);
      case BlockKind::kRangeTombstones: return DescribeRangeTombstones(block);
    }
  }

  void DescribeLeaf(const Block& leaf) {
    page_.Note(fmt::format("offset {}: leaf of {} entries", offset_, leaf.count()));
    std::string scratch;
    for (uint32_t i = 0; i < leaf.count() && page_.is_read(); ++i) {
      page_.Entry({.type = leaf.type(i), .key = leaf.key(i, scratch), .value = leaf.value(i)});
    }
  }

  void DescribeRangeTombstones(const Block& block) {
    page_.Note(fmt::format("offset {}: {} range tombstones", offset_, block.count()));
    std::string scratch;
    for (uint32_t i = 0; i < block.count() && page_.is_read(); ++i) {
      page_.Entry({.type = EntryType::kRangeTombstone, .key = block.key(i, scratch), .value = block.value(i)});
    }
  }

  void DescribeFooter(const Block& block) {
    if (IsSegment(header_) && offset_ == kFileHeaderSize && block.value(0).empty()) {
      return page_.Note(fmt::format("offset {}: footer of a segment without entries", offset_));
    }
    const Result<TreeFooter> footer = DecodeTreeFooter(block.value(0), offset_, Where());
    if (!footer.ok()) {
      page_.Note("damaged: " + std::string(footer.status().message()));
      answer_ = Answer::kNo;
      return;
    }
    page_.Note(fmt::format("offset {}: footer, the tree ends", offset_),
               {fmt::format("begins at offset {}, root at {}, height {}", footer->begin, footer->root.offset(),
                            footer->height),
                fmt::format("{} entries in {} leaves, {} of them tombstones; {} range tombstones", footer->entries,
                            footer->leaves, footer->tombstones, footer->range_tombstones),
                fmt::format("filter of {} lines with {} probes", footer->filter_lines, footer->filter_probes),
                fmt::format("keys \"{}\" to \"{}\"", Escape(footer->first_key), Escape(footer->last_key))});
  }

  [[nodiscard]] std::string Where() const { return fmt::format("{} offset {}", title_, offset_); }

  const ReadableFile& file_;
  const FileHeader& header_;
  const std::string title_;
  DumpPage& page_;
  uint64_t offset_ = kFileHeaderSize;
  bool inside_tree_ = false;
  Answer answer_ = Answer::kYes;
};

}  // namespace

Result<Answer> DumpTreeFile(Store& store, const FileHeader& header, const std::string& name, DumpPage& page) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> file,
                           store.Open(FileName(header.number, FileType::kTree)));
  DumpPage::Fields fields = FieldsOf(header);
  fields.emplace_back("bytes", std::to_string(file->size()));
  page.BeginFile(name, IsSegment(header) ? "segment" : "tree", fields);
  return TreeFileDump(*file, header, name, page).Run();
}

}  // namespace logwood::command_line
