#pragma once

#include <cstddef>
#include <cstdint>
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

// The same at a place in memory; the caller knows that there is room.
void StoreFixed16(std::byte* at, uint16_t value) noexcept;
void StoreFixed32(std::byte* at, uint32_t value) noexcept;
void StoreFixed64(std::byte* at, uint64_t value) noexcept;
[[nodiscard]] uint16_t LoadFixed16(const std::byte* at) noexcept;
[[nodiscard]] uint32_t LoadFixed32(const std::byte* at) noexcept;
[[nodiscard]] uint64_t LoadFixed64(const std::byte* at) noexcept;

}  // namespace logwood
