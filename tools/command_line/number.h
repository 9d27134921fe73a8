#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logwood::command_line {

// Nullopt for anything but digits, and for more than 64 bits hold.
[[nodiscard]] std::optional<uint64_t> ParseNumber(std::string_view text);

// Empty where `text` is a number, else what is wrong with it: a check for options, as CLI11 takes -1 for 2^64 - 1.
[[nodiscard]] std::string WhyNoNumber(const std::string& text);

}  // namespace logwood::command_line
