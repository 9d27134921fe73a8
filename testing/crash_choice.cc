#include "logwood/testing/crash_choice.h"

#include <algorithm>

#include "base/random.h"

namespace logwood::testing {

CrashChoice CrashChoice::Nothing() {
  return CrashChoice([](size_t, const PendingItem&) { return size_t{0}; });
}

CrashChoice CrashChoice::Everything() {
  return CrashChoice([](size_t, const PendingItem& item) { return item.version_count; });
}

CrashChoice CrashChoice::Only(size_t kept_index) {
  return CrashChoice([kept_index](size_t index, const PendingItem& item) {
    return index == kept_index ? item.version_count : size_t{0};
  });
}

CrashChoice CrashChoice::AllBut(size_t lost_index) {
  return CrashChoice([lost_index](size_t index, const PendingItem& item) {
    return index == lost_index ? size_t{0} : item.version_count;
  });
}

// Each item has a generator of its own, so that what becomes of it does not depend on who is asked first.
CrashChoice CrashChoice::Drawn(uint64_t seed) {
  const uint64_t kept_of_8 = SeededRandom(seed).Below(9);
  return CrashChoice([seed, kept_of_8](size_t index, const PendingItem& item) {
    SeededRandom random(SeededRandom(seed + 1).Next() + index * 0x9e3779b97f4a7c15u);
    if (random.Below(8) >= kept_of_8) return size_t{0};
    if (!random.OneIn(4)) return item.version_count;
    return static_cast<size_t>(1 + random.Below(item.version_count));
  });
}

size_t CrashChoice::VersionKept(size_t index, const PendingItem& item) const {
  return std::min(keep_(index, item), item.version_count);
}

}  // namespace logwood::testing
