#include "block/block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <span>
#include <utility>

#include "base/status_macros.h"
#include "block/block_layout.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/hex.h"
#include "logwood/options.h"

namespace logwood {

namespace {

bool IsOpaque(BlockKind kind) { return kind == BlockKind::kFilter || kind == BlockKind::kFooter; }

bool IsZero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

Status Damaged(const std::string& what) { return Status::Corruption(what); }

// Whether numbers that stand one behind the other rise; equal ones do. Goes through all without a jump, so that
// compilers make vector instructions of it.
template <std::unsigned_integral Number>
bool Rise(const std::byte* numbers, uint32_t count) {
  unsigned falls = 0;
  for (size_t i = 1; i < count; ++i) {
    falls |= static_cast<unsigned>(LoadLittleEndian<Number>(numbers + i * sizeof(Number)) <
                                   LoadLittleEndian<Number>(numbers + (i - 1) * sizeof(Number)));
  }
  return falls == 0;
}

std::string AtEntry(uint32_t index) { return "entry " + std::to_string(index) + ": "; }

}  // namespace

// Checks everything there is to check, once, so that the accessors need not:
//
//   1. the frame: length, kind, checksum, flags, zeros, count;
//   2. that the sections fit one behind the other, each against what is left;
//   3. that the ends of keys and values rise, and meet the ends of their sections;
//   4. that heads rise and are those of their keys, and that keys rise where heads tie;
//   5. types.
class Block::Parser {
 public:
  Parser(Block& block, const BlockIdentity& identity) : block_(block), identity_(identity) {}

  Status Parse() {
    LOGWOOD_RETURN_IF_ERROR(ParseFrame());
    LOGWOOD_RETURN_IF_ERROR(ParseSections());
    LOGWOOD_RETURN_IF_ERROR(CheckEnds("key", block_.key_ends_, tails_length_));
    LOGWOOD_RETURN_IF_ERROR(CheckEnds("value", block_.value_ends_, values_.size()));
    LOGWOOD_RETURN_IF_ERROR(CheckPadding());
    LOGWOOD_RETURN_IF_ERROR(CheckKeys());
    return CheckTypes();
  }

 private:
  Status ParseFrame();
  Status CheckLength() const;
  Status CheckChecksum() const;
  Status ParseSections();
  Status CheckEnds(const char* what, const std::byte* ends, size_t limit) const;
  Status CheckPadding() const;
  [[nodiscard]] bool HeadsTellAll() const;
  Status CheckKeys() const;
  Status CheckHead(uint32_t index) const;
  Status CheckTypes() const;

  [[nodiscard]] const std::byte* header() const { return block_.begin_; }
  [[nodiscard]] bool Has(uint8_t flag) const { return (block_.flags_ & flag) != 0; }

  Block& block_;
  const BlockIdentity& identity_;
  size_t length_ = 0;
  size_t tails_length_ = 0;
  Bytes values_;  // With the zeros behind them.
};

Result<Block> Block::Parse(PooledBytes data, size_t size, const BlockIdentity& identity) {
  LOGWOOD_ASSIGN_OR_RETURN(Block block, ParseInPlace(Bytes(data.get(), size), identity));
  block.data_ = std::move(data);
  return block;
}

Result<Block> Block::ParseInPlace(Bytes stored, const BlockIdentity& identity) {
  Block block;
  block.begin_ = stored.data();
  block.size_ = stored.size();
  if (Status status = Parser(block, identity).Parse(); !status.ok()) return status;
  return block;
}

Status Block::Parser::ParseFrame() {
  if (block_.size_ < kBlockHeaderSize) {
    return Damaged("block has " + std::to_string(block_.size_) + " bytes, its header " +
                   std::to_string(kBlockHeaderSize));
  }
  length_ = LoadFixed32(header() + kBlockLengthOffset);
  LOGWOOD_RETURN_IF_ERROR(CheckLength());
  LOGWOOD_RETURN_IF_ERROR(CheckChecksum());
  // The checksum is seeded with the kind, so this speaks of a block that somebody made so.
  const auto kind = std::to_integer<uint8_t>(header()[kBlockKindOffset]);
  if (kind != static_cast<uint8_t>(identity_.kind)) {
    return Damaged("block kind " + std::to_string(kind) + ", expected " +
                   std::to_string(static_cast<int>(identity_.kind)));
  }
  block_.kind_ = identity_.kind;
  block_.flags_ = std::to_integer<uint8_t>(header()[kBlockFlagsOffset]);
  if ((block_.flags_ & ~kBlockFlagsAll) != 0) {
    return Status::Unsupported("block flags " + HexNumber(block_.flags_) + ": a newer version of Logwood wrote them");
  }
  if (!IsZero(Bytes(header() + kBlockZeroOffset, kBlockHeaderSize - kBlockZeroOffset))) {
    return Damaged("reserved bytes of the block header are not 0");
  }
  block_.count_ = LoadFixed32(header() + kBlockCountOffset);
  if (block_.count_ == 0) return Damaged("block without entries");
  return Status::Ok();
}

Status Block::Parser::CheckLength() const {
  if (length_ < kBlockHeaderSize || length_ % kBlockAlignment != 0 || length_ > kBlockSizeMax) {
    return Damaged("block length " + std::to_string(length_) + " is not a length of blocks");
  }
  if (length_ > block_.size_) {
    return Damaged("block length " + std::to_string(length_) + ", but there are " + std::to_string(block_.size_) +
                   " bytes");
  }
  return Status::Ok();
}

Status Block::Parser::CheckChecksum() const {
  const uint64_t stored = LoadFixed64(header() + kBlockChecksumOffset);
  const uint64_t computed = BlockChecksum(Bytes(header(), length_), identity_);
  if (computed == stored) return Status::Ok();
  return Damaged("block checksum " + HexNumber(computed) + ", expected " + HexNumber(stored));
}

Status Block::Parser::ParseSections() {
  const uint64_t count = block_.count_;
  const uint64_t prefix_length = LoadFixed32(header() + kBlockPrefixLengthOffset);
  const uint64_t end_width = Has(kBlockWide) ? sizeof(uint32_t) : sizeof(uint16_t);
  tails_length_ = LoadFixed32(header() + kBlockTailsLengthOffset);

  ByteReader reader(Bytes(header(), length_).From(kBlockHeaderSize));
  const auto prefix = reader.Take(prefix_length);
  const auto padding = reader.Take(AlignUpToBlock(prefix_length) - prefix_length);
  const auto heads = reader.Take(count * kBlockHeadSize);
  const auto key_ends = reader.Take(count * end_width);
  const auto value_ends = reader.Take(count * end_width);
  const auto types = reader.Take(Has(kBlockTypes) ? count : 0);
  const auto tails = reader.Take(tails_length_);
  if (!prefix || !padding || !heads || !key_ends || !value_ends || !types || !tails) {
    return Damaged("block of " + std::to_string(length_) + " bytes is too short for " + std::to_string(count) +
                   " entries, a prefix of " + std::to_string(prefix_length) + " bytes and tails of " +
                   std::to_string(tails_length_));
  }
  if (!IsZero(*padding)) return Damaged("bytes between prefix and heads are not 0");
  values_ = reader.rest();
  block_.prefix_ = *prefix;
  block_.heads_ = heads->data();
  block_.key_ends_ = key_ends->data();
  block_.value_ends_ = value_ends->data();
  block_.types_ = Has(kBlockTypes) ? types->data() : nullptr;
  block_.tails_ = tails->data();
  block_.values_ = values_.data();
  return Status::Ok();
}

Status Block::Parser::CheckEnds(const char* what, const std::byte* ends, size_t limit) const {
  const bool rise = Has(kBlockWide) ? Rise<uint32_t>(ends, block_.count_) : Rise<uint16_t>(ends, block_.count_);
  if (rise && block_.End(ends, block_.count_ - 1) <= limit) return Status::Ok();
  uint32_t last = 0;
  for (uint32_t i = 0; i < block_.count_; ++i) {
    const uint32_t end = block_.End(ends, i);
    if (end < last || end > limit) {
      return Damaged(AtEntry(i) + what + " ends at " + std::to_string(end) + ", not between " + std::to_string(last) +
                     " and " + std::to_string(limit));
    }
    last = end;
  }
  return Status::Ok();
}

Status Block::Parser::CheckPadding() const {
  const uint32_t keys_end = block_.End(block_.key_ends_, block_.count_ - 1);
  if (keys_end != tails_length_) {
    return Damaged("last key ends at " + std::to_string(keys_end) + " of " + std::to_string(tails_length_) +
                   " bytes of tails");
  }
  const Bytes rest = values_.From(block_.End(block_.value_ends_, block_.count_ - 1));
  if (rest.size() >= kBlockAlignment || !IsZero(rest)) {
    return Damaged(std::to_string(rest.size()) + " bytes behind the last value, expected up to 7 that are 0");
  }
  return Status::Ok();
}

// With unlike heads that rise and room for the longest key there is nothing to look for in the tails.
bool Block::Parser::HeadsTellAll() const {
  if (Has(kBlockWholeKeys) || block_.prefix_.size() + kBlockHeadSize + tails_length_ > kKeySizeMax) return false;
  bool unlike = true;
  for (size_t i = 1; i < block_.count_; ++i) unlike &= block_.Head(i - 1) < block_.Head(i);
  return unlike;
}

Status Block::Parser::CheckKeys() const {
  if (HeadsTellAll()) return Status::Ok();
  for (uint32_t i = 0; i < block_.count_; ++i) {
    LOGWOOD_RETURN_IF_ERROR(CheckHead(i));
    if (i == 0) continue;
    const uint64_t before = block_.Head(i - 1);
    const uint64_t head = block_.Head(i);
    if (before < head) continue;
    // Equal heads leave it to the tails: in both key modes these then begin at the same byte of their keys.
    if (before > head || !(block_.Tail(i - 1) < block_.Tail(i))) return Damaged(AtEntry(i) + "key is out of order");
  }
  return Status::Ok();
}

Status Block::Parser::CheckHead(uint32_t index) const {
  const Bytes tail = block_.Tail(index);
  const size_t before_tail = block_.prefix_.size() + (Has(kBlockWholeKeys) ? 0 : kBlockHeadSize);
  if (before_tail + tail.size() > kKeySizeMax) {
    return Damaged(AtEntry(index) + "key of " + std::to_string(before_tail + tail.size()) + " bytes");
  }
  if (Has(kBlockWholeKeys) && block_.Head(index) != BlockHead(tail)) {
    return Damaged(AtEntry(index) + "head " + HexNumber(block_.Head(index)) + ", its key has " +
                   HexNumber(BlockHead(tail)));
  }
  return Status::Ok();
}

Status Block::Parser::CheckTypes() const {
  const bool leaf = block_.kind_ == BlockKind::kLeaf;
  if (block_.types_ != nullptr && !leaf) return Damaged("types in a block that is not a leaf");
  if (IsOpaque(block_.kind_)) {
    std::string scratch;
    if (block_.count_ != 1 || !block_.key(0, scratch).empty()) return Damaged("an opaque block has one empty key");
  }
  if (block_.types_ == nullptr) return Status::Ok();
  for (uint32_t i = 0; i < block_.count_; ++i) {
    const auto type = std::to_integer<uint8_t>(block_.types_[i]);
    switch (static_cast<EntryType>(type)) {
      case EntryType::kPut:
      case EntryType::kValueLink: continue;
      case EntryType::kTombstone:
        if (!block_.value(i).empty()) return Damaged(AtEntry(i) + "tombstone with a value");
        continue;
      case EntryType::kRangeTombstone:
        return Status::Unsupported(AtEntry(i) + "range tombstone: a newer version of Logwood wrote it");
    }
    return Damaged(AtEntry(i) + "type " + std::to_string(type));
  }
  return Status::Ok();
}

EntryType Block::type(uint32_t index) const noexcept {
  return types_ == nullptr ? EntryType::kPut : static_cast<EntryType>(types_[index]);
}

Bytes Block::value(uint32_t index) const noexcept { return Piece(value_ends_, values_, index); }

Bytes Block::key(uint32_t index, std::string& scratch) const {
  if (HasWholeKeys() && prefix_.empty()) return Tail(index);
  scratch.resize(key_size(index));
  CopyKey(index, std::as_writable_bytes(std::span(scratch)).data());
  return scratch;
}

bool Block::HasWholeKeys() const noexcept { return (flags_ & kBlockWholeKeys) != 0; }

size_t Block::key_size(uint32_t index) const noexcept {
  return prefix_.size() + (HasWholeKeys() ? 0 : kBlockHeadSize) + Tail(index).size();
}

size_t Block::entries_size() const noexcept {
  const size_t before_tails = count_ * (prefix_.size() + (HasWholeKeys() ? 0 : kBlockHeadSize));
  return before_tails + End(key_ends_, count_ - 1) + End(value_ends_, count_ - 1);
}

Bytes Block::stored() const noexcept { return {begin_, LoadFixed32(begin_ + kBlockLengthOffset)}; }

void Block::CopyKey(uint32_t index, std::byte* to) const noexcept {
  if (!prefix_.empty()) std::memcpy(to, prefix_.data(), prefix_.size());
  to += prefix_.size();
  if (!HasWholeKeys()) {
    uint64_t head = Head(index);
    if constexpr (std::endian::native == std::endian::little) head = __builtin_bswap64(head);
    std::memcpy(to, &head, kBlockHeadSize);
    to += kBlockHeadSize;
  }
  const Bytes tail = Tail(index);
  if (!tail.empty()) std::memcpy(to, tail.data(), tail.size());
}

uint32_t Block::LowerBound(Bytes key, bool* exact) const {
  *exact = false;
  // A key without the prefix is below all keys or above all of them, as it is below or above the prefix.
  if (!key.StartsWith(prefix_)) return key < prefix_ ? 0 : count_;
  const Bytes suffix = key.From(prefix_.size());
  const uint64_t head = BlockHead(suffix);
  uint32_t begin = HeadLowerBound(0, head);
  if (begin == count_ || Head(begin) != head) return begin;
  const bool alone = begin + 1 == count_ || Head(begin + 1) != head;
  uint32_t end = begin + 1;
  if (!alone) end = head == UINT64_MAX ? count_ : HeadLowerBound(begin + 1, head + 1);
  while (begin < end) {
    const uint32_t middle = begin + (end - begin) / 2;
    const std::strong_ordering order = CompareTied(middle, suffix);
    if (order == 0) {
      *exact = true;
      return middle;
    }
    order < 0 ? begin = middle + 1 : end = middle;
  }
  return begin;
}

uint32_t Block::HeadLowerBound(uint32_t begin, uint64_t head) const noexcept {
  size_t first = begin;
  size_t left = count_ - begin;
  while (left > 0) {
    // The mask keeps compilers from making a jump of it, which a random key would mispredict every other time.
    const size_t half = (left + 1) / 2;
    first += half & -static_cast<size_t>(Head(first + half - 1) < head);
    left -= half;
  }
  return static_cast<uint32_t>(first);
}

std::strong_ordering Block::CompareTied(uint32_t index, Bytes suffix) const noexcept {
  const Bytes tail = Tail(index);
  if ((flags_ & kBlockWholeKeys) != 0) return tail <=> suffix;
  // The key has 8 real bytes there; a shorter suffix tied by its padding and is a prefix of them.
  if (suffix.size() < kBlockHeadSize) return std::strong_ordering::greater;
  return tail <=> suffix.From(kBlockHeadSize);
}

uint64_t Block::Head(size_t index) const noexcept { return LoadFixed64(heads_ + index * kBlockHeadSize); }

uint32_t Block::End(const std::byte* ends, uint32_t index) const noexcept {
  const size_t i = index;
  return (flags_ & kBlockWide) != 0 ? LoadFixed32(ends + i * sizeof(uint32_t))
                                    : LoadFixed16(ends + i * sizeof(uint16_t));
}

Bytes Block::Piece(const std::byte* ends, const std::byte* data, uint32_t index) const noexcept {
  const uint32_t begin = index == 0 ? 0 : End(ends, index - 1);
  return {data + begin, End(ends, index) - begin};
}

}  // namespace logwood
