#include "engine/spill.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "cursor/merging_cursor.h"
#include "cursor/range_tombstone.h"
#include "tree/tree_builder.h"

namespace logwood {
namespace {

// A collection's memtables as a view sees them.
class Memtables {
 public:
  Memtables(const ReadView& view, CollectionId collection) {
    std::vector<MergingSource> sources;
    std::vector<RangeTombstones> lists;
    for (const std::shared_ptr<const Generation>& generation : view.state->generations) {
      const Memtable* const memtable = generation->Find(collection);
      if (memtable == nullptr) continue;
      sources.push_back(
          {.cursor = memtable->NewCursor(view.at), .range_tombstones = memtable->RangeTombstonesAt(view.at)});
      lists.insert(lists.end(), sources.back().range_tombstones.begin(), sources.back().range_tombstones.end());
    }
    range_tombstones_ = Unite(lists);
    entries_ = NewMergingCursor(std::move(sources));
  }

  // Nullopt where there is nothing to write.
  Result<std::optional<TreeDescriptor>> Write(NewFileOutput& output) {
    entries_->First();
    LOGWOOD_RETURN_IF_ERROR(entries_->status());
    if (!entries_->valid() && range_tombstones_.empty()) return std::optional<TreeDescriptor>();
    LOGWOOD_ASSIGN_OR_RETURN(BlockFileWriter* const file, output.File());
    TreeBuilder builder(*file, {.budget = output.budget()});
    // No tree is without an entry: this one says no more than the range tombstone.
    if (!entries_->valid()) {
      LOGWOOD_RETURN_IF_ERROR(builder.Add(range_tombstones_[0].begin, EntryType::kTombstone, {}));
    }
    for (; entries_->valid(); entries_->Next()) {
      const Entry& entry = entries_->entry();
      LOGWOOD_RETURN_IF_ERROR(builder.Add(entry.key, entry.type, entry.value));
    }
    LOGWOOD_RETURN_IF_ERROR(entries_->status());
    for (const RangeTombstone& each : range_tombstones_) LOGWOOD_RETURN_IF_ERROR(builder.AddRangeTombstone(each));
    LOGWOOD_ASSIGN_OR_RETURN(TreeDescriptor tree, builder.Finish());
    return std::optional(std::move(tree));
  }

 private:
  std::unique_ptr<EntryCursor> entries_;
  std::vector<RangeTombstone> range_tombstones_;
};

using Descriptors = std::map<CollectionId, TreeDescriptor>;

Result<Descriptors> WriteTrees(const ReadView& view, NewFileOutput& output) {
  std::set<CollectionId> collections;
  for (const std::shared_ptr<const Generation>& generation : view.state->generations) {
    for (const CollectionId id : generation->collections()) {
      if (view.state->trees.contains(id)) collections.insert(id);
    }
  }
  Descriptors trees;
  for (const CollectionId id : collections) {
    LOGWOOD_ASSIGN_OR_RETURN(std::optional<TreeDescriptor> tree, Memtables(view, id).Write(output));
    if (tree) trees.emplace(id, *std::move(tree));
  }
  return trees;
}

Result<SpilledView> WriteAndOpen(NewFileOutput& output, FileTable& files, const ReadView& view) {
  auto state = std::make_shared<ReadState>();
  state->trees = view.state->trees;
  state->flushed = view.at;
  LOGWOOD_ASSIGN_OR_RETURN(const Descriptors trees, WriteTrees(view, output));
  if (trees.empty()) return SpilledView{.state = std::move(state)};
  LOGWOOD_ASSIGN_OR_RETURN(const FileAdded added, output.FinishScratch());
  LOGWOOD_ASSIGN_OR_RETURN(const std::shared_ptr<const BlockFile> file, files.OpenScratch(added));
  for (const auto& [id, tree] : trees) {
    LOGWOOD_ASSIGN_OR_RETURN(state->spilled[id], Tree::Open(file, tree, files.cache()));
  }
  return SpilledView{.state = std::move(state), .bytes = added.length};
}

}  // namespace

Result<SpilledView> Spill(const NewFileOutput::Context& context, FileTable& files, const ReadView& view) {
  NewFileOutput output(context);
  return WriteAndOpen(output, files, view);
}

}  // namespace logwood
