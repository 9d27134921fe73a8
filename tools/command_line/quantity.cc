#include "tools/command_line/quantity.h"

#include <array>
#include <fmt/format.h>
#include <span>

namespace logwood::command_line {
namespace {

// Divides by `step` until less than a thousand is left, which then shows as three digits.
std::string Scaled(uint64_t count, double step, std::span<const char* const> units) {
  double rest = static_cast<double>(count);
  size_t unit = 0;
  for (; rest >= 999.5 && unit + 1 < units.size(); ++unit) rest /= step;
  if (unit == 0) return fmt::format("{} {}", count, units[0]);
  const int decimals = rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", rest, decimals, units[unit]);
}

}  // namespace

std::string BytesAsText(uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  return Scaled(bytes, 1024, kUnits);
}

std::string DurationAsText(uint64_t nanoseconds) {
  constexpr std::array kUnits = {"ns", "us", "ms", "s"};
  return Scaled(nanoseconds, 1000, kUnits);
}

std::string CountAsText(uint64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace logwood::command_line
