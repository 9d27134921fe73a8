#include "tools/command_line/record_rows.h"

#include <optional>

#include "base/status_macros.h"
#include "codec/batch_encoder.h"

namespace logwood::command_line {

Status WriteRows(const LogRecord& record, const std::function<std::string(CollectionId)>& name_of, DumpPage& page) {
  if (record.type != LogRecordType::kOperations && record.type != LogRecordType::kLargeOperation) return Status::Ok();
  OperationReader operations(record.body);
  for (uint64_t i = 0; page.is_read(); ++i) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<Operation> operation, operations.Next());
    if (!operation) break;
    page.Entry({.sequence = ToString(record.sequence.Plus(i)),
                .type = operation->type,
                .collection = name_of(operation->collection),
                .key = operation->key,
                .value = operation->value});
  }
  return Status::Ok();
}

}  // namespace logwood::command_line
