#pragma once

#include <string_view>

#include "logwood/status.h"

namespace logwood {

// The status of a system call that failed with `error` (an errno value): "PATH: CALL: text (errno N)" and, where there
// is something to do about it, what. kNoSpace for a full device or quota, kReadOnly for a read-only file system, kIo
// for all else: where a missing or present name means something, the caller tells it before.
Status ErrnoStatus(std::string_view path, std::string_view call, int error);
// The same for an append or a sync that was under way, of which kReadOnly would say that nothing happened: a file
// system that turned read-only meanwhile is kIo.
Status WriteErrnoStatus(std::string_view path, std::string_view call, int error);

}  // namespace logwood
