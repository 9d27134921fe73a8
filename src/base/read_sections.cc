#include "base/read_sections.h"

namespace logwood {
namespace {

// Any stripe is right; threads have stacks of their own, far from one another.
size_t StripeOf(const void* on_stack) {
  constexpr int kStackShift = 20;
  constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;
  return static_cast<size_t>((reinterpret_cast<uintptr_t>(on_stack) >> kStackShift) * kGolden >> 58);
}

static_assert(ReadSections::kStripes == size_t{1} << (64 - 58));

}  // namespace

// Sequentially consistent, and so is the load in Update(): either that sees the section, or the section begins after
// the unlinking, and what it loads from then on is not what was unlinked.
ReadSection::ReadSection(ReadSections& sections) noexcept : stripe_(sections.stripes_[StripeOf(this)]) {
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
