#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "block/block.h"
#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"

namespace logwood {

namespace {

// From this average size of values on, in bytes, keys are kept whole.
constexpr size_t kValueSizeLarge = 1024;

// What a buffer keeps when a block is done.
constexpr size_t kBufferSizeKept = size_t{1} << 20;

bool IsOpaque(BlockKind kind) { return kind == BlockKind::kFilter || kind == BlockKind::kFooter; }

// How many of the first `limit` bytes `a` and `b` share. Requires: both have that many.
size_t CommonPrefix(Bytes a, Bytes b, size_t limit) {
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + limit, b.begin()).first - a.begin());
}

void CopyTo(std::byte* at, Bytes data) {
  if (!data.empty()) std::memcpy(at, data.data(), data.size());
}

template <class Buffer>
void Empty(Buffer& buffer) {
  buffer.clear();
  if (buffer.capacity() > kBufferSizeKept) Buffer().swap(buffer);
}

}  // namespace

// Where each section begins, from the block's first byte on.
struct BlockBuilder::Layout {
  uint8_t flags = 0;
  size_t prefix_length = 0;
  size_t tails_length = 0;
  size_t end_width = 0;
  size_t heads = 0;
  size_t key_ends = 0;
  size_t value_ends = 0;
  size_t types = 0;
  size_t tails = 0;
  size_t values = 0;
  size_t length = 0;
};

BlockBuilder::BlockBuilder(BlockKind kind, size_t size_target) : kind_(kind), size_target_(size_target) {
  LOGWOOD_ASSERT(size_target <= kBlockSizeMax);
}

bool BlockBuilder::Fits(Bytes key, Bytes value) const {
  if (entries_.empty()) return true;
  Contents contents = ContentsWith(key, value);
  contents.has_types = kind_ == BlockKind::kLeaf;  // The entry may turn out to need them: a byte each at worst.
  return LayOut(contents).length <= size_target_;
}

void BlockBuilder::Add(Bytes key, EntryType type, Bytes value) {
  LOGWOOD_ASSERT(key.size() <= kKeySizeMax);
  LOGWOOD_ASSERT(type == EntryType::kPut || kind_ == BlockKind::kLeaf);
  if (type == EntryType::kTombstone) LOGWOOD_ASSERT(value.empty());
  if (IsOpaque(kind_)) LOGWOOD_ASSERT(entries_.empty() && key.empty());
  if (!entries_.empty()) LOGWOOD_ASSERT(last_key() < key);
  contents_ = ContentsWith(key, value);
  contents_.has_types |= type != EntryType::kPut;
  keys_.insert(keys_.end(), key.begin(), key.end());
  values_.insert(values_.end(), value.begin(), value.end());
  entries_.push_back({.key_end = keys_.size(), .value_end = values_.size(), .type = type});
}

Bytes BlockBuilder::Finish(FileId file_id, uint64_t offset) {
  LOGWOOD_ASSERT(!entries_.empty());
  LOGWOOD_ASSERT(offset % kBlockAlignment == 0);
  const Layout layout = LayOut(contents_);
  LOGWOOD_ASSERT(layout.length <= kBlockSizeMax);
  output_.resize(layout.length);
  WriteHeader(layout);
  WriteKeys(layout);
  WriteValues(layout);
  const Bytes block(output_.data(), output_.size());
  StoreFixed64(output_.data() + kBlockChecksumOffset,
               BlockChecksum(block, {.file_id = file_id, .offset = offset, .kind = kind_}));
  return block;
}

size_t BlockBuilder::length() const {
  LOGWOOD_ASSERT(!entries_.empty());
  return LayOut(contents_).length;
}

void BlockBuilder::Clear() {
  entries_.clear();
  contents_ = Contents();
  Empty(keys_);
  Empty(values_);
  Empty(output_);
}

Bytes BlockBuilder::first_key() const {
  LOGWOOD_ASSERT(!entries_.empty());
  return Key(0);
}

Bytes BlockBuilder::last_key() const {
  LOGWOOD_ASSERT(!entries_.empty());
  return Key(entries_.size() - 1);
}

Bytes BlockBuilder::Key(size_t index) const {
  const size_t begin = index == 0 ? 0 : entries_[index - 1].key_end;
  return {keys_.data() + begin, entries_[index].key_end - begin};
}

BlockBuilder::Contents BlockBuilder::ContentsWith(Bytes key, Bytes value) const {
  Contents contents = contents_;
  ++contents.count;
  contents.keys_size += key.size();
  contents.values_size += value.size();
  if (entries_.empty()) {
    contents.common_prefix = key.size();
    contents.shortest_key = key.size();
  } else {
    const size_t limit = std::min(contents.common_prefix, key.size());
    contents.common_prefix = CommonPrefix(first_key(), key, limit);
    contents.shortest_key = std::min(contents.shortest_key, key.size());
  }
  return contents;
}

BlockBuilder::Layout BlockBuilder::LayOut(const Contents& contents) {
  const size_t count = contents.count;
  const bool has_short_key = contents.shortest_key < kBlockHeadSize;
  const bool whole_keys = has_short_key || contents.values_size >= count * kValueSizeLarge;
  Layout layout;
  // Capped so that heads hold real bytes of their keys: padded heads tie (a get among zero-padded decimals then takes
  // twice as long).
  layout.prefix_length =
      has_short_key ? contents.common_prefix : std::min(contents.common_prefix, contents.shortest_key - kBlockHeadSize);
  layout.tails_length = contents.keys_size - count * layout.prefix_length - (whole_keys ? 0 : count * kBlockHeadSize);
  const bool wide = std::max(layout.tails_length, contents.values_size) > UINT16_MAX;
  layout.end_width = wide ? sizeof(uint32_t) : sizeof(uint16_t);
  layout.flags = static_cast<uint8_t>((whole_keys ? kBlockWholeKeys : 0) | (wide ? kBlockWide : 0) |
                                      (contents.has_types ? kBlockTypes : 0));
  layout.heads = kBlockHeaderSize + AlignUpToBlock(layout.prefix_length);
  layout.key_ends = layout.heads + count * kBlockHeadSize;
  layout.value_ends = layout.key_ends + count * layout.end_width;
  layout.types = layout.value_ends + count * layout.end_width;
  layout.tails = layout.types + (contents.has_types ? count : 0);
  layout.values = layout.tails + layout.tails_length;
  layout.length = AlignUpToBlock(layout.values + contents.values_size);
  return layout;
}

// With the zeros up to the first head: the buffer has what the block before left in it.
void BlockBuilder::WriteHeader(const Layout& layout) {
  std::byte* const header = output_.data();
  std::memset(header, 0, layout.heads);
  StoreFixed32(header + kBlockLengthOffset, static_cast<uint32_t>(layout.length));
  StoreFixed32(header + kBlockCountOffset, count());
  StoreFixed32(header + kBlockPrefixLengthOffset, static_cast<uint32_t>(layout.prefix_length));
  StoreFixed32(header + kBlockTailsLengthOffset, static_cast<uint32_t>(layout.tails_length));
  header[kBlockKindOffset] = static_cast<std::byte>(kind_);
  header[kBlockFlagsOffset] = static_cast<std::byte>(layout.flags);
  CopyTo(header + kBlockHeaderSize, first_key().First(layout.prefix_length));
}

// And all else that there is one of for each entry.
void BlockBuilder::WriteKeys(const Layout& layout) {
  std::byte* const block = output_.data();
  const bool wide = (layout.flags & kBlockWide) != 0;
  const auto store_end = [&](size_t ends, size_t index, size_t end) {
    std::byte* const at = block + ends + index * layout.end_width;
    wide ? StoreFixed32(at, static_cast<uint32_t>(end)) : StoreFixed16(at, static_cast<uint16_t>(end));
  };
  const size_t tail_begin = layout.prefix_length + ((layout.flags & kBlockWholeKeys) != 0 ? 0 : kBlockHeadSize);
  size_t tail_end = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Bytes key = Key(i);
    const Bytes tail = key.From(tail_begin);
    StoreFixed64(block + layout.heads + i * kBlockHeadSize, BlockHead(key.From(layout.prefix_length)));
    CopyTo(block + layout.tails + tail_end, tail);
    tail_end += tail.size();
    store_end(layout.key_ends, i, tail_end);
    store_end(layout.value_ends, i, entries_[i].value_end);
    if ((layout.flags & kBlockTypes) != 0) block[layout.types + i] = static_cast<std::byte>(entries_[i].type);
  }
  LOGWOOD_ASSERT(tail_end == layout.tails_length);
}

void BlockBuilder::WriteValues(const Layout& layout) {
  CopyTo(output_.data() + layout.values, {values_.data(), values_.size()});
  const size_t end = layout.values + values_.size();
  LOGWOOD_ASSERT(AlignUpToBlock(end) == layout.length);
  std::memset(output_.data() + end, 0, layout.length - end);
}

}  // namespace logwood
