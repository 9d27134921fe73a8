#include "tools/bench/settings.h"

#include <algorithm>

#include "base/status_macros.h"
#include "tools/bench/operations.h"

namespace logwood::bench {
namespace {

struct Range {
  uint64_t min;
  uint64_t max;
};

Status CheckRange(const std::string& option, uint64_t value, Range range) {
  if (value >= range.min && value <= range.max) return Status::Ok();
  return Status::InvalidArgument(option + " is " + std::to_string(value) + ": give " + std::to_string(range.min) +
                                 " to " + std::to_string(range.max));
}

Status CheckNames(const std::vector<std::string>& benchmarks, LogMode log) {
  if (benchmarks.empty()) return Status::InvalidArgument("--benchmarks names nothing; there are: " + OperationNames());
  for (const std::string& name : benchmarks) {
    if (FindOperation(name) == nullptr) {
      return Status::InvalidArgument("there is no benchmark \"" + name + "\"; there are: " + OperationNames());
    }
    if (FindOperation(name)->syncs && log == LogMode::kOff) {
      return Status::InvalidArgument(name + " with --log off: without a log there is nothing to sync");
    }
  }
  return Status::Ok();
}

Status CheckKeys(const Settings& settings) {
  constexpr uint64_t kKeySizeBytesMax = 4096;
  const size_t digits = std::to_string(settings.num - 1 + settings.new_entries_max()).size();
  const uint64_t size_min = settings.keys == KeyForm::kDecimal ? digits : KeyMaker::kRandomSizeMin;
  return CheckRange("--key_size", settings.key_size_bytes, {size_min, kKeySizeBytesMax});
}

}  // namespace

uint64_t Settings::new_entries_max() const noexcept {
  const auto brings_new = [](const std::string& name) {
    const Operation* const operation = FindOperation(name);
    return operation != nullptr && operation->brings_new;
  };
  return static_cast<uint64_t>(std::ranges::count_if(benchmarks, brings_new)) * read_count();
}

// Half is left for what an encoded batch holds beside keys and values.
uint64_t Settings::batch_max() const noexcept {
  constexpr uint64_t kBatchMax = 1'000'000;
  return std::min<uint64_t>(kBatchMax, kBatchSizeMax / 2 / (key_size_bytes + value_size_bytes));
}

Status Settings::Check() const {
  LOGWOOD_RETURN_IF_ERROR(CheckNames(benchmarks, log));
  // A bit each tells which are there: 512 MiB.
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--num", num, {1, uint64_t{1} << 32}));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--seconds", seconds, {0, 1'000'000}));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--reads", reads, {0, uint64_t{1} << 40}));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--value_size", value_size_bytes, {0, kValueSizeMax}));
  LOGWOOD_RETURN_IF_ERROR(CheckKeys(*this));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--threads", threads, {1, 256}));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--batch", batch, {1, batch_max()}));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--seek_nexts", seek_nexts, {0, 1'000'000}));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--series", series, {1, uint64_t{1} << 32}));
  if (log == LogMode::kOff && sync) {
    return Status::InvalidArgument("--sync with --log off: without a log there is nothing to sync");
  }
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--budget", memory_budget_bytes, {uint64_t{16} << 10, uint64_t{1} << 40}));
  // Whether it fits the budget is the database's to say.
  if (memtable_size_bytes == 0) return Status::Ok();
  return CheckRange("--memtable", memtable_size_bytes, {512, uint64_t{1} << 32});
}

}  // namespace logwood::bench
