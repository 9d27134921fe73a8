#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace logwood::bench {

// What happened in each second of an operation. Durations and times in nanoseconds. Thread-compatible.
class Timeline {
 public:
  struct Second {
    uint64_t entries = 0;
    uint64_t longest = 0;  // Of the calls that were measured.
    // As a look at the database's statistics found it in this second; 0 where there was none.
    uint64_t runs = 0;
    uint64_t debt_bytes = 0;
    uint64_t stored_bytes = 0;
  };
  struct Step {
    uint64_t at = 0;
    uint64_t took = 0;
    uint64_t entries_so_far = 0;
  };

  void Begin(uint64_t at) noexcept { begun_ = at; }
  // Times rise from step to step.
  void Add(const Step& step);
  // Adds what another thread did in the same seconds.
  void Merge(const Timeline& other);
  // Notes a look at the database that was taken now.
  void AddLook(uint64_t at, const Second& look);

  // From the beginning to the last step.
  [[nodiscard]] double seconds() const noexcept { return static_cast<double>(last_ - begun_) * 1e-9; }
  // The last one may be cut short.
  [[nodiscard]] const std::vector<Second>& by_second() const noexcept { return by_second_; }

 private:
  Second& SecondAt(uint64_t at);

  uint64_t begun_ = 0;
  uint64_t last_ = 0;
  uint64_t entries_ = 0;
  std::vector<Second> by_second_;
};

// The first line of a CSV file of timelines, and the lines of one.
[[nodiscard]] std::string TimelineCsvHeader();
[[nodiscard]] std::string CsvOf(const std::string& benchmark, const Timeline& timeline);

// Entries a second over time, in block characters, or in '#' where those cannot be shown: at most `width` columns, each
// the mean of as many seconds as it takes; nothing for fewer than two whole seconds.
enum class Characters : uint8_t { kAscii, kBlocks };
[[nodiscard]] std::string PlotOf(const Timeline& timeline, size_t width, Characters characters);

}  // namespace logwood::bench
