#include "tools/bench/zipfian_ranks.h"

#include <algorithm>
#include <cmath>

namespace logwood::bench {
namespace {

constexpr double kExponent = 0.99;
constexpr double kOneLess = 1 - kExponent;

double Share(double rank) { return std::pow(rank, -kExponent); }
// Of Share() from 1 to `rank`, and its inverse.
double Integral(double rank) { return (std::pow(rank, kOneLess) - 1) / kOneLess; }
double RankOfIntegral(double integral) { return std::pow(1 + integral * kOneLess, 1 / kOneLess); }

// 53 random bits: 0 to 1, without 1.
double DrawUnit(SeededRandom& random) { return static_cast<double>(random.Next() >> 11) * 0x1p-53; }

}  // namespace

ZipfianRanks::ZipfianRanks(uint64_t limit) noexcept
    : limit_(static_cast<double>(limit)),
      integral_first_(Integral(1.5) - 1),
      integral_last_(Integral(limit_ + 0.5)),
      accept_below_(2 - RankOfIntegral(Integral(2.5) - Share(2))) {}

uint64_t ZipfianRanks::Draw(SeededRandom& random) const noexcept {
  for (;;) {
    const double integral = integral_last_ + DrawUnit(random) * (integral_first_ - integral_last_);
    const double drawn = RankOfIntegral(integral);
    const double rank = std::clamp(std::floor(drawn + 0.5), 1.0, limit_);
    if (rank - drawn <= accept_below_ || integral >= Integral(rank + 0.5) - Share(rank)) {
      return static_cast<uint64_t>(rank);
    }
  }
}

}  // namespace logwood::bench
