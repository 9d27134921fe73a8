#pragma once

#include <cstdint>
#include <cstdlib>

namespace logwood::testing {

struct Seeds {
  uint64_t first = 1;
  uint64_t last = 0;
};

// Those of the short form; with LOGWOOD_FULL=1 in the environment those of the full one, with LOGWOOD_SEED=n that one.
inline Seeds SeedsToRun(uint64_t in_short_form, uint64_t in_full_form) {
  if (const char* const seed = std::getenv("LOGWOOD_SEED")) {
    const uint64_t one = std::strtoull(seed, nullptr, 10);
    return {.first = one, .last = one};
  }
  return {.first = 1, .last = std::getenv("LOGWOOD_FULL") != nullptr ? in_full_form : in_short_form};
}

}  // namespace logwood::testing
