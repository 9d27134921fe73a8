#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "logwood/bytes.h"

namespace logwood::bench {

// The values of a benchmark: pieces of a prepared buffer of printable characters that a compressor halves, as those of
// LevelDB's db_bench. The seed and the index of its key decide a value, so that a reader can compare it. Thread-safe.
class ValueSource {
 public:
  ValueSource(size_t value_size_bytes, uint64_t seed);

  // Lives as long as this.
  [[nodiscard]] Bytes ValueOf(uint64_t index) const noexcept;
  // Of each.
  [[nodiscard]] size_t value_size_bytes() const noexcept { return value_size_bytes_; }

 private:
  size_t value_size_bytes_;
  uint64_t seed_;
  std::vector<std::byte> buffer_;
};

}  // namespace logwood::bench
