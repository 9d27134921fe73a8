#include "tools/command_line/progress_bar.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include "logwood/runtime.h"

namespace logwood::command_line {
namespace {

constexpr std::chrono::milliseconds kDrawInterval{100};
constexpr size_t kColumnsDefault = 80;
constexpr std::string_view kClearLine = "\r\x1b[K";

double Seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// 0 while no time has passed.
double PerSecond(uint64_t count, std::chrono::nanoseconds elapsed) {
  return elapsed.count() > 0 ? static_cast<double>(count) / Seconds(elapsed) : 0;
}

// "950", "12.3 k", "1.2 M".
std::string Short(double count) {
  if (count < 1e3) return fmt::format("{:.0f}", count);
  if (count < 1e6) return fmt::format("{:.1f} k", count / 1e3);
  return fmt::format("{:.1f} M", count / 1e6);
}

std::string Duration(double seconds) {
  const auto whole = static_cast<uint64_t>(std::min(seconds, 359'999.0));  // 99:59:59.
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string WithSeparators(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string Counted(uint64_t count, std::string_view one, std::string_view many) {
  return WithSeparators(count) + " " + std::string(count == 1 ? one : many);
}

std::string Bar(double part, size_t width) {
  const auto done = static_cast<size_t>(part * static_cast<double>(width));
  return "[" + std::string(done, '#') + std::string(width - done, ' ') + "]";
}

size_t TerminalColumns() {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kColumnsDefault;
}

void WriteToTerminal(std::string_view text) {
  // Nothing depends on it, and there would be no place to tell of an error.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

std::string Summary(const Progress& progress) {
  return fmt::format("{}, {}, {:.2f} s", Counted(progress.entries, "entry", "entries"),
                     Counted(progress.bytes, "byte", "bytes"), Seconds(progress.elapsed));
}

std::string ProgressLine(const Progress& progress, size_t columns) {
  const std::string done = fmt::format(
      "{} entries, {} entries/s, {:.1f} MB/s", Short(static_cast<double>(progress.entries)),
      Short(PerSecond(progress.entries, progress.elapsed)), PerSecond(progress.bytes, progress.elapsed) / 1e6);
  if (progress.bytes_total.value_or(0) == 0) return done.substr(0, columns);
  const auto total = static_cast<double>(*progress.bytes_total);
  const double part = std::min(static_cast<double>(progress.bytes) / total, 1.0);
  std::string line = fmt::format("{:3.0f}% {}", part * 100, done);
  // What is left takes as long as what was done, in proportion.
  if (part > 0) line += ", " + Duration(Seconds(progress.elapsed) * (1 - part) / part) + " left";
  constexpr size_t kBarWidthMin = 8;
  constexpr size_t kBarWidthMax = 30;
  constexpr size_t kBarFrame = 3;  // Brackets and a space.
  constexpr size_t kBarAt = 5;     // Behind "100% ".
  if (line.size() + kBarFrame + kBarWidthMin <= columns) {
    const size_t width = std::min(columns - line.size() - kBarFrame, kBarWidthMax);
    line.insert(kBarAt, Bar(part, width) + " ");
  }
  return line.substr(0, columns);
}

ProgressBar::ProgressBar(Wanted wanted, std::optional<uint64_t> bytes_total)
    : is_shown_(wanted == Wanted::kYes && ::isatty(STDERR_FILENO) == 1),
      bytes_total_(bytes_total),
      begin_(Runtime::Default().Now()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) WriteToTerminal(kClearLine);
}

Progress ProgressBar::Show(uint64_t entries, uint64_t bytes) {
  const std::chrono::nanoseconds now = Runtime::Default().Now();
  const Progress progress{.entries = entries, .bytes = bytes, .bytes_total = bytes_total_, .elapsed = now - begin_};
  if (!is_shown_ || (drawn_ && now - *drawn_ < kDrawInterval)) return progress;
  drawn_ = now;
  // A character in the last column would make some terminals begin a new line.
  WriteToTerminal(std::string(kClearLine) + ProgressLine(progress, TerminalColumns() - 1));
  return progress;
}

}  // namespace logwood::command_line
