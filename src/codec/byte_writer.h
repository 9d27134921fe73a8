#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "logwood/bytes.h"

namespace logwood {

// Appends values to a string in the forms that ByteReader takes off: little-endian, LEB128.
void AppendFixed8(std::string& out, uint8_t value);
void AppendFixed16(std::string& out, uint16_t value);
void AppendFixed32(std::string& out, uint32_t value);
void AppendFixed64(std::string& out, uint64_t value);
void AppendVarint(std::string& out, uint64_t value);
void AppendBytes(std::string& out, Bytes bytes);
// Requires: bytes.size() < 2^32.
void AppendLengthPrefixed(std::string& out, Bytes bytes);
// Bytes that AppendVarint() adds: 1 to 10.
[[nodiscard]] size_t VarintSize(uint64_t value) noexcept;

inline constexpr size_t kVarintSizeMax = 10;

// The value whose bytes in memory are those of `value` in little-endian order, and back.
template <std::unsigned_integral Number>
[[nodiscard]] constexpr Number LittleEndian(Number value) noexcept {
  if constexpr (std::endian::native == std::endian::little) return value;
  Number reversed = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) {
    reversed = static_cast<Number>(reversed | (((value >> (8 * i)) & 0xff) << (8 * (sizeof(Number) - 1 - i))));
  }
  return reversed;
}

template <std::unsigned_integral Number>
void StoreLittleEndian(std::byte* at, Number value) noexcept {
  value = LittleEndian(value);
  std::memcpy(at, &value, sizeof(value));
}

template <std::unsigned_integral Number>
[[nodiscard]] Number LoadLittleEndian(const std::byte* at) noexcept {
  Number value;
  std::memcpy(&value, at, sizeof(value));
  return LittleEndian(value);
}

// The same at a place in memory; the caller knows that there is room.
inline void StoreFixed16(std::byte* at, uint16_t value) noexcept { StoreLittleEndian(at, value); }
inline void StoreFixed32(std::byte* at, uint32_t value) noexcept { StoreLittleEndian(at, value); }
inline void StoreFixed64(std::byte* at, uint64_t value) noexcept { StoreLittleEndian(at, value); }
[[nodiscard]] inline uint16_t LoadFixed16(const std::byte* at) noexcept { return LoadLittleEndian<uint16_t>(at); }
[[nodiscard]] inline uint32_t LoadFixed32(const std::byte* at) noexcept { return LoadLittleEndian<uint32_t>(at); }
[[nodiscard]] inline uint64_t LoadFixed64(const std::byte* at) noexcept { return LoadLittleEndian<uint64_t>(at); }

// Writes `value` as AppendVarint() does and returns how many bytes that took.
// Requires: room for VarintSize(value) bytes.
size_t StoreVarint(std::byte* at, uint64_t value) noexcept;

}  // namespace logwood
