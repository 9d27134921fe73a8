#include "tools/bench/timeline.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace logwood::bench {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr size_t kPlotHeight = 8;
constexpr size_t kLabelWidth = 11;

// Means of `per_column` seconds each; a last second that was cut short is left out.
std::vector<double> ColumnsOf(const std::vector<Timeline::Second>& seconds, size_t columns_max) {
  const size_t whole = seconds.empty() ? 0 : seconds.size() - 1;
  const size_t per_column = std::max<size_t>(1, (whole + columns_max - 1) / columns_max);
  std::vector<double> columns;
  for (size_t first = 0; first < whole; first += per_column) {
    const size_t limit = std::min(whole, first + per_column);
    uint64_t sum = 0;
    for (size_t i = first; i < limit; ++i) sum += seconds[i].entries;
    columns.push_back(static_cast<double>(sum) / static_cast<double>(limit - first));
  }
  return columns;
}

// A cell that is filled up to `level` of its height, 0 to 1.
const char* CellOf(double level, Characters characters) {
  static constexpr const char* kBlocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const double within = std::clamp(level, 0.0, 1.0);
  if (characters == Characters::kAscii) return within >= 0.5 ? "#" : " ";
  return kBlocks[static_cast<size_t>(std::lround(within * 8))];
}

}  // namespace

Timeline::Second& Timeline::SecondAt(uint64_t at) {
  const size_t index = (std::max(at, begun_) - begun_) / kSecond;
  if (by_second_.size() <= index) by_second_.resize(index + 1);
  return by_second_[index];
}

void Timeline::Add(const Step& step) {
  Second& second = SecondAt(step.at);
  second.entries += step.entries_so_far - entries_;
  second.longest = std::max(second.longest, step.took);
  entries_ = step.entries_so_far;
  last_ = step.at;
}

void Timeline::Merge(const Timeline& other) {
  if (by_second_.size() < other.by_second_.size()) by_second_.resize(other.by_second_.size());
  for (size_t i = 0; i < other.by_second_.size(); ++i) {
    const Second& of = other.by_second_[i];
    Second& sum = by_second_[i];
    sum.entries += of.entries;
    sum.longest = std::max(sum.longest, of.longest);
    sum.runs = std::max(sum.runs, of.runs);
    sum.debt_bytes = std::max(sum.debt_bytes, of.debt_bytes);
    sum.stored_bytes = std::max(sum.stored_bytes, of.stored_bytes);
  }
}

void Timeline::AddLook(uint64_t at, const Second& look) {
  Second& second = SecondAt(at);
  second.runs = std::max(second.runs, look.runs);
  second.debt_bytes = std::max(second.debt_bytes, look.debt_bytes);
  second.stored_bytes = std::max(second.stored_bytes, look.stored_bytes);
}

std::string TimelineCsvHeader() { return "benchmark,second,entries,longest_us,runs,debt_bytes,stored_bytes\n"; }

std::string CsvOf(const std::string& benchmark, const Timeline& timeline) {
  std::string csv;
  for (size_t i = 0; i < timeline.by_second().size(); ++i) {
    const Timeline::Second& second = timeline.by_second()[i];
    csv += fmt::format("{},{},{},{:.1f},{},{},{}\n", benchmark, i, second.entries,
                       static_cast<double>(second.longest) / 1e3, second.runs, second.debt_bytes, second.stored_bytes);
  }
  return csv;
}

std::string PlotOf(const Timeline& timeline, size_t width, Characters characters) {
  const std::vector<double> columns =
      ColumnsOf(timeline.by_second(), std::max<size_t>(width, kLabelWidth + 10) - kLabelWidth);
  if (columns.size() < 2) return {};
  const double max = std::max(1.0, *std::ranges::max_element(columns));
  std::string plot;
  for (size_t row = kPlotHeight; row-- > 0;) {
    const double upper = max * static_cast<double>(row + 1) / kPlotHeight;
    plot += row + 1 == kPlotHeight || row + 1 == kPlotHeight / 2 ? fmt::format("{:>9.0f} |", upper)
                                                                 : fmt::format("{:>9} |", "");
    std::string line;
    for (const double column : columns) {
      line += CellOf(column / max * kPlotHeight - static_cast<double>(row), characters);
    }
    plot += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  return plot + fmt::format("{:>9} +{} entries/s, {} s\n", 0, std::string(columns.size(), '-'),
                            timeline.by_second().size() - 1);
}

}  // namespace logwood::bench
