#include "tools/command_line/escape.h"

#include <algorithm>
#include <cstdint>

namespace logwood::command_line {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

uint8_t Number(std::byte byte) { return std::to_integer<uint8_t>(byte); }

void AppendHex(std::string& out, std::byte byte) {
  out += kHexDigits[Number(byte) >> 4];
  out += kHexDigits[Number(byte) & 15];
}

void AppendEscapedByte(std::string& out, std::byte byte) {
  switch (static_cast<char>(byte)) {
    case '\t': out += "\\t"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\\': out += "\\\\"; return;
    default: break;
  }
  out += "\\x";
  AppendHex(out, byte);
}

// Characters that would move the cursor of a terminal, or end a field or line, and the escape itself.
bool MustBeEscaped(Bytes character) {
  const uint8_t first = Number(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f || first == '\\';
  return character.size() == 2 && first == 0xc2 && Number(character[1]) < 0xa0;  // U+0080 to U+009F.
}

// What the second byte of a character may be, by the first: the third and fourth may be 80 to BF.
struct SecondByte {
  uint8_t min = 0x80;
  uint8_t max = 0xbf;
};

SecondByte SecondByteAfter(uint8_t first) {
  switch (first) {
    case 0xe0: return {.min = 0xa0};
    case 0xed: return {.max = 0x9f};
    case 0xf0: return {.min = 0x90};
    case 0xf4: return {.max = 0x8f};
    default: return {};
  }
}

size_t SizeByFirstByte(uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

std::optional<uint8_t> HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<uint8_t>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<uint8_t>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<uint8_t>(digit - 'A' + 10);
  return std::nullopt;
}

}  // namespace

size_t Utf8CharacterSize(Bytes bytes) noexcept {
  const uint8_t first = Number(bytes[0]);
  const size_t size = SizeByFirstByte(first);
  if (size > bytes.size()) return 0;
  const SecondByte second = SecondByteAfter(first);
  for (size_t i = 1; i < size; ++i) {
    const uint8_t byte = Number(bytes[i]);
    if (byte < (i == 1 ? second.min : 0x80) || byte > (i == 1 ? second.max : 0xbf)) return 0;
  }
  return size;
}

bool IsUtf8(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    const size_t size = Utf8CharacterSize(bytes);
    if (size == 0) return false;
    bytes = bytes.From(size);
  }
  return true;
}

namespace {

// Characters of one byte that are in `kept` stay as they are.
std::string EscapeAllBut(std::string_view kept, Bytes bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t size = Utf8CharacterSize(bytes);
    const Bytes character = bytes.First(std::max<size_t>(size, 1));
    const bool is_kept = size == 1 && kept.find(character.string_view()) != std::string_view::npos;
    if (is_kept || (size != 0 && !MustBeEscaped(character))) {
      out += character.string_view();
    } else {
      for (const std::byte byte : character) AppendEscapedByte(out, byte);
    }
    bytes = bytes.From(character.size());
  }
  return out;
}

}  // namespace

std::string Escape(Bytes bytes) { return EscapeAllBut("", bytes); }

std::string EscapeControls(std::string_view text) { return EscapeAllBut("\n\\", text); }

std::string ToHex(Bytes bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) AppendHex(out, byte);
  return out;
}

std::optional<std::string> FromHex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(digits.size() / 2);
  for (size_t i = 0; i < digits.size(); i += 2) {
    const auto high = HexDigit(digits[i]);
    const auto low = HexDigit(digits[i + 1]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
  }
  return out;
}

std::string ToBase64(Bytes bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = i; j < i + 3; ++j) group = group << 8 | (j < bytes.size() ? Number(bytes[j]) : 0u);
    const size_t digits = std::min<size_t>(bytes.size() - i, 3) + 1;
    for (size_t j = 0; j < 4; ++j) out += j < digits ? kBase64Digits[group >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

std::optional<std::string> FromBase64(std::string_view digits) {
  if (digits.size() % 4 != 0) return std::nullopt;
  const size_t padding = digits.ends_with("==") ? 2 : (digits.ends_with('=') ? 1 : 0);
  digits.remove_suffix(padding);
  std::string out;
  out.reserve(digits.size() / 4 * 3 + 2);
  uint32_t bits = 0;
  size_t bit_count = 0;
  for (const char digit : digits) {
    const size_t six = kBase64Digits.find(digit);
    if (six == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(six);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    out += static_cast<char>(bits >> bit_count & 0xff);
  }
  // Bits beyond the last byte are zero: another form of the same bytes is none.
  if ((bits & ((uint32_t{1} << bit_count) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace logwood::command_line
