#pragma once

#include <cstdint>

#include "base/random.h"
#include "tools/bench/key_set.h"
#include "tools/bench/zipfian_ranks.h"

namespace logwood::bench {

// In which order an operation takes its keys.
enum class IndexOrder : uint8_t {
  kAscending = 0,    // Each once, in order.
  kPermutation = 1,  // Each once, in an order that the seed decides.
  kRandom = 2,       // Drawn anew each time, so that some come again and others never.
  kPresent = 3,      // Drawn anew each time from those that have an entry.
  kHot = 4,          // The same from the first hundredth of all.
  kOnward = 5,       // From one that has an entry up to 99 indexes on, and round again.
  kZipfian = 6,      // Drawn from those that have an entry, some of them far more often than others.
};

// Whether an order gives indexes with an entry alone.
[[nodiscard]] constexpr bool GivesPresent(IndexOrder order) noexcept { return order >= IndexOrder::kPresent; }

// The indexes that one thread of an operation works on. A copy made at the start gives the same again. Allocates
// nothing. Confined to one thread.
class IndexSequence {
 public:
  struct Setting {
    IndexOrder order = IndexOrder::kAscending;
    uint64_t first = 0;  // Where an order that gives each index once begins; the other threads have the rest.
    uint64_t seed = 0;   // Of this thread.
    uint64_t permutation_seed = 0;  // The same for all threads.
  };
  // `present` says how many indexes there are and which have an entry; must outlive the sequence, unchanged.
  // Requires: where the order gives present ones alone, present.count() > 0.
  IndexSequence(const Setting& setting, const KeySet& present);

  [[nodiscard]] uint64_t Next() noexcept;

 private:
  [[nodiscard]] uint64_t Draw(uint64_t limit) noexcept;
  // The place of `index` in the permutation of all below the limit.
  [[nodiscard]] uint64_t Permute(uint64_t index) const noexcept;

  IndexOrder order_;
  uint64_t next_;
  SeededRandom random_;
  uint64_t permutation_seed_;
  ZipfianRanks ranks_;
  int half_bits_;  // Of the numbers that are permuted.
  const KeySet* present_;
};

}  // namespace logwood::bench
