#include "tools/bench/key_set.h"

#include <bit>

namespace logwood::bench {

void KeySet::Insert(uint64_t index) noexcept {
  if (Contains(index)) return;
  words_[index / 64] |= uint64_t{1} << index % 64;
  ++count_;
}

void KeySet::Erase(uint64_t index) noexcept {
  if (!Contains(index)) return;
  words_[index / 64] &= ~(uint64_t{1} << index % 64);
  --count_;
}

uint64_t KeySet::AtOrAfter(uint64_t index) const noexcept {
  uint64_t at = index / 64;
  uint64_t word = words_[at] & ~uint64_t{0} << index % 64;
  while (word == 0) {
    at = at + 1 == words_.size() ? 0 : at + 1;
    word = words_[at];
  }
  return at * 64 + static_cast<uint64_t>(std::countr_zero(word));
}

}  // namespace logwood::bench
