#include "tools/bench/key_maker.h"

#include <algorithm>
#include <cstring>

namespace logwood::bench {
namespace {

constexpr uint64_t kAbsentBit = uint64_t{1} << 63;

// The index that eight bytes of a key hold.
uint64_t ReadWord(Bytes bytes) noexcept {
  uint64_t word = 0;
  for (size_t i = 0; i < sizeof(word); ++i) word = word << 8 | static_cast<uint64_t>(bytes[i]);
  return word;
}

void WriteWord(uint64_t word, std::byte* into, size_t size) noexcept {
  for (size_t i = 0; i < size; ++i) into[i] = static_cast<std::byte>(word >> (56 - 8 * i));
}

}  // namespace

// Stafford's variant 13 of the finaliser of MurmurHash3, as SplitMix64 uses it: shifts and odd factors, each of which
// has an inverse.
uint64_t Mix(uint64_t number) noexcept {
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
  number = (number ^ number >> 27) * 0x94d049bb133111ebu;
  return number ^ number >> 31;
}

uint64_t Unmix(uint64_t mixed) noexcept {
  mixed = (mixed ^ mixed >> 31 ^ mixed >> 62) * 0x319642b2d24d8ec3u;
  mixed = (mixed ^ mixed >> 27 ^ mixed >> 54) * 0x96de1b173f119089u;
  return mixed ^ mixed >> 30 ^ mixed >> 60;
}

KeyMaker::KeyMaker(KeyForm form, size_t size_bytes) : form_(form), size_bytes_(size_bytes), key_(size_bytes + 1) {}

Bytes KeyMaker::Key(uint64_t index) noexcept {
  if (form_ == KeyForm::kDecimal) {
    WriteDecimal(index);
  } else {
    WriteRandom(index);
  }
  return {key_.data(), size_bytes_};
}

Bytes KeyMaker::AbsentKey(uint64_t index) noexcept {
  if (form_ == KeyForm::kRandom) return Key(index | kAbsentBit);
  WriteDecimal(index);
  key_[size_bytes_] = std::byte{'.'};
  return {key_.data(), size_bytes_ + 1};
}

std::optional<uint64_t> KeyMaker::IndexOf(Bytes key) {
  if (key.size() != size_bytes_) return std::nullopt;
  uint64_t index = 0;
  if (form_ == KeyForm::kRandom) {
    index = Unmix(ReadWord(key));
  } else {
    for (const std::byte digit : key) index = index * 10 + (static_cast<uint64_t>(digit) - '0');
  }
  if ((index & kAbsentBit) != 0 || Key(index) != key) return std::nullopt;
  return index;
}

void KeyMaker::WriteDecimal(uint64_t index) noexcept {
  size_t begin = size_bytes_;  // Of the digits that are written.
  for (; index > 0; index /= 10) key_[--begin] = static_cast<std::byte>('0' + index % 10);
  std::memset(key_.data(), '0', begin);
}

void KeyMaker::WriteRandom(uint64_t index) noexcept {
  uint64_t word = Mix(index);
  for (size_t at = 0; at < size_bytes_; at += sizeof(word)) {
    WriteWord(word, key_.data() + at, std::min(sizeof(word), size_bytes_ - at));
    word = Mix(word + 1);
  }
}

}  // namespace logwood::bench
