#include "tools/kill_ledger/workload.h"

#include <charconv>
#include <fmt/format.h>
#include <random>

namespace logwood::kill_ledger {
namespace {

constexpr uint64_t kKeys = 20'000;
constexpr uint64_t kWritesMax = 8;
constexpr uint64_t kValueSizeUsual = 200;
constexpr size_t kValueSizeLarge = 40'000;  // Has a record of its own in the log.
constexpr uint64_t kLargeEvery = 100;
constexpr uint64_t kDeleteEvery = 5;
constexpr uint64_t kSyncEvery = 8;

std::string ValueOf(uint64_t number, size_t size) {
  std::string value = fmt::format("batch {} ", number);
  value.resize(std::max(size, value.size()), '.');
  return value;
}

}  // namespace

std::vector<Write> WritesOf(uint64_t number) {
  std::mt19937_64 random(number);
  std::vector<Write> writes(1 + random() % kWritesMax);
  for (Write& write : writes) {
    write.key = fmt::format("key {:05}", random() % kKeys);
    const bool deletes = random() % kDeleteEvery == 0;
    if (!deletes) write.value = ValueOf(number, random() % kValueSizeUsual);
  }
  if (number % kLargeEvery == 0) writes.front().value = ValueOf(number, kValueSizeLarge);
  return writes;
}

Sync SyncOf(uint64_t number) { return number % kSyncEvery == 0 ? Sync::kYes : Sync::kNo; }

std::string KeyOfBatch(uint64_t number) { return fmt::format("{:010}", number); }

std::optional<uint64_t> BatchOfKey(const std::string& key) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc() || end != key.data() + key.size() || KeyOfBatch(number) != key) return std::nullopt;
  return number;
}

Options SmallOptions(OpenMode mode) {
  return {.mode = mode, .memtable_size_bytes = 256 << 10, .log_file_size_bytes = 64 << 10};
}

}  // namespace logwood::kill_ledger
