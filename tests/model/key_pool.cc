#include "tests/model/key_pool.h"

#include <array>
#include <cstdint>

#include "logwood/options.h"

namespace logwood::testing {
namespace {

enum class KeyFamily : uint8_t { kRandom, kDecimal, kSharedPrefix, kEndsOfTheAlphabet, kMixed };
constexpr uint64_t kFamilyCount = 5;

std::string DecimalKey(SeededRandom& random) {
  const std::string digits = std::to_string(random.Below(500));
  return std::string(10 - digits.size(), '0') + digits;
}

std::string EndsOfTheAlphabetKey(SeededRandom& random) {
  constexpr std::array<char, 5> kBytes = {'\x00', '\x01', '\x7f', '\xfe', '\xff'};
  std::string key(random.Below(6), '\0');
  for (char& byte : key) byte = kBytes[random.Below(kBytes.size())];
  return key;
}

std::string NewKey(KeyFamily family, const std::string& prefix, SeededRandom& random) {
  switch (family) {
    case KeyFamily::kRandom: return RandomBytes(random, random.Below(20));
    case KeyFamily::kDecimal: return DecimalKey(random);
    case KeyFamily::kSharedPrefix:
      return prefix.substr(0, prefix.size() - (random.OneIn(8) ? random.Below(prefix.size()) : 0)) +
             EndsOfTheAlphabetKey(random) + DecimalKey(random).substr(7);
    case KeyFamily::kEndsOfTheAlphabet: return EndsOfTheAlphabetKey(random);
    case KeyFamily::kMixed: break;
  }
  return NewKey(static_cast<KeyFamily>(random.Below(kFamilyCount - 1)), prefix, random);
}

}  // namespace

KeyPool::KeyPool(SeededRandom& random) {
  const auto family = static_cast<KeyFamily>(random.Below(kFamilyCount));
  const std::string prefix = RandomBytes(random, 1 + random.Below(300));
  const size_t count = 5 + random.Below(200);
  keys_.reserve(count + 2);
  for (size_t i = 0; i < count; ++i) keys_.push_back(NewKey(family, prefix, random));
  if (random.OneIn(3)) keys_.emplace_back();
  if (random.OneIn(6)) keys_.push_back(RandomBytes(random, kKeySizeMax - random.Below(2)));
}

const std::string& KeyPool::Draw(SeededRandom& random) const { return keys_[random.Below(keys_.size())]; }

std::string KeyPool::DrawNearby(SeededRandom& random) const {
  std::string key = Draw(random);
  switch (random.Below(6)) {
    case 0: key.push_back(static_cast<char>(random.Below(2) * 0xff)); break;
    case 1:
      if (!key.empty()) key.pop_back();
      break;
    case 2:
      if (!key.empty()) key.back() = static_cast<char>(key.back() + 1);
      break;
    case 3:
      if (!key.empty()) key.back() = static_cast<char>(key.back() - 1);
      break;
    default: break;
  }
  return key;
}

std::string KeyPool::DrawPrefix(SeededRandom& random) const {
  if (random.OneIn(8)) return std::string(random.Below(3), '\xff');
  const std::string& key = Draw(random);
  return key.substr(0, random.Below(key.size() + 1));
}

std::string RandomBytes(SeededRandom& random, size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Next());
  return bytes;
}

}  // namespace logwood::testing
