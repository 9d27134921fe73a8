#include "codec/byte_reader.h"

#include <concepts>

#include "codec/byte_writer.h"

namespace logwood {

namespace {

template <std::unsigned_integral Number>
std::optional<Number> TakeFixed(Bytes& rest) noexcept {
  if (rest.size() < sizeof(Number)) return std::nullopt;
  const Number value = LoadLittleEndian<Number>(rest.data());
  rest = rest.From(sizeof(Number));
  return value;
}

template <std::unsigned_integral Number>
std::optional<Number> TakeVarint(Bytes& rest) noexcept {
  constexpr size_t kBits = sizeof(Number) * 8;
  uint64_t value = 0;
  size_t size = 0;
  for (size_t shift = 0; shift < kBits && size < rest.size(); shift += 7) {
    const auto byte = std::to_integer<uint64_t>(rest[size++]);
    // The last byte that can come holds only the bits that are left of the type.
    if (kBits - shift < 7 && byte >> (kBits - shift) != 0) return std::nullopt;
    value |= (byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && size > 1) return std::nullopt;  // A shorter form says the same.
    rest = rest.From(size);
    return static_cast<Number>(value);
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint8_t> ByteReader::Fixed8() noexcept { return TakeFixed<uint8_t>(rest_); }
std::optional<uint16_t> ByteReader::Fixed16() noexcept { return TakeFixed<uint16_t>(rest_); }
std::optional<uint32_t> ByteReader::Fixed32() noexcept { return TakeFixed<uint32_t>(rest_); }
std::optional<uint64_t> ByteReader::Fixed64() noexcept { return TakeFixed<uint64_t>(rest_); }
std::optional<uint32_t> ByteReader::Varint32() noexcept { return TakeVarint<uint32_t>(rest_); }
std::optional<uint64_t> ByteReader::Varint64() noexcept { return TakeVarint<uint64_t>(rest_); }

std::optional<Bytes> ByteReader::Take(uint64_t count) noexcept {
  if (count > rest_.size()) return std::nullopt;
  const Bytes taken = rest_.First(static_cast<size_t>(count));
  rest_ = rest_.From(static_cast<size_t>(count));
  return taken;
}

std::optional<Bytes> ByteReader::LengthPrefixed() noexcept {
  const Bytes before = rest_;
  const std::optional<uint32_t> length = Varint32();
  if (!length) return std::nullopt;
  const std::optional<Bytes> taken = Take(*length);
  if (!taken) rest_ = before;
  return taken;
}

}  // namespace logwood
