#include "tools/bench/index_sequence.h"

#include <algorithm>
#include <bit>

#include "tools/bench/key_maker.h"

namespace logwood::bench {
namespace {

constexpr uint64_t kHotShare = 100;
constexpr uint64_t kOnwardMax = 100;

}  // namespace

IndexSequence::IndexSequence(const Setting& setting, const KeySet& present)
    : order_(setting.order),
      next_(setting.first),
      random_(setting.seed),
      permutation_seed_(setting.permutation_seed),
      ranks_(present.limit()),
      half_bits_(std::max(1, (static_cast<int>(std::bit_width(present.limit() - 1)) + 1) / 2)),
      present_(&present) {}

uint64_t IndexSequence::Next() noexcept {
  switch (order_) {
    case IndexOrder::kAscending: return next_++;
    case IndexOrder::kPermutation: return Permute(next_++);
    case IndexOrder::kRandom: return Draw(present_->limit());
    case IndexOrder::kPresent: return present_->AtOrAfter(Draw(present_->limit()));
    case IndexOrder::kHot: return present_->AtOrAfter(Draw((present_->limit() + kHotShare - 1) / kHotShare));
    case IndexOrder::kOnward: next_ = present_->AtOrAfter((next_ + Draw(kOnwardMax)) % present_->limit()); return next_;
    // Which are drawn often has nothing to do with key order.
    case IndexOrder::kZipfian: return present_->AtOrAfter(Mix(ranks_.Draw(random_)) % present_->limit());
  }
  return 0;
}

// A product in place of a division. Half of the random bits are enough: a limit beyond 2^32 takes all by division.
uint64_t IndexSequence::Draw(uint64_t limit) noexcept {
  if (limit >> 32 != 0) return random_.Below(limit);
  return ((random_.Next() >> 32) * limit) >> 32;
}

// A Feistel network of four rounds over the next power of four; what falls beyond the limit goes through it again
// (cycle walking; Black, Rogaway, "Ciphers with arbitrary finite domains", 2002).
uint64_t IndexSequence::Permute(uint64_t index) const noexcept {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  do {
    uint64_t left = index >> half_bits_;
    uint64_t right = index & mask;
    for (uint64_t round = 0; round < 4; ++round) {
      const uint64_t mixed = (left ^ Mix(right ^ permutation_seed_ << 3 ^ round << 61)) & mask;
      left = right;
      right = mixed;
    }
    index = left << half_bits_ | right;
  } while (index >= present_->limit());
  return index;
}

}  // namespace logwood::bench
