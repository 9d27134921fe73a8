#include "tools/bench/timeline.h"

#include <gtest/gtest.h>
#include <string>

namespace logwood::bench {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// A thousand entries in each of the first `seconds`, but two thousand in the second one, and one entry in the last.
Timeline Sample(uint64_t seconds) {
  Timeline timeline;
  timeline.Begin(5 * kSecond);
  uint64_t entries = 0;
  for (uint64_t i = 0; i < seconds; ++i) {
    entries += i == 1 ? 2'000 : 1'000;
    timeline.Add({.at = (5 + i) * kSecond + 1, .took = i * 1'500, .entries_so_far = entries});
  }
  timeline.Add({.at = (5 + seconds) * kSecond, .took = 10, .entries_so_far = entries + 1});
  return timeline;
}

TEST(Timeline, CountsBySecond) {
  const Timeline timeline = Sample(3);
  EXPECT_DOUBLE_EQ(timeline.seconds(), 3);
  EXPECT_EQ(CsvOf("fill", timeline),
            "fill,0,1000,0.0,0,0,0\n"
            "fill,1,2000,1.5,0,0,0\n"
            "fill,2,1000,3.0,0,0,0\n"
            "fill,3,1,0.0,0,0,0\n");
}

TEST(Timeline, AddsUpThreadsAndKeepsTheWorstLookOfASecond) {
  Timeline timeline = Sample(3);
  timeline.Merge(Sample(4));
  timeline.AddLook(6 * kSecond + 5, {.runs = 7, .debt_bytes = 10, .stored_bytes = 300});
  timeline.AddLook(6 * kSecond + 6, {.runs = 6, .debt_bytes = 20, .stored_bytes = 200});
  EXPECT_EQ(CsvOf("fill", timeline),
            "fill,0,2000,0.0,0,0,0\n"
            "fill,1,4000,1.5,7,20,300\n"
            "fill,2,2000,3.0,0,0,0\n"
            "fill,3,1001,4.5,0,0,0\n"
            "fill,4,1,0.0,0,0,0\n");
}

TEST(TimelinePlot, DrawsWholeSeconds) {
  EXPECT_EQ(PlotOf(Sample(1), 80, Characters::kBlocks), "");
  EXPECT_EQ(PlotOf(Sample(3), 80, Characters::kBlocks),
            "     2000 | █\n"
            "          | █\n"
            "          | █\n"
            "          | █\n"
            "     1000 |███\n"
            "          |███\n"
            "          |███\n"
            "          |███\n"
            "        0 +--- entries/s, 3 s\n");
  EXPECT_EQ(PlotOf(Sample(3), 80, Characters::kAscii).find("█"), std::string::npos);
}

TEST(TimelinePlot, KeepsWithinItsWidth) {
  const std::string plot = PlotOf(Sample(1000), 60, Characters::kAscii);
  const std::string first_row = plot.substr(plot.find('|'), plot.find('\n') - plot.find('|'));
  EXPECT_LE(first_row.size(), 50u);
  EXPECT_NE(plot.find("1000 s"), std::string::npos) << plot;
}

}  // namespace
}  // namespace logwood::bench
