#pragma once

#include <functional>
#include <string>

#include "base/ids.h"
#include "log/log_format.h"
#include "logwood/status.h"
#include "tools/command_line/dump_page.h"

namespace logwood::command_line {

// Writes a row for each operation of a log record; none for a mark. `name_of` says how a collection is shown.
// Errors: kCorruption, kUnsupported.
Status WriteRows(const LogRecord& record, const std::function<std::string(CollectionId)>& name_of, DumpPage& page);

}  // namespace logwood::command_line
