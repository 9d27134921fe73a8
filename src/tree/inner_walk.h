#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "block/block.h"
#include "block/block_file.h"
#include "logwood/bytes.h"
#include "logwood/status.h"
#include "tree/tree_footer.h"

namespace logwood {

// Visits the leaves of a tree in key order by reading its inner nodes, past the cache, and checks these:
//
//   - a child stands in the same file, within the tree, before its parent, and behind all nodes of its level that were
//     met before (so the walk ends, and costs no more than the tree's bytes, whatever the bytes say);
//   - the first key of a node is the separator that its parent has for it, empty at the left edge;
//   - separators of leaves rise.
//
// Confined to one thread.
class InnerWalk {
 public:
  // A status that is not OK ends the walk.
  struct Visitor {
    // `separator` lives until the call returns.
    std::function<Status(Bytes separator, BlockReference leaf)> on_leaf;
    // Something is wrong; if the walk goes on, then past what could not be read or trusted.
    std::function<Status(const Status& damage)> on_damage;
  };

  // All arguments must outlive the walk.
  InnerWalk(const BlockFile& file, const TreeFooter& footer, const Visitor& visitor);

  // Call it once. Errors: kIo, and what the visitor returns.
  Status Run();
  [[nodiscard]] uint64_t blocks_read() const noexcept { return blocks_read_; }

 private:
  struct Child {
    Bytes separator;
    BlockReference reference;
    size_t level;  // 0 is that of the leaves.
  };

  Status Visit(const Child& child);
  Status VisitLeaf(const Child& leaf);
  Status VisitInner(const Child& inner);
  Status VisitChildren(const Block& node, const Child& inner);
  [[nodiscard]] Status CheckPlace(const Block& node, uint32_t index, const Child& inner) const;
  [[nodiscard]] Status Wrong(const Child& node, const std::string& what) const;

  const BlockFile& file_;
  const TreeFooter& footer_;
  const Visitor& visitor_;
  std::array<uint64_t, kTreeHeightMax> offset_min_{};  // By level: where the next node may begin at the earliest.
  std::string last_separator_;                         // Of a leaf.
  uint64_t leaves_visited_ = 0;
  uint64_t blocks_read_ = 0;
};

}  // namespace logwood
