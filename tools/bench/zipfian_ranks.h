#pragma once

#include <cstdint>

#include "base/random.h"

namespace logwood::bench {

// Draws ranks from 1 to a limit, rank k with a probability in proportion to 1 / k^0.99, as YCSB does. By rejection from
// the inverse of an integral (Hoermann, Derflinger, "Rejection-inversion to generate variates from monotone discrete
// distributions", 1996): needs no sum over all ranks. Immutable.
class ZipfianRanks {
 public:
  // Requires: limit > 0.
  explicit ZipfianRanks(uint64_t limit) noexcept;

  [[nodiscard]] uint64_t Draw(SeededRandom& random) const noexcept;

 private:
  double limit_;
  double integral_first_;  // Over the ranks before 1.5, less the first one's share.
  double integral_last_;   // Up to the limit and a half.
  double accept_below_;    // Ranks as near as this to what was drawn need no second look.
};

}  // namespace logwood::bench
