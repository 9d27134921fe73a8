#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace logwood::command_line {

// How far a transfer of entries has come.
struct Progress {
  uint64_t entries = 0;
  uint64_t bytes = 0;
  std::optional<uint64_t> bytes_total;  // Where it is known.
  std::chrono::nanoseconds elapsed{0};
};

// "1,234,567 entries, 31,234,567 bytes, 2.41 s": what stands in a closing line.
[[nodiscard]] std::string Summary(const Progress& progress);

// One line of at most `columns` characters: where the total is known a bar and the time that is left, and always what
// has been done and how fast. Bytes are counted in millions (MB).
[[nodiscard]] std::string ProgressLine(const Progress& progress, size_t columns);

// Shows progress on standard error where that is a terminal; else does nothing. The line is taken away when the bar
// goes. Thread-compatible.
class ProgressBar {
 public:
  enum class Wanted : uint8_t {
    kYes = 0,
    kNo = 1,
  };

  ProgressBar(Wanted wanted, std::optional<uint64_t> bytes_total);
  ProgressBar(const ProgressBar&) = delete;  // One line on one terminal.
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  // What has been done by now; shown at most some times a second. Returns it with the time it took.
  Progress Show(uint64_t entries, uint64_t bytes);

 private:
  const bool is_shown_;
  const std::optional<uint64_t> bytes_total_;
  const std::chrono::nanoseconds begin_;
  std::optional<std::chrono::nanoseconds> drawn_;
};

}  // namespace logwood::command_line
