#include "tools/bench/value_source.h"

#include "base/random.h"
#include "tools/bench/key_maker.h"

namespace logwood::bench {
namespace {

constexpr size_t kStarts = 256 << 10;  // Places where a value may begin: fits into a core's own cache.
constexpr size_t kPieceSize = 100;     // A piece is its first half twice.
constexpr uint64_t kPrintableFirst = ' ';
constexpr uint64_t kPrintableCount = 95;

}  // namespace

ValueSource::ValueSource(size_t value_size_bytes, uint64_t seed)
    : value_size_bytes_(value_size_bytes), seed_(seed), buffer_(kStarts + value_size_bytes) {
  SeededRandom random(seed);
  for (size_t i = 0; i < buffer_.size(); ++i) {
    const bool repeats = i % kPieceSize >= kPieceSize / 2;
    buffer_[i] =
        repeats ? buffer_[i - kPieceSize / 2] : static_cast<std::byte>(kPrintableFirst + random.Below(kPrintableCount));
  }
}

Bytes ValueSource::ValueOf(uint64_t index) const noexcept {
  return {buffer_.data() + Mix(index ^ seed_) % kStarts, value_size_bytes_};
}

}  // namespace logwood::bench
