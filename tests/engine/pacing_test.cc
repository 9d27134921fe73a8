#include "engine/pacing.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace logwood {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

WriteRate RateOf(WriteLoad load) {
  load.memtable_size_bytes = 100;
  load.flush_bytes_per_second = 50;
  load.merge_bytes_per_second = 20;
  return PacedRate(load);
}

TEST(PacedRate, FollowsTheNearerBound) {
  const struct {
    WriteLoad load;
    double rate;
    PacingCause cause;
  } cases[] = {
      // Without work in the background there is no limit, however much there is in memory and in runs.
      {{}, kUnlimited, PacingCause::kNone},
      {{.active_bytes = 400, .runs = 12}, kUnlimited, PacingCause::kNone},
      // Room for 300 - 100 bytes, in the two seconds that the flush takes.
      {{.sealed_bytes = 100, .flush_bytes = 100}, 100, PacingCause::kFlushes},
      {{.active_bytes = 50, .sealed_bytes = 100, .flush_bytes = 100}, 75, PacingCause::kFlushes},
      {{.active_bytes = 50, .sealed_bytes = 100, .flush_bytes = 50}, 150, PacingCause::kFlushes},
      {{.active_bytes = 100, .sealed_bytes = 200, .flush_bytes = 200}, 0, PacingCause::kFlushes},
      {{.active_bytes = 400, .sealed_bytes = 200, .flush_bytes = 1}, 0, PacingCause::kFlushes},
      // Room for 1200 - 400 bytes, in 20 seconds.
      {{.runs = 4, .merge_bytes = 400}, 40, PacingCause::kMerges},
      {{.active_bytes = 100, .runs = 4, .merge_bytes = 400}, 35, PacingCause::kMerges},
      {{.runs = 12, .merge_bytes = 1}, 0, PacingCause::kMerges},
      {{.runs = 50, .merge_bytes = 1}, 0, PacingCause::kMerges},
      // Both.
      {{.sealed_bytes = 100, .flush_bytes = 100, .runs = 4, .merge_bytes = 400}, 35, PacingCause::kMerges},
      {{.sealed_bytes = 100, .flush_bytes = 100, .runs = 4, .merge_bytes = 40}, 100, PacingCause::kFlushes},
  };
  for (const auto& row : cases) {
    const WriteRate rate = RateOf(row.load);
    EXPECT_DOUBLE_EQ(rate.bytes_per_second, row.rate) << "row " << (&row - cases);
    EXPECT_EQ(rate.cause, row.cause) << "row " << (&row - cases);
  }
}

TEST(PacedRate, FallsWithEachByteOfWorkAndOfWhatIsHeld) {
  double before = kUnlimited;
  for (uint64_t debt = 1; debt <= 5'000; ++debt) {
    const double rate = RateOf({.runs = 6, .merge_bytes = debt}).bytes_per_second;
    EXPECT_LT(rate, before);
    if (debt > 100) {
      EXPECT_GT(rate, before * 0.98) << "a leap at " << debt;
    }
    before = rate;
  }
  before = kUnlimited;
  for (uint64_t active = 0; active < 200; ++active) {
    const double rate = RateOf({.active_bytes = active, .sealed_bytes = 100, .flush_bytes = 100}).bytes_per_second;
    EXPECT_LT(rate, before);
    before = rate;
  }
}

}  // namespace
}  // namespace logwood
