#include "lsm/lsm_kind.h"

#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/status_macros.h"
#include "lsm/lsm_state.h"
#include "lsm/lsm_trees.h"

namespace logwood {
namespace {

enum class Tombstones : uint8_t { kKeep, kDrop };

struct Written {
  std::optional<TreeDescriptor> tree;  // None: there was nothing to write, and no file was asked for.
  bool dropped_tombstones = false;
};

// Writes what `entries` hold as one tree.
Result<Written> WriteTree(EntryCursor& entries, Tombstones tombstones, uint32_t block_size_bytes, JobOutput& output) {
  Written written;
  std::optional<TreeBuilder> builder;
  for (entries.First(); entries.valid(); entries.Next()) {
    const Entry& entry = entries.entry();
    if (entry.type == EntryType::kTombstone && tombstones == Tombstones::kDrop) {
      written.dropped_tombstones = true;
      continue;
    }
    if (!builder) {
      LOGWOOD_ASSIGN_OR_RETURN(BlockFileWriter* const file, output.File());
      TreeBuilder::Options options;
      options.block_size_bytes = block_size_bytes;
      builder.emplace(*file, options);
    }
    LOGWOOD_RETURN_IF_ERROR(builder->Add(entry.key, entry.type, entry.value));
  }
  LOGWOOD_RETURN_IF_ERROR(entries.status());
  if (!builder) return written;
  LOGWOOD_ASSIGN_OR_RETURN(written.tree, builder->Finish());
  return written;
}

// Bytes of trees that came and went, by file.
class LiveBytesChanges {
 public:
  void Add(const TreeDescriptor& tree) { changes_[tree.file] += static_cast<int64_t>(tree.bytes); }
  void Remove(const TreeDescriptor& tree) { changes_[tree.file] -= static_cast<int64_t>(tree.bytes); }
  [[nodiscard]] std::vector<LiveBytesChange> changes() const {
    std::vector<LiveBytesChange> changes;
    changes.reserve(changes_.size());
    for (const auto& [file, bytes] : changes_) changes.push_back({file, bytes});
    return changes;
  }

 private:
  std::map<FileNumber, int64_t> changes_;
};

class LsmKind : public Kind {
 public:
  std::string InitialState(const CollectionOptions& options) const override {
    return EncodeLsmState({.block_size_bytes = options.block_size_bytes, .next_run_id = 1, .runs = {}});
  }

  Result<std::string> ApplyEdit(Bytes state_bytes, Bytes edit) const override {
    LOGWOOD_ASSIGN_OR_RETURN(LsmState state, DecodeLsmState(state_bytes));
    LOGWOOD_RETURN_IF_ERROR(ApplyLsmEdit(edit, state));
    return EncodeLsmState(state);
  }

  Result<std::set<FileNumber>> Files(Bytes state_bytes) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(state_bytes));
    std::set<FileNumber> files;
    for (const LsmRun& run : state.runs) files.insert(run.tree.file);
    return files;
  }

  Result<std::shared_ptr<const CollectionTrees>> Open(Bytes state_bytes, KindFiles& files) const override {
    LOGWOOD_ASSIGN_OR_RETURN(LsmState state, DecodeLsmState(state_bytes));
    LOGWOOD_ASSIGN_OR_RETURN(std::shared_ptr<const CollectionTrees> trees, LsmTrees::Open(std::move(state), files));
    return trees;
  }

  // Every value is copied into the run.
  Result<std::map<FileNumber, uint64_t>> Stays(EntryCursor&) const override { return std::map<FileNumber, uint64_t>(); }

  Result<KindEdit> Flush(const FlushInput& input, JobOutput& output) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(input.state));
    // Where nothing is older there is nothing for a tombstone to hide (I8).
    const Tombstones tombstones = state.runs.empty() ? Tombstones::kDrop : Tombstones::kKeep;
    LOGWOOD_ASSIGN_OR_RETURN(Written written, WriteTree(input.entries, tombstones, state.block_size_bytes, output));
    LiveBytesChanges live_bytes;
    if (written.tree) live_bytes.Add(*written.tree);
    const LsmFlush flush{written.dropped_tombstones, std::move(written.tree)};
    return KindEdit{EncodeLsmFlush(flush), live_bytes.changes()};
  }

  // The edit of a flush, which goes in front of whatever runs there are.
  Result<KindEdit> Ingest(Bytes state_bytes, EntryCursor& entries, JobOutput& output) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(state_bytes));
    LOGWOOD_ASSIGN_OR_RETURN(Written written, WriteTree(entries, Tombstones::kKeep, state.block_size_bytes, output));
    LiveBytesChanges live_bytes;
    if (written.tree) live_bytes.Add(*written.tree);
    return KindEdit{EncodeLsmFlush({.is_oldest = false, .tree = std::move(written.tree)}), live_bytes.changes()};
  }

  Result<std::optional<std::string>> Choose(Bytes state_bytes, MergeEffort effort) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(state_bytes));
    const std::vector<uint64_t> ids = ChooseLsmMerge(state, effort);
    if (ids.empty()) return std::optional<std::string>();
    return std::optional(EncodeLsmPlan(ids));
  }

  Result<KindEdit> Merge(Bytes plan, const CollectionTrees& collection, JobOutput& output) const override {
    const auto* const trees = dynamic_cast<const LsmTrees*>(&collection);
    LOGWOOD_ASSERT(trees != nullptr);
    const LsmState& state = trees->state();
    LOGWOOD_ASSIGN_OR_RETURN(LsmMerge merge, MergeOf(plan, state));
    // The runs are the oldest, so that their tombstones have nothing left to hide (I8).
    const auto entries = trees->NewCursorOfOldest(merge.replaced.size());
    LOGWOOD_ASSIGN_OR_RETURN(Written written, WriteTree(*entries, Tombstones::kDrop, state.block_size_bytes, output));
    LiveBytesChanges live_bytes;
    for (size_t i = state.runs.size() - merge.replaced.size(); i < state.runs.size(); ++i) {
      live_bytes.Remove(state.runs[i].tree);
    }
    if (written.tree) live_bytes.Add(*written.tree);
    merge.tree = std::move(written.tree);
    return KindEdit{EncodeLsmMerge(merge), live_bytes.changes()};
  }

 private:
  static Result<LsmMerge> MergeOf(Bytes plan, const LsmState& state) {
    LOGWOOD_ASSIGN_OR_RETURN(std::vector<uint64_t> ids, DecodeLsmPlan(plan));
    if (AreOldestRuns(ids, state)) return LsmMerge{std::move(ids), std::nullopt};
    return Status::Corruption("lsm plan: its " + std::to_string(ids.size()) + " runs are not the oldest of the " +
                              std::to_string(state.runs.size()) + " that it was to merge");
  }
};

}  // namespace

std::unique_ptr<const Kind> NewLsmKind() { return std::make_unique<LsmKind>(); }

}  // namespace logwood
