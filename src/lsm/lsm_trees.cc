#include "lsm/lsm_trees.h"

#include <string>
#include <utility>

#include "base/assert.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "cursor/merging_cursor.h"

namespace logwood {

LsmTrees::LsmTrees(LsmState state, std::vector<std::shared_ptr<const Tree>> trees)
    : state_(std::move(state)), trees_(std::move(trees)) {}

Result<std::shared_ptr<const LsmTrees>> LsmTrees::Open(LsmState state, KindFiles& files) {
  std::vector<std::shared_ptr<const Tree>> trees;
  for (const LsmRun& run : state.runs) {
    LOGWOOD_ASSIGN_OR_RETURN(auto file, files.Open(run.tree.file));
    LOGWOOD_ASSIGN_OR_RETURN(auto tree, Tree::Open(std::move(file), run.tree, files.cache()));
    trees.push_back(std::move(tree));
  }
  return std::shared_ptr<const LsmTrees>(new LsmTrees(std::move(state), std::move(trees)));
}

Result<std::optional<TreesHit>> LsmTrees::Get(Bytes key) const {
  const uint64_t hash = Hash64(key);
  for (const std::shared_ptr<const Tree>& tree : trees_) {
    LOGWOOD_ASSIGN_OR_RETURN(auto hit, tree->Get(key, hash));
    if (hit) return std::optional(TreesHit{hit->type, hit->value, std::move(hit->pin).ToPin()});
  }
  return std::optional<TreesHit>();
}

std::unique_ptr<EntryCursor> LsmTrees::NewCursor() const { return NewCursorOfOldest(trees_.size()); }

std::unique_ptr<EntryCursor> LsmTrees::NewCursorOfOldest(size_t count) const {
  LOGWOOD_ASSERT(count <= trees_.size());
  std::vector<std::unique_ptr<EntryCursor>> cursors;
  for (size_t i = trees_.size() - count; i < trees_.size(); ++i) cursors.push_back(trees_[i]->NewCursor());
  return NewMergingCursor(std::move(cursors));
}

Result<uint64_t> LsmTrees::Verify(const std::function<void(const Status&)>& on_damage) const {
  uint64_t blocks = 0;
  for (size_t i = 0; i < trees_.size(); ++i) {
    const std::string run = "run " + std::to_string(state_.runs[i].id);
    LOGWOOD_ASSIGN_OR_RETURN(const uint64_t of_tree,
                             trees_[i]->Verify([&](const Status& damage) { on_damage(damage.WithContext(run)); }));
    blocks += of_tree;
  }
  return blocks;
}

std::map<FileNumber, uint64_t> LsmTrees::LiveBytes() const {
  std::map<FileNumber, uint64_t> bytes;
  for (const LsmRun& run : state_.runs) bytes[run.tree.file] += run.tree.bytes;
  return bytes;
}

TreeStatistics LsmTrees::Statistics() const {
  TreeStatistics sum{.runs = state_.runs.size()};
  for (const LsmRun& run : state_.runs) {
    sum.entries += run.tree.entries;
    sum.tombstones += run.tree.tombstones;
    sum.bytes += run.tree.bytes;
  }
  return sum;
}

}  // namespace logwood
