#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "logwood/bytes.h"

namespace logwood::bench {

enum class KeyForm : uint8_t {
  kDecimal = 0,  // Digits with zeros before them: key order is the order of indexes.
  kRandom = 1,   // Bytes by a mixing of the index that can be undone: no two keys are the same.
};

// Scrambles 64 bits so that each result comes from one number only.
[[nodiscard]] uint64_t Mix(uint64_t number) noexcept;
// Takes Mix() back.
[[nodiscard]] uint64_t Unmix(uint64_t mixed) noexcept;

// Makes the keys of a benchmark from their indexes. Allocates nothing after its construction. Confined to one thread.
class KeyMaker {
 public:
  // Smallest key of the form kRandom, in bytes: it holds a mixed index.
  static constexpr size_t kRandomSizeMin = 8;

  // Requires: with kDecimal, `size_bytes` holds the digits of every index that is asked for, and at most 20 are; with
  // kRandom, size_bytes >= kRandomSizeMin.
  KeyMaker(KeyForm form, size_t size_bytes);

  // The key of an index below 2^63. Lives until the next call of this or AbsentKey().
  [[nodiscard]] Bytes Key(uint64_t index) noexcept;
  // A key that no index has and that lies between those that have one. A decimal one is a byte longer.
  [[nodiscard]] Bytes AbsentKey(uint64_t index) noexcept;
  // The index whose key this is; nullopt where it is none.
  [[nodiscard]] std::optional<uint64_t> IndexOf(Bytes key);

  [[nodiscard]] size_t size_bytes() const noexcept { return size_bytes_; }

 private:
  void WriteDecimal(uint64_t index) noexcept;
  void WriteRandom(uint64_t index) noexcept;

  KeyForm form_;
  size_t size_bytes_;
  std::vector<std::byte> key_;  // One byte longer than a key.
};

}  // namespace logwood::bench
