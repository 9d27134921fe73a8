#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/arena.h"

namespace logwood {

// A Bloom filter that grows with the keys added to it: layers, each for eight times as many keys as the one before. A
// full layer stays as it is and the next takes what comes after, so nothing is ever hashed again; the write that begins
// a layer zeroes it, which is 1.5 MiB at 150,000 keys and 12 MiB at a million. All bits of a key lie in one cache line
// of a layer; the smaller layers together take an eighth of the largest and stay in the processor's caches. One writer;
// any thread may ask.
class MemtableFilter {
 public:
  // Adds the key with this hash, in memory of `arena`. Who sees the key's entry published sees its bits.
  void Add(uint64_t hash, Arena& arena);
  // Whether a key with this hash may have been added. About 1 % of those that were not are let through.
  [[nodiscard]] bool MayContain(uint64_t hash) const noexcept;

 private:
  static constexpr size_t kLayersMax = 9;  // 256 * 8^8 = 2^32 keys in the last.
  static constexpr uint64_t kFirstLayerKeys = 256;
  static constexpr uint64_t kBitsPerKey = 12;

  using Word = std::atomic<uint64_t>;
  struct Layer {
    Word* words = nullptr;
    uint64_t line_count = 0;
  };

  void AddLayer(Arena& arena);

  std::atomic<size_t> layer_count_ = 0;
  std::array<Layer, kLayersMax> layers_;
  uint64_t room_ = 0;  // The writer's: keys that the last layer takes yet.
};

}  // namespace logwood
