#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>

#include "base/random.h"
#include "logwood/testing/simulator.h"

namespace logwood::testing {

// Picks who runs next, by one of two policies. Thread-compatible.
class TurnChoice {
 public:
  TurnChoice(SchedulingPolicy policy, uint64_t seed);

  // One of `runnable`, the ascending ids of all actors that can run. Requires: it is not empty.
  uint64_t Next(std::span<const uint64_t> runnable);
  // A number below `limit`: for choices that are not turns. Requires: limit > 0.
  uint64_t Below(uint64_t limit) noexcept { return random_.Below(limit); }

 private:
  uint64_t Highest(std::span<const uint64_t> runnable);
  void DrawChangePoints();

  SeededRandom random_;
  bool by_priority_;
  uint64_t turns_ = 0;
  uint64_t last_ = 0;            // Who had the last turn,
  uint64_t turns_in_a_row_ = 0;  // and how many it has had since another one had.
  std::set<uint64_t> change_points_;
  std::map<uint64_t, uint64_t> priorities_;
  uint64_t priority_low_;  // Below every priority given so far.
};

}  // namespace logwood::testing
