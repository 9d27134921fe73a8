#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <optional>

#include "base/status_macros.h"
#include "codec/batch_encoder.h"
#include "log/log_reader.h"
#include "tools/command_line/file_dump.h"
#include "tools/command_line/record_rows.h"

namespace logwood::command_line {
namespace {

std::string Describe(const LogRecord& record) {
  const uint64_t offset = record.body_offset - kLogRecordHeaderSize;
  if (record.type == LogRecordType::kMark) {
    return fmt::format("offset {}: mark, all up to {} is durable", offset, ToString(record.durable_mark));
  }
  return fmt::format("offset {}: record of {} operation{}, {} bytes, {}, written when all up to {} was durable", offset,
                     record.count, record.count == 1 ? "" : "s", LogRecordSize(record),
                     record.end ? "ends its commit" : "its commit goes on", ToString(record.durable_mark));
}

}  // namespace

Result<Answer> DumpLogFile(Store& store, const FileHeader& header, const std::string& name, DumpPage& page) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<LogReader> reader,
                           LogReader::Open(store, header.number, FileType::kLog));
  page.BeginFile(name, "log", FieldsOf(reader->header()));
  page.BeginEntries();
  Sequence next = Sequence::Of(reader->header().epoch, 1);
  Sequence mark;
  bool ended = true;
  while (page.is_read()) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<LogRecord> record, reader->Next());
    if (!record) break;
    page.Note(Describe(*record));
    LOGWOOD_RETURN_IF_ERROR(WriteRows(*record, [](CollectionId id) { return fmt::format("#{}", id.value()); }, page));
    next = record->sequence.Plus(record->count);
    mark = std::max(mark, record->durable_mark);
    ended = record->end;
  }
  if (!page.is_read()) return Answer::kYes;  // It was left halfway: what follows is not missing.
  if (!ended) page.Note("the last commit has no end: nothing of it counts");
  return DumpEndOfRecords(*reader, next, mark, page);
}

}  // namespace logwood::command_line
