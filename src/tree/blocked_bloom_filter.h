#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/pages.h"
#include "logwood/bytes.h"

namespace logwood {

// A Bloom filter whose probes for one key all fall into one line of 64 bytes, so that a question costs one cache miss
// (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", WEA 2007). At 10 bits a key about 1 %
// of absent keys are let through. Immutable once filled; then thread-safe.
//
//   line  = (upper 32 bits of hash) * lines >> 32
//   mixed = hash * 0x9e3779b97f4a7c15
//   probe i in 0 .. probes = the 9 upper bits of the 32-bit sum (mixed >> 32) + i * (mixed | 1)
//   bit b of a line = bit b % 64 of its word b / 64; words are little-endian
class BlockedBloomFilter {
 public:
  static constexpr size_t kLineSize = 64;
  static constexpr uint8_t kProbesMax = 30;

  // A filter that lets through the keys with these hashes. Requires: bits_per_key > 0; at least one hash.
  [[nodiscard]] static BlockedBloomFilter Build(std::span<const uint64_t> hashes, double bits_per_key);
  // The same, empty yet. Requires: bits_per_key > 0; keys > 0.
  [[nodiscard]] static BlockedBloomFilter For(uint64_t keys, double bits_per_key);
  // Adds a key. Requires: line_count() > 0.
  void Add(uint64_t hash) noexcept;
  // A stored filter, to be filled by AppendLines(). Requires: 0 < probes <= kProbesMax.
  explicit BlockedBloomFilter(uint8_t probes) : probes_(probes) {}

  // Whether a key with this hash may be among those that the filter was built of. Requires: line_count() > 0.
  [[nodiscard]] bool MayContain(uint64_t hash) const noexcept;

  // Begins to bring the line that MayContain() will look at into the processor's cache. Requires: line_count() > 0.
  void Prefetch(uint64_t hash) const noexcept { __builtin_prefetch(&lines_[LineOf(hash)]); }

  // Takes memory for so many lines.
  void Reserve(size_t line_count) { lines_.reserve(line_count); }
  // Adds stored lines. Requires: a multiple of kLineSize.
  void AppendLines(Bytes lines);
  // Lines `begin` to `end` as they are stored.
  [[nodiscard]] std::string EncodeLines(size_t begin, size_t end) const;

  [[nodiscard]] uint8_t probes() const noexcept { return probes_; }
  [[nodiscard]] size_t line_count() const noexcept { return lines_.size(); }
  // Bytes of memory.
  [[nodiscard]] size_t bytes() const noexcept { return lines_.capacity() * kLineSize; }

 private:
  struct alignas(kLineSize) Line {
    std::array<uint64_t, 8> words{};
  };

  [[nodiscard]] size_t LineOf(uint64_t hash) const noexcept { return ((hash >> 32) * lines_.size()) >> 32; }

  uint8_t probes_;
  std::vector<Line, PageAllocator<Line>> lines_;
};

}  // namespace logwood
