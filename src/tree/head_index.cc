#include "tree/head_index.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace logwood {
namespace {

constexpr KeyHead kPadding = kKeyHeadMax;

// The 8 bytes of `key` from `begin` on, padded with zeros. Requires: begin <= key.size().
KeyHead HeadOf(Bytes key, size_t begin) {
  const size_t size = key.size() - begin;
  if (size >= kKeyHeadSize) return LoadKeyHead(key.data() + begin);
  if (size == 0 || key.size() < kKeyHeadSize) return PaddedKeyHead(key.From(begin));
  // Keys that end within their head are common (decimals of a fixed length), so no loop over single bytes for them: the
  // last 8 bytes, of which those before `begin` are shifted out. Heads are flipped numbers, so flipped there and back.
  const auto last = static_cast<uint64_t>(LoadKeyHead(key.data() + key.size() - kKeyHeadSize) ^ kKeyHeadMin);
  return static_cast<KeyHead>(last << (8 * (kKeyHeadSize - size))) ^ kKeyHeadMin;
}

size_t CommonPrefixSize(Bytes a, Bytes b) {
  const size_t size_max = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + size_max, b.begin()).first - a.begin());
}

}  // namespace

void HeadIndex::Builder::Add(Bytes separator, BlockReference leaf) {
  if (!leaves_.empty()) {
    text_.insert(text_.end(), separator.begin(), separator.end());
    ends_.push_back(text_.size());
  }
  leaves_.push_back(leaf);
}

HeadIndex HeadIndex::Builder::Build() {
  LOGWOOD_ASSERT(!leaves_.empty());
  HeadIndex index;
  index.text_ = std::move(text_);
  index.ends_ = std::move(ends_);
  index.leaves_ = std::move(leaves_);
  index.text_.shrink_to_fit();
  index.ends_.shrink_to_fit();
  index.leaves_.shrink_to_fit();
  index.BuildHeads();
  return index;
}

void HeadIndex::BuildHeads() {
  if (separator_count() == 0) return;
  // They are sorted: what the first and the last share, all share.
  prefix_size_ = CommonPrefixSize(separator(0), separator(separator_count() - 1));
  level_begins_.push_back(0);
  nodes_.resize((separator_count() + kFanout - 1) / kFanout);
  for (Node& node : nodes_) node.heads.fill(kPadding);
  for (size_t i = 0; i < separator_count(); ++i) {
    nodes_[i / kFanout].heads[i % kFanout] = HeadOf(separator(i), prefix_size_);
  }
  while (nodes_.size() - level_begins_.back() > 1) {
    const size_t below = level_begins_.back();
    const size_t count_below = nodes_.size() - below;
    level_begins_.push_back(nodes_.size());
    nodes_.resize(nodes_.size() + (count_below + kFanout - 1) / kFanout);
    for (size_t i = level_begins_.back(); i < nodes_.size(); ++i) nodes_[i].heads.fill(kPadding);
    // The last node below keeps the padding, so that a search never leaves its level to the right.
    for (size_t i = 0; i + 1 < count_below; ++i) {
      nodes_[level_begins_.back() + i / kFanout].heads[i % kFanout] = nodes_[below + i].heads.back();
    }
  }
}

size_t HeadIndex::Find(Bytes key) const noexcept {
  if (separator_count() == 0) return 0;
  const Bytes prefix = separator(0).First(prefix_size_);
  if (!key.StartsWith(prefix)) return key < prefix ? 0 : separator_count();
  const KeyHead key_head = HeadOf(key, prefix_size_);
  const size_t at = LowerBoundOfHead(key_head);
  if (at == separator_count() || head(at) != key_head) return at;
  return ResolveTie(key, key_head, at);
}

size_t HeadIndex::bytes() const noexcept {
  return sizeof(HeadIndex) + text_.capacity() + ends_.capacity() * sizeof(uint64_t) +
         leaves_.capacity() * sizeof(BlockReference) + nodes_.capacity() * sizeof(Node) +
         level_begins_.capacity() * sizeof(size_t);
}

Bytes HeadIndex::separator(size_t index) const noexcept {
  const size_t begin = index == 0 ? 0 : ends_[index - 1];
  return Bytes(text_.data(), text_.size()).From(begin).First(ends_[index] - begin);
}

size_t HeadIndex::LowerBoundOfHead(KeyHead head) const noexcept {
  // They are sorted, so that those below are the first ones.
  const auto count_below = [this, head](size_t node) {
    return static_cast<size_t>(std::countr_one(search_->less(nodes_[node].heads.data(), kFanout, head)));
  };
  size_t node = 0;
  for (size_t level = level_begins_.size() - 1; level > 0; --level) {
    node = node * kFanout + count_below(level_begins_[level] + node);
  }
  // Padding is only below a head of the same value, so it is never counted.
  return std::min(node * kFanout + count_below(node), separator_count());
}

// The number of separators <= key, of which those before `begin` have smaller heads.
size_t HeadIndex::ResolveTie(Bytes key, KeyHead key_head, size_t begin) const noexcept {
  size_t end = separator_count();
  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    if (head(middle) == key_head && separator(middle) <= key) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace logwood
