#include "base/read_sections.h"

#include <bit>

namespace logwood {
namespace {

// Stripes that threads have for themselves.
constinit std::atomic<uint64_t> stripes_taken = 0;

// Apart from who gives it back, which has a destructor: this is there for as long as the thread runs.
constexpr size_t kNone = ReadSections::kStripes;
constinit thread_local size_t stripe_of_this_thread = kNone;

struct TakenStripe {
  size_t index;

  ~TakenStripe() {
    stripe_of_this_thread = 0;  // What the thread does until it has ended it does in a shared one.
    stripes_taken.fetch_and(~(uint64_t{1} << index), std::memory_order_relaxed);
  }
};

size_t TakeStripe() noexcept {
  uint64_t taken = stripes_taken.load(std::memory_order_relaxed);
  for (;;) {
    if (taken == ~uint64_t{0}) return stripe_of_this_thread = 0;  // Of more threads than stripes the last share one.
    const auto index = static_cast<size_t>(std::countr_one(taken));
    if (!stripes_taken.compare_exchange_weak(taken, taken | uint64_t{1} << index, std::memory_order_relaxed)) continue;
    const thread_local TakenStripe of_this_thread{index};
    return stripe_of_this_thread = index;
  }
}

size_t StripeOfThisThread() noexcept { return stripe_of_this_thread == kNone ? TakeStripe() : stripe_of_this_thread; }

static_assert(ReadSections::kStripes == 64);

}  // namespace

// Sequentially consistent, and so is the load in Update(): either that sees the section, or the section begins after
// the unlinking, and what it loads from then on is not what was unlinked.
ReadSection::ReadSection(ReadSections& sections) noexcept : stripe_(sections.stripes_[StripeOfThisThread()]) {
  stripe_.sections.fetch_add(1, std::memory_order_seq_cst);
}

void ReadSections::Update(Pending& pending) const noexcept {
  for (size_t i = 0; i < kStripes; ++i) {
    const uint64_t bit = uint64_t{1} << i;
    if ((pending.stripes_ & bit) == 0) continue;
    if (stripes_[i].sections.load(std::memory_order_seq_cst) == 0) pending.stripes_ &= ~bit;
  }
}

}  // namespace logwood
