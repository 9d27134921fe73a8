#include "tools/stress/entry_bytes.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>

#include "base/random.h"

namespace logwood::stress {
namespace {

constexpr size_t kDigits = 8;
constexpr uint64_t kValueSizeUsual = 200;
constexpr uint64_t kValueSizeLarge = 40'000;  // Has a record of its own in the log.
constexpr uint64_t kLargeOneIn = 200;

// The number of a key; nullopt where its bytes begin with none.
std::optional<uint32_t> NumberIn(Bytes key) {
  if (key.empty()) return 0;
  if (key.size() < kDigits) return std::nullopt;
  const std::string digits = key.First(kDigits).ToString();
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::string Shown(Bytes key) { return fmt::format("a key of {} bytes, \"{}\"", key.size(), key.ToString()); }

}  // namespace

std::string NameOfCollection(uint32_t collection) { return fmt::format("collection-{}", collection); }

std::string KeyOf(uint32_t key) {
  if (key == 0) return {};
  return fmt::format("{:08}", key) + std::string(key % 5 * 4, 'k');
}

std::string ValueOf(const Write& write, uint64_t packed_id) {
  SeededRandom random(SeededRandom(packed_id).Next() ^ (uint64_t{write.collection} << 32 | write.key));
  const bool is_large = random.OneIn(kLargeOneIn);
  std::string value(is_large ? kValueSizeLarge : sizeof(packed_id) + random.Below(kValueSizeUsual), '\0');
  std::memcpy(value.data(), &packed_id, sizeof(packed_id));
  for (size_t at = sizeof(packed_id); at < value.size(); at += sizeof(uint64_t)) {
    const uint64_t word = random.Next();
    std::memcpy(value.data() + at, &word, std::min(sizeof(word), value.size() - at));
  }
  return value;
}

Result<FoundEntry> ReadEntry(uint32_t collection, Bytes key, Bytes value) {
  FoundEntry entry{.collection = collection, .key = 0, .id = 0};
  const std::optional<uint32_t> number = NumberIn(key);
  if (!number || Bytes(KeyOf(*number)) != key) {
    return Status::Corruption(NameOfCollection(collection) + " holds " + Shown(key) + ", which nobody wrote");
  }
  entry.key = *number;
  if (value.size() >= sizeof(entry.id)) std::memcpy(&entry.id, value.data(), sizeof(entry.id));
  const Write write{.collection = collection, .key = entry.key};
  if (value.size() < sizeof(entry.id) || Bytes(ValueOf(write, entry.id)) != value) {
    return Status::Corruption(fmt::format("{} key {} has a value of {} bytes that nobody wrote",
                                          NameOfCollection(collection), entry.key, value.size()));
  }
  return entry;
}

const char* NameOfBank() { return "bank"; }

std::string NumberValue(uint64_t number) {
  std::string value(sizeof(number), '\0');
  std::memcpy(value.data(), &number, sizeof(number));
  return value;
}

Result<uint64_t> ReadNumber(Bytes value) {
  uint64_t number = 0;
  if (value.size() != sizeof(number)) {
    return Status::Corruption(fmt::format("the bank has a value of {} bytes that nobody wrote", value.size()));
  }
  std::memcpy(&number, value.data(), sizeof(number));
  return number;
}

Result<FoundEntry> ReadBankEntry(Bytes key, Bytes value) {
  const std::optional<uint32_t> number = NumberIn(key);
  if (!number || Bytes(KeyOf(*number)) != key) return Status::Corruption("the bank holds " + Shown(key));
  Result<uint64_t> amount = ReadNumber(value);
  if (!amount.ok()) return amount.status();
  return FoundEntry{.collection = 0, .key = *number, .id = *amount};
}

}  // namespace logwood::stress
