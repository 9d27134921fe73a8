#include "tree/blocked_bloom_filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/assert.h"
#include "codec/byte_writer.h"

namespace logwood {
namespace {

// Calls `probe(word, mask)` for each bit of a key, until one call returns false; tells whether none did.
template <class Probe>
bool ForEachBit(uint64_t hash, uint8_t probes, const Probe& probe) {
  // The line was chosen by the upper bits of the hash, so the bits within it come from a product in which all bits mix.
  const uint64_t mixed = hash * 0x9e3779b97f4a7c15u;
  const auto step = static_cast<uint32_t>(mixed | 1);
  auto position = static_cast<uint32_t>(mixed >> 32);
  for (uint8_t i = 0; i < probes; ++i, position += step) {
    const uint32_t bit = position >> 23;
    if (!probe(bit / 64, uint64_t{1} << (bit % 64))) return false;
  }
  return true;
}

}  // namespace

BlockedBloomFilter BlockedBloomFilter::Build(std::span<const uint64_t> hashes, double bits_per_key) {
  BlockedBloomFilter filter = For(hashes.size(), bits_per_key);
  for (const uint64_t hash : hashes) filter.Add(hash);
  return filter;
}

BlockedBloomFilter BlockedBloomFilter::For(uint64_t keys, double bits_per_key) {
  LOGWOOD_ASSERT(keys > 0);
  LOGWOOD_ASSERT(bits_per_key > 0);
  const double probes = std::clamp(std::round(bits_per_key * std::numbers::ln2), 1.0, double{kProbesMax});
  const double lines = std::ceil(static_cast<double>(keys) * bits_per_key / (8 * kLineSize));
  LOGWOOD_ASSERT(lines < 4294967296.0);
  BlockedBloomFilter filter(static_cast<uint8_t>(probes));
  filter.lines_.resize(static_cast<size_t>(lines));
  return filter;
}

void BlockedBloomFilter::Add(uint64_t hash) noexcept {
  Line& line = lines_[LineOf(hash)];
  ForEachBit(hash, probes_, [&line](uint32_t word, uint64_t mask) {
    line.words[word] |= mask;
    return true;
  });
}

bool BlockedBloomFilter::MayContain(uint64_t hash) const noexcept {
  const Line& line = lines_[LineOf(hash)];
  return ForEachBit(hash, probes_, [&line](uint32_t word, uint64_t mask) { return (line.words[word] & mask) != 0; });
}

void BlockedBloomFilter::AppendLines(Bytes lines) {
  LOGWOOD_ASSERT(lines.size() % kLineSize == 0);
  for (size_t begin = 0; begin < lines.size(); begin += kLineSize) {
    Line line;
    for (size_t i = 0; i < line.words.size(); ++i) line.words[i] = LoadFixed64(lines.data() + begin + i * 8);
    lines_.push_back(line);
  }
}

std::string BlockedBloomFilter::EncodeLines(size_t begin, size_t end) const {
  std::string out;
  out.reserve((end - begin) * kLineSize);
  for (size_t i = begin; i < end; ++i) {
    for (const uint64_t word : lines_[i].words) AppendFixed64(out, word);
  }
  return out;
}

}  // namespace logwood
