#include "lsm/lsm_kind.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/status_macros.h"
#include "lsm/lsm_edit.h"
#include "lsm/lsm_salvage.h"
#include "lsm/lsm_state.h"
#include "lsm/lsm_trees.h"
#include "lsm/lsm_writer.h"

namespace logwood {
namespace {

// Bytes of segments that came and went, by file.
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

// The segments that have no piece left once those of the plan are gone: flushes bring pieces of their own alone.
std::vector<const LsmSegment*> SegmentsUsedUp(const LsmPlan& plan, const LsmState& state) {
  auto left = CountLsmPieces(state);
  std::vector<const LsmSegment*> used_up;
  for (const LsmPlan::Input& input : plan.inputs) {
    for (const uint64_t id : input.segments) {
      if (--left.at(id) == 0) used_up.push_back(&state.segments.at(id));
    }
  }
  return used_up;
}

uint64_t BytesOf(const std::vector<LsmPlace>& places, const LsmState& state) {
  uint64_t bytes = 0;
  for (const LsmPlace& place : places) bytes += state.partitions[place.partition].contents().bytes;
  return bytes;
}

class LsmKind : public Kind {
 public:
  explicit LsmKind(const LsmTuning& tuning) : tuning_(tuning) {}

  std::string InitialState(const CollectionOptions& options) const override {
    LsmState state;
    state.block_size_bytes = options.block_size_bytes;
    return EncodeLsmState(state);
  }

  Result<std::string> ApplyEdit(Bytes state_bytes, Bytes edit) const override {
    LOGWOOD_ASSIGN_OR_RETURN(LsmState state, DecodeLsmState(state_bytes));
    LOGWOOD_RETURN_IF_ERROR(ApplyLsmEdit(edit, state));
    return EncodeLsmState(state);
  }

  Result<std::set<FileNumber>> Files(Bytes state_bytes) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(state_bytes));
    std::set<FileNumber> files;
    for (const auto& [id, segment] : state.segments) files.insert(segment.tree.file);
    return files;
  }

  Result<std::shared_ptr<const CollectionTrees>> Open(Bytes state_bytes, KindFiles& files,
                                                      const CollectionTrees* before) const override {
    LOGWOOD_ASSIGN_OR_RETURN(LsmState state, DecodeLsmState(state_bytes));
    const LsmTrees* const trees_before = before != nullptr ? &TreesOf(*before) : nullptr;
    LOGWOOD_ASSIGN_OR_RETURN(std::shared_ptr<const CollectionTrees> trees,
                             LsmTrees::Open(std::move(state), files, trees_before));
    return trees;
  }

  Result<std::shared_ptr<const CollectionTrees>> Salvage(Bytes state_bytes, KindFiles& files,
                                                         const OnTreesDamage& on_damage) const override {
    LOGWOOD_ASSIGN_OR_RETURN(LsmState state, DecodeLsmState(state_bytes));
    return SalvageLsmTrees(std::move(state), files, on_damage);
  }

  std::vector<std::string> StatesFoundIn(const BlockFile& file) const override { return LsmStatesFoundIn(file); }

  // Every value is copied into the segment.
  Result<std::map<FileNumber, uint64_t>> Stays(EntryCursor&) const override { return std::map<FileNumber, uint64_t>(); }

  Result<KindEdit> Flush(const FlushInput& input, JobOutput& output) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(input.state));
    // Where nothing is older there is nothing for a tombstone to hide (I8).
    LsmWriter writer(output, {state.block_size_bytes, !state.segments.empty(), std::nullopt});
    return WriteFlush({input.entries, input.range_tombstones, &TreesOf(input.trees)}, state, writer);
  }

  // The edit of a flush, which goes in front of whatever segments there are.
  Result<KindEdit> Ingest(Bytes state_bytes, EntryCursor& entries, JobOutput& output) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(state_bytes));
    LsmWriter writer(output, {state.block_size_bytes, true, std::nullopt});
    return WriteFlush({entries, {}, nullptr}, state, writer);
  }

  Result<std::optional<MergePlan>> Choose(Bytes state_bytes, const MergeRequest& request) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(state_bytes));
    const std::optional<LsmPlan> plan = ChooseLsmMerge(state, request, tuning_);
    if (!plan) return std::optional<MergePlan>();
    MergePlan chosen{.bytes = EncodeLsmPlan(*plan), .behind = std::nullopt};
    const size_t behind = LsmPartitionBehind(state, *plan);
    if (behind < state.partitions.size()) chosen.behind = state.partitions[behind].start;
    return std::optional(std::move(chosen));
  }

  Result<MergeDebt> Debt(Bytes state_bytes) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(state_bytes));
    return LsmDebt(state, tuning_);
  }

  Result<KindEdit> Merge(Bytes plan_bytes, const CollectionTrees& collection, JobOutput& output) const override {
    const LsmTrees& trees = TreesOf(collection);
    LOGWOOD_ASSIGN_OR_RETURN(LsmMerge merge, MergeOf(plan_bytes));
    LOGWOOD_ASSIGN_OR_RETURN(const std::vector<LsmPlace> places, FindLsmInputs(trees.state(), merge.plan));
    LOGWOOD_ASSIGN_OR_RETURN(merge.outputs, WriteMerged(merge.plan, places, trees, output));
    LiveBytesChanges live_bytes;
    for (const LsmSegment* const segment : SegmentsUsedUp(merge.plan, trees.state())) live_bytes.Remove(segment->tree);
    for (const LsmMerge::Output& written : merge.outputs) live_bytes.Add(written.tree);
    return KindEdit{EncodeLsmMerge(merge), live_bytes.changes()};
  }

 private:
  static const LsmTrees& TreesOf(const CollectionTrees& collection) {
    const auto* const trees = dynamic_cast<const LsmTrees*>(&collection);
    LOGWOOD_ASSERT(trees != nullptr);
    return *trees;
  }

  // What goes in front of all segments.
  struct Incoming {
    EntryCursor& entries;
    RangeTombstones range_tombstones;
    const LsmTrees* trees;  // That those may hide entries of; null without any.
  };

  [[nodiscard]] Result<KindEdit> WriteFlush(const Incoming& incoming, const LsmState& state, LsmWriter& writer) const {
    LsmFlush flush;
    LOGWOOD_ASSIGN_OR_RETURN(flush.slices, WriteSlices(incoming, state, writer));
    LOGWOOD_ASSIGN_OR_RETURN(std::vector<LsmWriter::Segment> segments, writer.Finish());
    flush.must_be_oldest = writer.dropped_tombstones();
    LiveBytesChanges live_bytes;
    if (!segments.empty()) {
      flush.may_begin_partition = IsLsmPartitionSize(segments[0].contents.bytes, tuning_);
      live_bytes.Add(segments[0].tree);
      flush.tree = std::move(segments[0].tree);
    }
    return KindEdit{EncodeLsmFlush(flush), live_bytes.changes()};
  }

  static Result<std::vector<LsmSlice>> WriteSlices(const Incoming& incoming, const LsmState& state, LsmWriter& writer) {
    std::vector<LsmSlice> slices;
    EntryCursor& entries = incoming.entries;
    entries.First();
    for (size_t i = 0; i < state.partitions.size(); ++i) {
      const bool last = i + 1 == state.partitions.size();
      while (entries.valid() && (last || entries.entry().key < Bytes(state.partitions[i + 1].start))) {
        LOGWOOD_RETURN_IF_ERROR(writer.Add(entries.entry()));
        entries.Next();
      }
      LOGWOOD_RETURN_IF_ERROR(WriteRangeTombstones(incoming, state, i, writer));
      slices.push_back({state.partitions[i].start, writer.TakeContents()});
    }
    LOGWOOD_RETURN_IF_ERROR(entries.status());
    return slices;
  }

  // What of them reaches into a partition.
  static Status WriteRangeTombstones(const Incoming& incoming, const LsmState& state, size_t partition,
                                     LsmWriter& writer) {
    if (incoming.range_tombstones.empty()) return Status::Ok();
    const auto clipped = Clip(incoming.range_tombstones, RangeOfLsmPartition(state, partition));
    const RangeTombstones within{clipped};
    return writer.AddRangeTombstones(within, incoming.trees->EntriesCovered({partition, 0}, within));
  }

  static Result<LsmMerge> MergeOf(Bytes plan_bytes) {
    LOGWOOD_ASSIGN_OR_RETURN(LsmPlan plan, DecodeLsmPlan(plan_bytes));
    return LsmMerge{std::move(plan), {}};
  }

  Result<std::vector<LsmMerge::Output>> WriteMerged(const LsmPlan& plan, const std::vector<LsmPlace>& places,
                                                    const LsmTrees& trees, JobOutput& output) const {
    LsmWriter::Options options{trees.state().block_size_bytes, true, std::nullopt};
    if (plan.to_oldest) {
      options.keeps_tombstones = false;  // I8.
      options.segment_size_bytes = LsmSegmentSize(BytesOf(places, trees.state()), tuning_);
    }
    LsmWriter writer(output, options);
    std::vector<LsmContents> by_input;
    for (size_t i = 0; i < places.size(); ++i) {
      const auto entries = trees.NewCursorOf(places[i], plan.inputs[i].segments.size());
      LOGWOOD_RETURN_IF_ERROR(writer.AddAll(*entries));
      const size_t count = plan.inputs[i].segments.size();
      const auto range_tombstones = trees.RangeTombstonesOf(places[i], count);
      const RangeTombstones within{range_tombstones};
      const LsmPlace older{.partition = places[i].partition, .piece = places[i].piece + count};
      LOGWOOD_RETURN_IF_ERROR(writer.AddRangeTombstones(within, trees.EntriesCovered(older, within)));
      by_input.push_back(writer.TakeContents());
    }
    LOGWOOD_ASSIGN_OR_RETURN(std::vector<LsmWriter::Segment> segments, writer.Finish());
    std::vector<LsmMerge::Output> outputs;
    for (LsmWriter::Segment& segment : segments) {
      outputs.push_back({std::move(segment.tree), plan.to_oldest ? std::vector{segment.contents} : by_input});
    }
    return outputs;
  }

  const LsmTuning tuning_;
};

}  // namespace

std::unique_ptr<const Kind> NewLsmKind(const LsmTuning& tuning) { return std::make_unique<LsmKind>(tuning); }

}  // namespace logwood
