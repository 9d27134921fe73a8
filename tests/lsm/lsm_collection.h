#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lsm/lsm_kind.h"
#include "lsm/lsm_state.h"
#include "tests/lsm/lsm_world.h"

namespace logwood::testing {

inline Result<std::optional<TreesHit>> Get(const CollectionTrees& trees, Bytes key) {
  FilterCounters filters;
  return trees.Get(key, filters);
}

// One collection, and its live bytes as the manifest would count them.
class LsmCollection {
 public:
  explicit LsmCollection(const LsmTuning& tuning = {}, uint32_t block_size_bytes = 256)
      : kind_(NewLsmKind(tuning)),
        state_(kind_->InitialState({.kind = CollectionKind::kLsm, .block_size_bytes = block_size_bytes})) {}

  // Its trees; what they share with those opened before stays open.
  std::shared_ptr<const CollectionTrees> Open() {
    trees_ = kind_->Open(state_, world_, trees_.get()).value();
    return trees_;
  }

  KindEdit Flush(const Writes& writes, const Ranges& ranges = {}) {
    const SealedEntries entries(writes, ranges);
    const auto cursor = entries.NewCursor();
    const auto range_tombstones = entries.range_tombstones();
    const auto trees = Open();
    LsmWorld::Output output(world_);
    KindEdit edit = kind_
                        ->Flush({.state = state_,
                                 .trees = *trees,
                                 .entries = *cursor,
                                 .range_tombstones = RangeTombstones(range_tombstones),
                                 .logs_that_stay = {}},
                                output)
                        .value();
    output.Finish();
    return edit;
  }
  std::optional<MergePlan> Choose(const MergeRequest& request) { return kind_->Choose(state_, request).value(); }
  // What a plan makes of the trees as they are.
  KindEdit Merge(const std::string& plan) {
    LsmWorld::Output output(world_);
    KindEdit edit = kind_->Merge(plan, *Open(), output).value();
    output.Finish();
    return edit;
  }
  void Apply(const KindEdit& edit) {
    state_ = kind_->ApplyEdit(state_, edit.bytes).value();
    for (const LiveBytesChange& change : edit.live_bytes) {
      live_bytes_[change.file] += change.bytes;
      if (live_bytes_[change.file] == 0) live_bytes_.erase(change.file);
    }
  }
  // Chooses and merges once. Returns false where there was nothing to do.
  bool MergeOnce(MergeEffort effort) {
    const std::optional<MergePlan> plan = Choose({.effort = effort});
    if (plan) Apply(Merge(plan->bytes));
    return plan.has_value();
  }

  [[nodiscard]] const Kind& kind() const { return *kind_; }
  [[nodiscard]] LsmState state() const { return DecodeLsmState(state_).value(); }
  [[nodiscard]] const std::string& state_bytes() const { return state_; }
  [[nodiscard]] const std::map<FileNumber, int64_t>& live_bytes() const { return live_bytes_; }
  LsmWorld& world() { return world_; }

 private:
  std::unique_ptr<const Kind> kind_;
  LsmWorld world_;
  std::string state_;
  std::shared_ptr<const CollectionTrees> trees_;
  std::map<FileNumber, int64_t> live_bytes_;
};

}  // namespace logwood::testing
