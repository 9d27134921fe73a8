#include "memtable/memtable_filter.h"

#include <memory>

#include "base/assert.h"

// A key has six bits in a layer: three in each of two words of one line. The upper half of its hash chooses the line,
// the lower half the words and the bits.

namespace logwood {
namespace {

constexpr size_t kLineSize = 64;
constexpr uint64_t kWordsPerLine = kLineSize / sizeof(uint64_t);

struct Probe {
  uint64_t words[2];
  uint64_t masks[2];
};

uint64_t ThreeBits(uint64_t bits) noexcept {
  return uint64_t{1} << (bits & 63) | uint64_t{1} << (bits >> 6 & 63) | uint64_t{1} << (bits >> 12 & 63);
}

Probe ProbeOf(uint64_t hash, uint64_t line_count) noexcept {
  const uint64_t line = (hash >> 32) * line_count >> 32;
  // The line was chosen by the upper half, so the rest comes from a product in which all bits mix.
  const uint64_t mixed = hash * 0x9e3779b97f4a7c15u;
  const uint64_t first = mixed >> 61;
  const uint64_t second = (first + 1 + (mixed >> 58 & 7) % (kWordsPerLine - 1)) % kWordsPerLine;
  return {.words = {line * kWordsPerLine + first, line * kWordsPerLine + second},
          .masks = {ThreeBits(mixed >> 40), ThreeBits(mixed >> 22)}};
}

}  // namespace

void MemtableFilter::Add(uint64_t hash, Arena& arena) {
  if (room_ == 0) AddLayer(arena);
  --room_;
  const Layer& layer = layers_[layer_count_.load(std::memory_order_relaxed) - 1];  // The writer's own store.
  const Probe probe = ProbeOf(hash, layer.line_count);
  for (size_t i = 0; i < 2; ++i) {
    // Relaxed: the store that publishes the key's entry comes after these, and readers have seen it.
    Word& word = layer.words[probe.words[i]];
    word.store(word.load(std::memory_order_relaxed) | probe.masks[i], std::memory_order_relaxed);
  }
}

bool MemtableFilter::MayContain(uint64_t hash) const noexcept {
  // The last layer is the one that is least likely in a cache, and the likeliest to have the key.
  for (size_t i = layer_count_.load(std::memory_order_acquire); i-- > 0;) {  // Partner of the release in AddLayer().
    const Probe probe = ProbeOf(hash, layers_[i].line_count);
    const uint64_t first = layers_[i].words[probe.words[0]].load(std::memory_order_relaxed);
    const uint64_t second = layers_[i].words[probe.words[1]].load(std::memory_order_relaxed);
    if ((first & probe.masks[0]) == probe.masks[0] && (second & probe.masks[1]) == probe.masks[1]) return true;
  }
  return false;
}

void MemtableFilter::AddLayer(Arena& arena) {
  const size_t index = layer_count_.load(std::memory_order_relaxed);  // The writer's own store.
  LOGWOOD_ASSERT(index < kLayersMax);
  room_ = kFirstLayerKeys << (3 * index);
  Layer& layer = layers_[index];
  layer.line_count = (room_ * kBitsPerKey + 8 * kLineSize - 1) / (8 * kLineSize);
  const size_t word_count = layer.line_count * kWordsPerLine;
  layer.words = reinterpret_cast<Word*>(arena.Allocate(word_count * sizeof(Word), kLineSize));
  std::uninitialized_value_construct_n(layer.words, word_count);
  layer_count_.store(index + 1, std::memory_order_release);  // Partner of the acquire in MayContain().
}

}  // namespace logwood
