#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status_macros.h"
#include "codec/hex.h"
#include "log/log_reader.h"
#include "lsm/lsm_kind.h"
#include "lsm/lsm_state.h"
#include "manifest/manifest_edit.h"
#include "manifest/manifest_state.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/file_dump.h"

namespace logwood::command_line {
namespace {

using Lines = std::vector<std::string>;

// What a collection's state says, in words: it is its kind's own.
std::string DescribeState(const ManifestCollection& collection) {
  if (collection.kind != CollectionKind::kLsm) return fmt::format("{} bytes of state", collection.state.size());
  const Result<LsmState> state = DecodeLsmState(collection.state);
  if (!state.ok()) return std::string(state.status().message());
  std::string text = fmt::format("lsm, blocks of {} bytes, {} segment{} in {} partition{}", state->block_size_bytes,
                                 state->segments.size(), state->segments.size() == 1 ? "" : "s",
                                 state->partitions.size(), state->partitions.size() == 1 ? "" : "s");
  for (const auto& [id, segment] : state->segments) {
    const TreeDescriptor& tree = segment.tree;
    text += fmt::format("; segment {} in {}: {} entries, {} tombstones, {} bytes, keys \"{}\" to \"{}\"", id,
                        FileName(tree.file, FileType::kTree), tree.entries, tree.tombstones, tree.bytes,
                        Escape(tree.first_key), Escape(tree.last_key));
  }
  for (const LsmPartition& partition : state->partitions) {
    text += fmt::format("; partition from \"{}\":", Escape(partition.start));
    if (partition.pieces.empty()) text += " nothing";
    for (const LsmPiece& piece : partition.pieces) text += fmt::format(" {}", piece.segment);
  }
  return text;
}

std::string DescribeCollection(const ManifestState& state, CollectionId id) {
  const auto collection = state.collections.find(id);
  if (collection == state.collections.end()) return fmt::format("{}", id.value());
  return fmt::format("{} \"{}\": {}", id.value(), Escape(collection->second.name), DescribeState(collection->second));
}

void DescribeNumbers(const ManifestEdit& edit, Lines& lines) {
  if (edit.epoch) lines.push_back(fmt::format("epoch {}", *edit.epoch));
  if (edit.file_numbers_reserved) {
    lines.push_back(fmt::format("file numbers below {} are reserved", edit.file_numbers_reserved->value()));
  }
  if (edit.next_collection) lines.push_back(fmt::format("the next collection is {}", edit.next_collection->value()));
  if (edit.flushed) lines.push_back(fmt::format("all up to {} is in trees", ToString(*edit.flushed)));
  if (edit.first_log) lines.push_back(fmt::format("the first log needed is {}", edit.first_log->value()));
  if (!edit.log_ends) return;
  if (edit.log_ends->empty()) lines.emplace_back("no log of earlier epochs is needed");
  for (const LogEnd& log : *edit.log_ends) {
    lines.push_back(fmt::format("log {} with id {} is needed up to offset {}", log.number.value(),
                                HexNumber(log.id.value()), log.end));
  }
}

void DescribeFiles(const ManifestEdit& edit, Lines& lines) {
  for (const FileAdded& file : edit.files_added) {
    lines.push_back(fmt::format("file {} added: id {}, {} bytes", FileName(file.number, file.type),
                                HexNumber(file.id.value()), file.length));
  }
  for (const FileNumber file : edit.files_dropped) lines.push_back(fmt::format("file {} dropped", file.value()));
  for (const LiveBytesChange& change : edit.live_bytes) {
    lines.push_back(fmt::format("live bytes of file {}: {:+}", change.file.value(), change.bytes));
  }
}

// `before` and `after`: the states around the edit.
void DescribeCollections(const ManifestEdit& edit, const ManifestState& before, const ManifestState& after,
                         Lines& lines) {
  for (const CollectionCreated& created : edit.collections_created) {
    lines.push_back("collection created: " + DescribeCollection(after, created.id));
  }
  for (const CollectionId dropped : edit.collections_dropped) {
    lines.push_back("collection dropped: " + DescribeCollection(before, dropped));
  }
  for (const CollectionEdited& edited : edit.collections_edited) {
    lines.push_back("collection changed, now " + DescribeCollection(after, edited.id));
  }
}

// Follows the records of a manifest and says what each does.
class ManifestDump {
 public:
  explicit ManifestDump(DumpPage& page) : page_(page) { kinds_.Register(CollectionKind::kLsm, NewLsmKind()); }

  Status Add(const LogRecord& record) {
    const uint64_t offset = record.body_offset - kLogRecordHeaderSize;
    if (record.type == LogRecordType::kMark) {
      page_.Note(
          fmt::format("offset {}: mark, all records up to {} are durable", offset, record.durable_mark.counter()));
    } else if (record.type == LogRecordType::kEdit) {
      if (edit_.empty()) edit_offset_ = offset;
      edit_ += record.body.string_view();
      if (record.end) return EndEdit();
    } else {
      page_.Note(fmt::format("offset {}: a record of type {}", offset, static_cast<int>(record.type)));
    }
    return Status::Ok();
  }

  [[nodiscard]] bool is_inside_edit() const noexcept { return !edit_.empty(); }

 private:
  Status EndEdit() {
    const std::string place = fmt::format("offset {}", edit_offset_);
    const Result<ManifestEdit> edit = DecodeManifestEdit(edit_);
    if (!edit.ok()) return edit.status().WithContext(place);
    const ManifestState before = state_;
    const Status applied = state_.Apply(*edit, kinds_);
    Lines lines;
    DescribeNumbers(*edit, lines);
    DescribeFiles(*edit, lines);
    DescribeCollections(*edit, before, state_, lines);
    page_.Note(fmt::format("{}: edit of {} bytes", place, edit_.size()), lines);
    edit_.clear();
    return applied.WithContext(place);
  }

  DumpPage& page_;
  KindRegistry kinds_;
  ManifestState state_;
  std::string edit_;  // What is there of one that takes several records.
  uint64_t edit_offset_ = 0;
};

}  // namespace

Result<Answer> DumpManifestFile(Store& store, const FileHeader& header, const std::string& name, DumpPage& page) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<LogReader> reader,
                           LogReader::Open(store, header.number, FileType::kManifest));
  page.BeginFile(name, "manifest", FieldsOf(reader->header()));
  ManifestDump dump(page);
  Sequence next = Sequence::Of(0, 1);
  Sequence mark;
  while (page.is_read()) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<LogRecord> record, reader->Next());
    if (!record) break;
    LOGWOOD_RETURN_IF_ERROR(dump.Add(*record).WithContext("manifest file " + std::to_string(header.number.value())));
    next = record->sequence.Plus(record->count);
    mark = std::max(mark, record->durable_mark);
  }
  if (!page.is_read()) return Answer::kYes;  // It was left halfway: what follows is not missing.
  if (dump.is_inside_edit()) page.Note("the last edit has no end: nothing of it counts");
  return DumpEndOfRecords(*reader, next, mark, page);
}

}  // namespace logwood::command_line
