#pragma once

namespace logwood::command_line {

// Opens /dev/null in place of each standard stream that whoever started this program had closed, so that no file of a
// database takes its number and gets what is meant for a terminal. To be called before anything is opened. Returns
// false where it cannot be done.
[[nodiscard]] bool OpenStandardStreams() noexcept;

}  // namespace logwood::command_line
