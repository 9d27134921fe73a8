#pragma once

#include <atomic>

namespace logwood::command_line {

// For verbs that work for long: from here on the first SIGINT (Ctrl-C) or SIGTERM makes what is returned true, and the
// second ends the process.
[[nodiscard]] const std::atomic<bool>& EndOnInterrupt();

}  // namespace logwood::command_line
