#pragma once

#include <atomic>
#include <cstdint>

namespace logwood {

// A figure that one thread at a time raises and any thread reads: costs what a plain number costs, no locked
// instruction. Who raises it next must have synchronized with who did before. Relaxed throughout: nothing is published
// by it.
class Counter {
 public:
  void Add(uint64_t count) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  // Adds one and returns what it was before.
  uint64_t Next() noexcept {
    const uint64_t before = value();
    value_.store(before + 1, std::memory_order_relaxed);
    return before;
  }
  [[nodiscard]] uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

}  // namespace logwood
