#include "tools/command_line/progress_bar.h"

#include <gtest/gtest.h>

namespace logwood::command_line {
namespace {

using std::chrono::milliseconds;

TEST(ProgressBar, ShowsRateAndWhatIsLeft) {
  const Progress progress{
      .entries = 1'250'000, .bytes = 25'000'000, .bytes_total = 100'000'000, .elapsed = milliseconds(2500)};
  EXPECT_EQ(ProgressLine(progress, 100),
            " 25% [#######                       ] 1.2 M entries, 500.0 k entries/s, 10.0 MB/s, 0:07 left");
}

TEST(ProgressBar, HasNoBarWithoutATotal) {
  const Progress progress{.entries = 900, .bytes = 4'500'000, .elapsed = milliseconds(1000)};
  EXPECT_EQ(ProgressLine(progress, 100), "900 entries, 900 entries/s, 4.5 MB/s");
}

TEST(ProgressBar, KeepsToTheWidth) {
  const Progress progress{.entries = 10, .bytes = 50, .bytes_total = 100, .elapsed = std::chrono::hours(2)};
  EXPECT_EQ(ProgressLine(progress, 80),
            " 50% [############             ] 10 entries, 0 entries/s, 0.0 MB/s, 2:00:00 left");
  for (size_t columns = 0; columns < 120; ++columns) EXPECT_LE(ProgressLine(progress, columns).size(), columns);
  EXPECT_EQ(ProgressLine(progress, 12), " 50% 10 entr");
}

TEST(ProgressBar, BearsStartEndAndWrongTotals) {
  EXPECT_EQ(ProgressLine({.bytes_total = 10}, 50), "  0% [          ] 0 entries, 0 entries/s, 0.0 MB/s");
  EXPECT_EQ(ProgressLine({.entries = 1, .bytes = 30, .bytes_total = 10, .elapsed = milliseconds(1)}, 48),
            "100% 1 entries, 1.0 k entries/s, 0.0 MB/s, 0:00 ");
  EXPECT_EQ(ProgressLine({.bytes_total = 0}, 80), "0 entries, 0 entries/s, 0.0 MB/s");
}

TEST(ProgressBar, SumsUp) {
  EXPECT_EQ(Summary({.entries = 1'234'567, .bytes = 999, .elapsed = milliseconds(2406)}),
            "1,234,567 entries, 999 bytes, 2.41 s");
  EXPECT_EQ(Summary({.entries = 1, .bytes = 1000}), "1 entry, 1,000 bytes, 0.00 s");
}

}  // namespace
}  // namespace logwood::command_line
