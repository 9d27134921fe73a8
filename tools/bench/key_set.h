#pragma once

#include <cstdint>
#include <vector>

namespace logwood::bench {

// Which of the indexes 0 to limit-1 have an entry: a bit each. Thread-compatible.
class KeySet {
 public:
  explicit KeySet(uint64_t limit) : limit_(limit), words_(limit / 64 + 1) {}

  // Require: index < limit().
  void Insert(uint64_t index) noexcept;
  void Erase(uint64_t index) noexcept;
  [[nodiscard]] bool Contains(uint64_t index) const noexcept { return (words_[index / 64] >> index % 64 & 1) != 0; }

  // The first member at or after `index`, or, behind the last, the first of all.
  // Requires: count() > 0, index < limit().
  [[nodiscard]] uint64_t AtOrAfter(uint64_t index) const noexcept;

  [[nodiscard]] uint64_t count() const noexcept { return count_; }
  [[nodiscard]] uint64_t limit() const noexcept { return limit_; }

 private:
  uint64_t limit_;
  uint64_t count_ = 0;
  std::vector<uint64_t> words_;
};

}  // namespace logwood::bench
