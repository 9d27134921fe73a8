#include "testing/turn_choice.h"

#include <algorithm>

namespace logwood::testing {
namespace {

constexpr uint64_t kDrawnPriorityMin = uint64_t{1} << 63;
// An actor that polls would starve the one it waits for: after so many turns it goes behind all others.
constexpr uint64_t kTurnsInARowMax = 256;

}  // namespace

TurnChoice::TurnChoice(SchedulingPolicy policy, uint64_t seed)
    : random_(seed), by_priority_(policy == SchedulingPolicy::kPriorities), priority_low_(kDrawnPriorityMin) {
  if (policy == SchedulingPolicy::kFromSeed) by_priority_ = random_.OneIn(2);
  if (by_priority_) DrawChangePoints();
}

// The method wants the length of the run, which nobody knows: so the seed guesses it, too.
void TurnChoice::DrawChangePoints() {
  const uint64_t length = uint64_t{16} << random_.Below(12);
  const uint64_t count = random_.Below(5);
  for (uint64_t i = 0; i < count; ++i) change_points_.insert(1 + random_.Below(length));
}

uint64_t TurnChoice::Next(std::span<const uint64_t> runnable) {
  ++turns_;
  if (!by_priority_) return runnable[random_.Below(runnable.size())];
  uint64_t chosen = Highest(runnable);
  turns_in_a_row_ = chosen == last_ ? turns_in_a_row_ + 1 : 1;
  if (change_points_.contains(turns_) || turns_in_a_row_ > kTurnsInARowMax) {
    priorities_[chosen] = --priority_low_;
    turns_in_a_row_ = 0;
    chosen = Highest(runnable);
  }
  last_ = chosen;
  return chosen;
}

uint64_t TurnChoice::Highest(std::span<const uint64_t> runnable) {
  for (const uint64_t id : runnable) {
    if (!priorities_.contains(id)) priorities_[id] = random_.Next() | kDrawnPriorityMin;
  }
  return *std::ranges::max_element(runnable, {}, [this](uint64_t id) { return priorities_[id]; });
}

}  // namespace logwood::testing
