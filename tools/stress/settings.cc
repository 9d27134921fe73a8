#include "tools/stress/settings.h"

#include <fmt/format.h>

#include "base/status_macros.h"

namespace logwood::stress {
namespace {

constexpr uint64_t kThreadsMax = 64;
constexpr uint64_t kCollectionsMax = 64;
constexpr uint64_t kKeysOfAThreadMin = 64;
constexpr uint64_t kKeysMax = 10'000'000;
constexpr double kSecondsMax = 1e9;

template <class Number>
Status CheckRange(const char* option, Number value, Number min, Number max) {
  if (value >= min && value <= max) return Status::Ok();
  return Status::InvalidArgument(fmt::format("{} is {}: give {} to {}", option, value, min, max));
}

}  // namespace

Status Settings::Check() const {
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--seconds", seconds, 0.0, kSecondsMax));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--threads", threads, uint64_t{1}, kThreadsMax));
  LOGWOOD_RETURN_IF_ERROR(CheckRange("--collections", collections, uint64_t{1}, kCollectionsMax));
  return CheckRange("--keys", keys, kKeysOfAThreadMin * threads, kKeysMax);
}

}  // namespace logwood::stress
