#include "segment/segment_writer.h"

#include <utility>

#include "base/status_macros.h"
#include "segment/segment_file.h"

namespace logwood {

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::Create(Store& store, const std::string& name,
                                                             const TreeBuilder::Options& options, Runtime& runtime) {
  const std::string title = SegmentTitle(name);
  const FileHeader header{
      .type = FileType::kTree, .number = kSegmentFileNumber, .id = FileId(runtime.Random()), .database = DatabaseId()};
  Result<std::unique_ptr<BlockFileWriter>> file =
      BlockFileWriter::Create(store, {.file = name, .title = title}, header);
  if (!file.ok()) return file.status().WithContext(title);
  return std::unique_ptr<SegmentWriter>(new SegmentWriter(*std::move(file), options));
}

SegmentWriter::SegmentWriter(std::unique_ptr<BlockFileWriter> file, const TreeBuilder::Options& options)
    : file_(std::move(file)), builder_(std::make_unique<TreeBuilder>(*file_, options)) {}

SegmentWriter::~SegmentWriter() = default;

Status SegmentWriter::Add(Bytes key, EntryType type, Bytes value) {
  LOGWOOD_RETURN_IF_ERROR(CheckUsable());
  LOGWOOD_RETURN_IF_ERROR(Keep(CheckOrder(key)));
  return Keep(builder_->Add(key, type, value));
}

Status SegmentWriter::AddAll(EntryCursor& source) {
  LOGWOOD_RETURN_IF_ERROR(CheckUsable());
  return Keep(AddEntries(source));
}

// The first entry is the caller's to place; that those behind it rise is the source's promise, and the builder checks.
Status SegmentWriter::AddEntries(EntryCursor& source) {
  source.First();
  if (source.valid()) LOGWOOD_RETURN_IF_ERROR(CheckOrder(source.entry().key));
  for (; source.valid(); source.Next()) {
    const Entry& entry = source.entry();
    LOGWOOD_RETURN_IF_ERROR(builder_->Add(entry.key, entry.type, entry.value));
  }
  return source.status();
}

Status SegmentWriter::Finish() {
  LOGWOOD_RETURN_IF_ERROR(CheckUsable());
  finished_ = true;
  return Keep(FinishFile());
}

Status SegmentWriter::FinishFile() {
  if (builder_->entries() > 0) {
    LOGWOOD_RETURN_IF_ERROR(builder_->Finish().status());
  } else {
    // A footer without a tree: what tells an empty segment from one that was never finished.
    BlockBuilder footer(BlockKind::kFooter, kBlockHeaderSize);
    footer.Add(Bytes(), EntryType::kPut, Bytes());
    LOGWOOD_RETURN_IF_ERROR(file_->Append(footer).status());
  }
  return file_->SyncAndFinish();
}

Status SegmentWriter::CheckUsable() const {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  if (finished_) return Status::InvalidArgument(file_->title() + ": it is finished: build another");
  return Status::Ok();
}

Status SegmentWriter::CheckOrder(Bytes key) const {
  if (entries() == 0 || key > builder_->last_key()) return Status::Ok();
  return Status::InvalidArgument(file_->title() + ": the key of entry " + std::to_string(entries() + 1) +
                                 " is not above the one before it: add keys in rising order, or use the builder for "
                                 "unsorted entries");
}

Status SegmentWriter::Keep(Status status) {
  if (poison_.ok()) poison_ = status;
  return status;
}

}  // namespace logwood
