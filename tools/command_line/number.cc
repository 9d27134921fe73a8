#include "tools/command_line/number.h"

#include <charconv>
#include <limits>
#include <system_error>

#include "tools/command_line/escape.h"

namespace logwood::command_line {

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, number);
  if (error != std::errc() || end != text_end) return std::nullopt;
  return number;
}

std::string WhyNoNumber(const std::string& text) {
  if (ParseNumber(text)) return {};
  return "\"" + Escape(text) + "\" is no number: give one of 0 to " +
         std::to_string(std::numeric_limits<uint64_t>::max()) + ", in digits";
}

}  // namespace logwood::command_line
