#include "base/head_search.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/assert.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC bug 105593: in its own header for AVX-512.
#endif
#endif

namespace logwood {
namespace {

uint64_t EqualPortable(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  uint64_t places = 0;
  for (size_t i = 0; i < count; ++i) places |= uint64_t{heads[i] == head} << i;
  return places;
}

uint64_t LessPortable(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  uint64_t places = 0;
  for (size_t i = 0; i < count; ++i) places |= uint64_t{heads[i] < head} << i;
  return places;
}

KeyHeadFloor FloorPortable(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  KeyHead best = kKeyHeadMin;
  for (size_t i = 0; i < count; ++i) {
    if (heads[i] <= head) best = std::max(best, heads[i]);
  }
  return {.head = best, .places = EqualPortable(heads, count, best)};
}

void RankPortable(const KeyHead* heads, size_t count, std::span<uint8_t> ranks) noexcept {
  const KeyHead* const ranked = heads + (count - ranks.size());
  for (size_t i = 0; i < ranks.size(); ++i) {
    uint8_t rank = 0;
    for (size_t j = 0; j < count; ++j) rank = static_cast<uint8_t>(rank + (heads[j] < ranked[i] ? 1 : 0));
    ranks[i] = rank;
  }
}

constexpr HeadSearch kPortable = {
    .name = "portable", .equal = EqualPortable, .less = LessPortable, .floor = FloorPortable, .rank = RankPortable};

#if defined(__x86_64__)

// AVX2: four heads at a time; those behind the last whole four one by one.

__attribute__((target("avx2"))) uint64_t MaskOf(__m256i lanes) noexcept {
  return static_cast<uint64_t>(_mm256_movemask_pd(_mm256_castsi256_pd(lanes)));
}

__attribute__((target("avx2"))) __m256i Load4(const KeyHead* heads) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(heads));
}

__attribute__((target("avx2"))) uint64_t EqualAvx2(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  const __m256i wanted = _mm256_set1_epi64x(head);
  uint64_t places = 0;
  size_t i = 0;
  for (; i + 4 <= count; i += 4) places |= MaskOf(_mm256_cmpeq_epi64(Load4(heads + i), wanted)) << i;
  for (; i < count; ++i) places |= uint64_t{heads[i] == head} << i;
  return places;
}

__attribute__((target("avx2"))) uint64_t LessAvx2(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  const __m256i limit = _mm256_set1_epi64x(head);
  uint64_t places = 0;
  size_t i = 0;
  for (; i + 4 <= count; i += 4) places |= MaskOf(_mm256_cmpgt_epi64(limit, Load4(heads + i))) << i;
  for (; i < count; ++i) places |= uint64_t{heads[i] < head} << i;
  return places;
}

__attribute__((target("avx2"))) KeyHeadFloor FloorAvx2(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  const __m256i limit = _mm256_set1_epi64x(head);
  const __m256i lowest = _mm256_set1_epi64x(kKeyHeadMin);
  __m256i best = lowest;
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const __m256i value = Load4(heads + i);
    const __m256i kept = _mm256_blendv_epi8(value, lowest, _mm256_cmpgt_epi64(value, limit));
    best = _mm256_blendv_epi8(best, kept, _mm256_cmpgt_epi64(kept, best));
  }
  std::array<KeyHead, 4> lanes{};
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes.data()), best);
  KeyHead largest = std::max(std::max(lanes[0], lanes[1]), std::max(lanes[2], lanes[3]));
  for (; i < count; ++i) {
    if (heads[i] <= head) largest = std::max(largest, heads[i]);
  }
  return {.head = largest, .places = EqualAvx2(heads, count, largest)};
}

__attribute__((target("avx2,popcnt"))) void RankAvx2(const KeyHead* heads, size_t count,
                                                     std::span<uint8_t> ranks) noexcept {
  const KeyHead* const ranked = heads + (count - ranks.size());
  for (size_t i = 0; i < ranks.size(); ++i) {
    ranks[i] = static_cast<uint8_t>(std::popcount(LessAvx2(heads, count, ranked[i])));
  }
}

constexpr HeadSearch kAvx2 = {
    .name = "avx2", .equal = EqualAvx2, .less = LessAvx2, .floor = FloorAvx2, .rank = RankAvx2};

// AVX-512: all 64 heads without a branch. Lanes that are masked out are not read.

// The places below `count`, of which there may be 64.
constexpr uint64_t PlacesBelow(size_t count) noexcept { return count == 0 ? 0 : ~uint64_t{0} >> (64 - count); }

struct Lanes64 {
  __m512i lanes[8];
};

__attribute__((target("avx512f"))) inline __mmask8 LanesOf(uint64_t places, int group) noexcept {
  return static_cast<__mmask8>(places >> (8 * group));
}

// Lanes past `count` are the largest, hence neither below anything nor, masked again, equal to it.
__attribute__((target("avx512f"))) inline void Load64(const KeyHead* heads, uint64_t places, Lanes64& all) noexcept {
  const __m512i largest = _mm512_set1_epi64(kKeyHeadMax);
  for (int group = 0; group < 8; ++group) {
    all.lanes[group] = _mm512_mask_loadu_epi64(largest, LanesOf(places, group), heads + 8 * group);
  }
}

__attribute__((target("avx512f"))) inline uint64_t EqualIn(const Lanes64& all, uint64_t places, KeyHead head) noexcept {
  const __m512i wanted = _mm512_set1_epi64(head);
  uint64_t found = 0;
  for (int group = 0; group < 8; ++group) {
    found |= uint64_t{_mm512_cmpeq_epi64_mask(all.lanes[group], wanted)} << (8 * group);
  }
  return found & places;
}

__attribute__((target("avx512f"))) inline uint64_t LessIn(const Lanes64& all, KeyHead head) noexcept {
  const __m512i limit = _mm512_set1_epi64(head);
  uint64_t found = 0;
  for (int group = 0; group < 8; ++group) {
    found |= uint64_t{_mm512_cmplt_epi64_mask(all.lanes[group], limit)} << (8 * group);
  }
  return found;
}

__attribute__((target("avx512f"))) uint64_t EqualAvx512(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  const uint64_t places = PlacesBelow(count);
  Lanes64 all;
  Load64(heads, places, all);
  return EqualIn(all, places, head);
}

__attribute__((target("avx512f"))) uint64_t LessAvx512(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  Lanes64 all;
  Load64(heads, PlacesBelow(count), all);
  return LessIn(all, head);
}

__attribute__((target("avx512f"))) KeyHeadFloor FloorAvx512(const KeyHead* heads, size_t count, KeyHead head) noexcept {
  const uint64_t places = PlacesBelow(count);
  Lanes64 all;
  Load64(heads, places, all);
  const __m512i limit = _mm512_set1_epi64(head);
  __m512i best = _mm512_set1_epi64(kKeyHeadMin);
  for (int group = 0; group < 8; ++group) {
    const __mmask8 kept = _mm512_mask_cmple_epi64_mask(LanesOf(places, group), all.lanes[group], limit);
    best = _mm512_mask_max_epi64(best, kept, best, all.lanes[group]);
  }
  const KeyHead largest = _mm512_reduce_max_epi64(best);
  return {.head = largest, .places = EqualIn(all, places, largest)};
}

__attribute__((target("avx512f,popcnt"))) void RankAvx512(const KeyHead* heads, size_t count,
                                                          std::span<uint8_t> ranks) noexcept {
  const KeyHead* const ranked = heads + (count - ranks.size());
  Lanes64 all;
  Load64(heads, PlacesBelow(count), all);
  for (size_t i = 0; i < ranks.size(); ++i) ranks[i] = static_cast<uint8_t>(std::popcount(LessIn(all, ranked[i])));
}

constexpr HeadSearch kAvx512 = {
    .name = "avx512", .equal = EqualAvx512, .less = LessAvx512, .floor = FloorAvx512, .rank = RankAvx512};

size_t CountSupported() noexcept {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("popcnt")) return 1;
  return __builtin_cpu_supports("avx512f") ? 3 : 2;
}

constexpr std::array kSearches = {kPortable, kAvx2, kAvx512};

#else

size_t CountSupported() noexcept { return 1; }

constexpr std::array kSearches = {kPortable};

#endif

#if defined(__SANITIZE_THREAD__)
constexpr bool kReadsMustBeSeen = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr bool kReadsMustBeSeen = true;
#else
constexpr bool kReadsMustBeSeen = false;
#endif
#else
constexpr bool kReadsMustBeSeen = false;
#endif

}  // namespace

KeyHead PaddedKeyHead(Bytes bytes) noexcept {
  std::array<std::byte, kKeyHeadSize> padded{};
  std::copy_n(bytes.data(), std::min(bytes.size(), padded.size()), padded.begin());
  return LoadKeyHead(padded.data());
}

const HeadSearch& HeadSearch::Best() noexcept {
  static const HeadSearch& best = kReadsMustBeSeen ? kSearches.front() : All().back();
  return best;
}

std::span<const HeadSearch> HeadSearch::All() noexcept { return std::span(kSearches).first(CountSupported()); }

}  // namespace logwood
