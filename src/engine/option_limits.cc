#include "engine/option_limits.h"

#include <algorithm>
#include <string>

#include "base/status_macros.h"

namespace logwood {
namespace {

// With two that wait for their flush, a quarter is left for all else.
Status CheckMemtableSize(const Options& options) {
  const uint64_t size = options.memtable_size_bytes;
  if (size == 0) return Status::Ok();
  LOGWOOD_RETURN_IF_ERROR(CheckRange("memtable_size_bytes", size, 512, uint64_t{1} << 32));
  const uint64_t quarter = options.memory_budget_bytes / (kGenerationsMax + 1);
  if (size <= quarter) return Status::Ok();
  return Status::InvalidArgument("option memtable_size_bytes is " + std::to_string(size) + "; it may be " +
                                 std::to_string(quarter) + ", a quarter of memory_budget_bytes, at most");
}

}  // namespace

Status CheckRange(std::string_view name, uint64_t value, uint64_t min, uint64_t max) {
  if (value >= min && value <= max) return Status::Ok();
  return Status::InvalidArgument("option " + std::string(name) + " is " + std::to_string(value) + "; it may be " +
                                 std::to_string(min) + " to " + std::to_string(max));
}

Status CheckOptions(const Options& options) {
  LOGWOOD_RETURN_IF_ERROR(
      CheckRange("memory_budget_bytes", options.memory_budget_bytes, uint64_t{16} << 10, uint64_t{1} << 40));
  LOGWOOD_RETURN_IF_ERROR(CheckMemtableSize(options));
  return CheckRange("log_file_size_bytes", options.log_file_size_bytes, 4096, uint64_t{1} << 32);
}

// Three of them leave two fifths for all else.
uint64_t MemtableSizeOf(const Options& options) {
  if (options.memtable_size_bytes != 0) return options.memtable_size_bytes;
  return std::min(options.memory_budget_bytes / 5, uint64_t{64} << 20);
}

uint64_t MemtablesBytesMaxOf(const Options& options) {
  return options.memory_budget_bytes / (kGenerationsMax + 1) * kGenerationsMax;
}

// Three memtables take three fifths, blocks an eighth at least, what is not charged another.
uint64_t HeldMemtablesBytesMaxOf(const Options& options) { return options.memory_budget_bytes / 8; }

}  // namespace logwood
