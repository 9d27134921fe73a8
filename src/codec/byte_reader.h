#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "logwood/bytes.h"

namespace logwood {

// Takes values off the front of bytes that nobody vouches for: every read is checked against what is left, and gives
// nullopt, moving nothing, where it does not fit. Thread-compatible.
class ByteReader {
 public:
  explicit ByteReader(Bytes data) noexcept : rest_(data), size_(data.size()) {}

  [[nodiscard]] std::optional<uint8_t> Fixed8() noexcept;
  [[nodiscard]] std::optional<uint16_t> Fixed16() noexcept;  // Little-endian, like all of them.
  [[nodiscard]] std::optional<uint32_t> Fixed32() noexcept;
  [[nodiscard]] std::optional<uint64_t> Fixed64() noexcept;
  // LEB128 in its shortest form; a longer form, or more than the type holds, is refused.
  [[nodiscard]] std::optional<uint32_t> Varint32() noexcept;
  [[nodiscard]] std::optional<uint64_t> Varint64() noexcept;
  // The next `count` bytes.
  [[nodiscard]] std::optional<Bytes> Take(uint64_t count) noexcept;
  // A varint32 length and as many bytes.
  [[nodiscard]] std::optional<Bytes> LengthPrefixed() noexcept;

  [[nodiscard]] Bytes rest() const noexcept { return rest_; }
  // Bytes taken so far.
  [[nodiscard]] size_t offset() const noexcept { return size_ - rest_.size(); }
  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }

 private:
  Bytes rest_;
  size_t size_;
};

}  // namespace logwood
