#include "codec/byte_writer.h"

#include <array>

#include "base/assert.h"

namespace logwood {

namespace {

template <std::unsigned_integral Number>
void AppendLittleEndian(std::string& out, Number value) {
  std::array<std::byte, sizeof(Number)> bytes;
  StoreLittleEndian(bytes.data(), value);
  AppendBytes(out, Bytes(bytes.data(), bytes.size()));
}

}  // namespace

void AppendFixed8(std::string& out, uint8_t value) { out.push_back(static_cast<char>(value)); }
void AppendFixed16(std::string& out, uint16_t value) { AppendLittleEndian(out, value); }
void AppendFixed32(std::string& out, uint32_t value) { AppendLittleEndian(out, value); }
void AppendFixed64(std::string& out, uint64_t value) { AppendLittleEndian(out, value); }

void AppendVarint(std::string& out, uint64_t value) {
  if (value < 0x80) {
    out.push_back(static_cast<char>(value));
    return;
  }
  std::array<std::byte, kVarintSizeMax> bytes;
  AppendBytes(out, Bytes(bytes.data(), StoreVarint(bytes.data(), value)));
}

void AppendBytes(std::string& out, Bytes bytes) { out.append(bytes.string_view()); }

void AppendLengthPrefixed(std::string& out, Bytes bytes) {
  LOGWOOD_ASSERT(bytes.size() <= UINT32_MAX);
  AppendVarint(out, bytes.size());
  AppendBytes(out, bytes);
}

size_t VarintSize(uint64_t value) noexcept {
  // 7 bits a byte; zero takes one too.
  return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7;
}

size_t StoreVarint(std::byte* at, uint64_t value) noexcept {
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) at[size++] = static_cast<std::byte>(value | 0x80);
  at[size++] = static_cast<std::byte>(value);
  return size;
}

}  // namespace logwood
