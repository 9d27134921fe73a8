#pragma once

#include <span>
#include <string_view>

#include "logwood/result.h"

namespace logwood::command_line {

// Read and write through an open file descriptor; a signal that comes between is no error.

// Fills the front of `into` and returns how many bytes it took; 0: the end. Errors: kIo, of `name`.
[[nodiscard]] Result<size_t> ReadFrom(int fd, std::string_view name, std::span<char> into);
// Returns 0, or the errno of a write that failed.
[[nodiscard]] int WriteTo(int fd, std::string_view text);

}  // namespace logwood::command_line
