#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "block/block.h"
#include "cursor/entry_cursor.h"
#include "tree/leaf_read_ahead.h"
#include "tree/tree_parts.h"

namespace logwood {

// A cursor over one tree: it pins one leaf, walks within it, and finds its neighbours by the index. Thread-compatible.
// Cost: a step within a leaf builds one key; a step to another leaf, and a seek, read one block through the cache;
// from the fourth neighbour on, if the cache is full, many blocks are read at once and past it.
class TreeCursor final : public EntryCursor {
 public:
  explicit TreeCursor(std::shared_ptr<const TreeParts> tree);

  void Seek(Bytes key, SeekTo to) override;
  void First() override;
  void Last() override;
  void Next() override;
  void Prev() override;
  void Gather(EntryBatch& batch) override;
  const Block* WholeBlock(const Bytes* limit) override;
  void PassBlock() override;

 private:
  // Every move that does not start from the current entry begins here: false after an error, which is sticky.
  bool Prepare();
  // Makes `leaf` the current one, and leaves the pin of the one before to `left_behind`; false after an error.
  bool Enter(size_t leaf, BlockPin* left_behind = nullptr);
  [[nodiscard]] bool IsLittleAhead(size_t leaf) const;
  // The same of a neighbour of the current leaf, or one not far from it.
  bool EnterNeighbour(size_t leaf, LeafReadAhead::Towards towards);
  void EnterNextLeaf();
  void EnterPreviousLeaf();
  void EndPass();
  void StandAt(uint32_t position);
  void Fail(const Status& status);

  std::shared_ptr<const TreeParts> tree_;
  LeafReadAhead ahead_;
  BlockPin pin_;                 // Of the leaf; empty where `ahead_` keeps it.
  const Block* leaf_ = nullptr;  // Null before the first move.
  size_t leaf_index_ = 0;
  size_t neighbours_ = 0;  // How many leaves it entered from the side since it was last sent elsewhere.
  std::string sought_;
  uint32_t position_ = 0;  // In leaf_.
  std::string key_;        // What entry().key points to where the block does not hold it in one piece.
  std::string last_key_;   // Of a leaf that may be passed whole.
};

}  // namespace logwood
