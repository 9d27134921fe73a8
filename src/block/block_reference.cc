#include <bit>

#include "base/assert.h"
#include "block/block.h"
#include "block/block_layout.h"

namespace logwood {

namespace {

constexpr int kClassShift = 40;
constexpr int kSlotShift = 48;
constexpr uint64_t kOffsetMask = (uint64_t{1} << kClassShift) - 1;
constexpr uint64_t kOffsetLimit = (kOffsetMask + 1) * kBlockAlignment;

// A length class is a small floating-point number, of 5 bits of exponent e and 3 bits of mantissa m. It stands for
// lengths of up to m + 1 units of 8 bytes where e is 0, else up to (9 + m) * 2^(e - 1) units.
constexpr uint64_t UnitsMax(uint64_t length_class) {
  const uint64_t exponent = length_class >> 3;
  const uint64_t mantissa = length_class & 7;
  return exponent == 0 ? mantissa + 1 : (9 + mantissa) << (exponent - 1);
}

// The smallest class that holds `units`. Requires: units > 0.
constexpr uint64_t ClassOf(uint64_t units) {
  if (units <= 8) return units - 1;
  const auto exponent = static_cast<uint64_t>(std::bit_width(units - 1)) - 3;
  const uint64_t mantissa = ((units - 1) >> (exponent - 1)) - 8;
  return exponent << 3 | mantissa;
}

constexpr bool ClassesAreTight() {
  for (uint64_t length_class = 0; length_class < 256; ++length_class) {
    const uint64_t max = UnitsMax(length_class);
    if (ClassOf(max) != length_class) return false;
    if (length_class == 0) continue;
    const uint64_t min = UnitsMax(length_class - 1) + 1;
    if (min > max || ClassOf(min) != length_class || max - min > min / 8) return false;
  }
  return true;
}

static_assert(ClassesAreTight());
static_assert(ClassOf(kBlockSizeMax / kBlockAlignment) < 256);
static_assert(kOffsetLimit == uint64_t{1} << 43);

}  // namespace

BlockReference BlockReference::Of(uint64_t offset, size_t length) noexcept {
  LOGWOOD_ASSERT(offset % kBlockAlignment == 0);
  LOGWOOD_ASSERT(offset < kOffsetLimit);
  LOGWOOD_ASSERT(length > 0);
  LOGWOOD_ASSERT(length <= kBlockSizeMax);
  const uint64_t length_class = ClassOf(AlignUpToBlock(length) / kBlockAlignment);
  return BlockReference(length_class << kClassShift | offset / kBlockAlignment);
}

uint64_t BlockReference::offset() const noexcept { return (packed_ & kOffsetMask) * kBlockAlignment; }

size_t BlockReference::length_max() const noexcept {
  return static_cast<size_t>(UnitsMax(packed_ >> kClassShift & 0xff) * kBlockAlignment);
}

uint16_t BlockReference::file_slot() const noexcept { return static_cast<uint16_t>(packed_ >> kSlotShift); }

}  // namespace logwood
