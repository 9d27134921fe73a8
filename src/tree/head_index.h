#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/head_search.h"
#include "base/pages.h"
#include "block/block.h"
#include "logwood/bytes.h"

namespace logwood {

// Which leaf a key belongs to: the separators of all leaves of a tree, in memory.
//
//   1. The prefix that all separators share stands apart. It is not capped at the shortest separator less 8 bytes, as
//      prefixes of blocks are: separators are cut short, so a cap would push what divides them out of the heads.
//   2. Of what follows it, the first 8 bytes, as a big-endian number padded with zeros, are a separator's head.
//   3. Heads lie in a static tree: sorted, in nodes of 16 (two cache lines); each level above holds the last head of
//      each node below. A search counts, in one node a level, the heads that are smaller, by vector instructions.
//   4. Where heads are equal, the separators themselves are compared.
//
// Cost: 24 bytes a leaf and what separators have behind the prefix; a search reads one node a level, 3 for 4,096
// leaves. Immutable; thread-safe.
class HeadIndex {
  template <class T>
  using Vector = std::vector<T, PageAllocator<T>>;

 public:
  // Collects leaves in key order. Thread-compatible.
  class Builder {
   public:
    // `separator` is larger than any before it, and parts the leaf from the one before; that of the first is unused.
    void Add(Bytes separator, BlockReference leaf);
    [[nodiscard]] size_t leaf_count() const noexcept { return leaves_.size(); }
    // Requires: leaf_count() > 0. Call it once.
    [[nodiscard]] HeadIndex Build();

   private:
    Vector<std::byte> text_;
    Vector<uint64_t> ends_;
    Vector<BlockReference> leaves_;
  };

  // The only leaf that may hold `key`: the last one whose separator is <= it, or the first.
  [[nodiscard]] size_t Find(Bytes key) const noexcept;

  [[nodiscard]] size_t leaf_count() const noexcept { return leaves_.size(); }
  // Requires: leaf < leaf_count().
  [[nodiscard]] BlockReference reference(size_t leaf) const noexcept { return leaves_[leaf]; }
  // Bytes of memory.
  [[nodiscard]] size_t bytes() const noexcept;

 private:
  static constexpr size_t kFanout = 16;
  struct alignas(64) Node {
    std::array<KeyHead, kFanout> heads;
  };

  HeadIndex() = default;

  void BuildHeads();
  [[nodiscard]] size_t separator_count() const noexcept { return ends_.size(); }
  [[nodiscard]] Bytes separator(size_t index) const noexcept;
  [[nodiscard]] KeyHead head(size_t index) const noexcept { return nodes_[index / kFanout].heads[index % kFanout]; }
  [[nodiscard]] size_t LowerBoundOfHead(KeyHead head) const noexcept;
  [[nodiscard]] size_t ResolveTie(Bytes key, KeyHead key_head, size_t begin) const noexcept;

  Vector<std::byte> text_;  // The separators, one behind the other; separator i parts leaves i and i + 1.
  Vector<uint64_t> ends_;   // Of separators in text_.
  size_t prefix_size_ = 0;  // Bytes common to all separators.
  Vector<BlockReference> leaves_;
  Vector<Node> nodes_;                // Level by level, the lowest first.
  std::vector<size_t> level_begins_;  // The first node of each level.
  const HeadSearch* search_ = &HeadSearch::Best();
};

}  // namespace logwood
