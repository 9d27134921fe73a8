#pragma once

#include <cstdint>
#include <string>

namespace logwood::command_line {

// Figures for people: three digits, and the unit that needs least of them.

// "512 B", "1.50 KiB", "12.0 MiB".
[[nodiscard]] std::string BytesAsText(uint64_t bytes);
// "512 ns", "1.50 us", "12.0 ms", "100 s".
[[nodiscard]] std::string DurationAsText(uint64_t nanoseconds);
// "1 file", "2 files".
[[nodiscard]] std::string CountAsText(uint64_t count, const std::string& noun);

}  // namespace logwood::command_line
