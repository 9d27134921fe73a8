#include "tree/leaf_read_ahead.h"

#include <algorithm>
#include <utility>

namespace logwood {
namespace {

// Behind the last byte that the leaf may have.
uint64_t EndOf(const BlockFile& file, BlockReference leaf) {
  return std::min<uint64_t>(file.length(), leaf.offset() + leaf.length_max());
}

}  // namespace

Bytes LeafReadAhead::Read(const BlockFile& file, BlockReference leaf, Towards towards) {
  const bool is_there = leaf.offset() >= begin_ && leaf.offset() < end_ && EndOf(file, leaf) <= end_;
  if (!is_there && !Fill(file, leaf, towards)) return {};
  return Bytes(bytes_.get() + (leaf.offset() - begin_), EndOf(file, leaf) - leaf.offset());
}

const Block* LeafReadAhead::Parse(Bytes stored, const BlockIdentity& identity) {
  Result<Block> block = Block::ParseInPlace(stored, identity);
  if (!block.ok()) return nullptr;
  block_ = *std::move(block);
  return &block_;
}

void LeafReadAhead::Drop() noexcept {
  bytes_ = PooledBytes();
  begin_ = end_ = 0;
  next_size_ = kSizeMin;
}

bool LeafReadAhead::Fill(const BlockFile& file, BlockReference leaf, Towards towards) {
  const uint64_t leaf_end = EndOf(file, leaf);
  if (leaf.file_slot() != 0 || leaf.offset() < kFileHeaderSize || leaf.offset() >= leaf_end) return false;
  const size_t size = std::exchange(next_size_, std::min(2 * next_size_, kSizeMax));
  if (leaf_end - leaf.offset() > size) return false;
  begin_ = end_ = 0;  // Until it is read.
  uint64_t begin = leaf.offset();
  uint64_t end = std::min<uint64_t>(begin + size, file.length());
  if (towards == Towards::kBegin) {
    end = leaf_end;
    begin = std::max<uint64_t>(end - std::min<uint64_t>(end, size), kFileHeaderSize);
  }
  if (bytes_.get_deleter().size != size) bytes_ = cache_.pool().Allocate(size);
  cache_.MakeRoom();  // Each time: what reads past the cache is mostly a job, whose own memory grows meanwhile.
  const Result<size_t> read = file.file().Read(begin, {bytes_.get(), static_cast<size_t>(end - begin)});
  if (!read.ok() || *read != end - begin) return false;
  begin_ = begin;
  end_ = end;
  return true;
}

}  // namespace logwood
