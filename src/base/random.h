#pragma once

#include <cstdint>

namespace logwood {

// A fast generator of numbers that a seed decides: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Thread-compatible.
class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed) noexcept : state_(seed) {}

  uint64_t Next() noexcept {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // A number below `limit`. Requires: limit > 0.
  uint64_t Below(uint64_t limit) noexcept { return Next() % limit; }
  // True once in `n` times. Requires: n > 0.
  bool OneIn(uint64_t n) noexcept { return Below(n) == 0; }

 private:
  uint64_t state_;
};

}  // namespace logwood
