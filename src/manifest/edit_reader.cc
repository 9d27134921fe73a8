#include "manifest/edit_reader.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace logwood {

std::string PlaceInManifest(FileNumber number, uint64_t offset) {
  return "manifest file " + std::to_string(number.value()) + " offset " + std::to_string(offset);
}

Result<std::optional<std::string>> EditReader::Next() {
  std::string edit;
  for (bool begun = false;;) {
    LOGWOOD_ASSIGN_OR_RETURN(const auto record, reader_.Next());
    if (!record) return std::optional<std::string>();
    LOGWOOD_RETURN_IF_ERROR(Check(*record, begun));
    mark_ = std::max(mark_, record->durable_mark);
    next_ = next_.Plus(record->count);
    if (record->type == LogRecordType::kEdit) {
      begun = !record->end;
      edit += record->body.string_view();
    }
    if (begun) continue;
    good_end_ = reader_.good_end();
    last_whole_ = Sequence(next_.value() - 1);
    if (record->type == LogRecordType::kEdit) return std::optional(std::move(edit));
  }
}

Status EditReader::CheckNothingMissing() {
  LOGWOOD_ASSIGN_OR_RETURN(const Sequence beyond, reader_.HighestMarkBeyond());
  const Sequence mark = std::max(mark_, beyond);
  if (mark <= last_whole_) return Status::Ok();
  const std::string& reason = reader_.stop_reason();
  return Status::Corruption(
      PlaceInManifest(number(), reader_.good_end()) + ": " + (reason.empty() ? "the records end" : reason) +
      ", but records up to " + std::to_string(mark.counter()) + " were made durable and only " +
      std::to_string(last_whole_.counter()) + " are whole: the file was damaged later; restore it from a backup");
}

Status EditReader::Check(const LogRecord& record, bool inside_edit) const {
  const bool fits = record.type == LogRecordType::kEdit || (record.type == LogRecordType::kMark && !inside_edit);
  if (fits && record.sequence == next_) return Status::Ok();
  return Status::Corruption(PlaceInManifest(number(), record.body_offset) + ": a valid record of type " +
                            std::to_string(static_cast<int>(record.type)) + " with sequence " +
                            ToString(record.sequence) + " stands where record " + ToString(next_) + " belongs");
}

}  // namespace logwood
