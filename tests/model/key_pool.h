#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/random.h"

namespace logwood::testing {

// The keys of one run: few enough to be met again and again, of families that a seed decides: random bytes, decimal
// numbers, shared prefixes of up to 300 bytes, bytes at the ends of the alphabet (the empty key among them), and now
// and then a key of kKeySizeMax bytes. Thread-compatible.
class KeyPool {
 public:
  explicit KeyPool(SeededRandom& random);

  // One of the pool.
  [[nodiscard]] const std::string& Draw(SeededRandom& random) const;
  // One of the pool, or one close to it: shorter, longer, or with another last byte. For seeks and bounds.
  [[nodiscard]] std::string DrawNearby(SeededRandom& random) const;
  // A beginning of one of the pool; now and then a run of 0xff bytes.
  [[nodiscard]] std::string DrawPrefix(SeededRandom& random) const;

 private:
  std::vector<std::string> keys_;
};

// `size` bytes, any of them.
[[nodiscard]] std::string RandomBytes(SeededRandom& random, size_t size);

}  // namespace logwood::testing
