#include "lsm/lsm_edit.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "base/status_macros.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"

namespace logwood {
namespace {

enum class EditType : uint8_t { kFlush = 1, kMerge = 2 };

Status Damaged(const std::string& what) { return Status::Corruption("lsm edit: " + what); }

Status Cut(const ByteReader& reader) {
  return Damaged("offset " + std::to_string(reader.offset()) + ": no whole or valid field");
}

// 0 or 1, or nullopt.
std::optional<bool> ReadFlag(ByteReader& reader) {
  const auto flag = reader.Fixed8();
  if (!flag || *flag > 1) return std::nullopt;
  return *flag == 1;
}

// ---- Forms.

Result<std::vector<LsmSlice>> ReadSlices(ByteReader& reader) {
  std::vector<LsmSlice> slices;
  const auto count = reader.Varint64();
  if (!count || *count == 0) return Cut(reader);
  for (uint64_t i = 0; i < *count; ++i) {
    const auto start = reader.LengthPrefixed();
    const auto contents = ReadLsmContents(reader);
    if (!start || start->size() > kKeySizeMax || !contents) return Cut(reader);
    if (!slices.empty() && *start <= Bytes(slices.back().start)) return Damaged("slices are out of order");
    slices.push_back({start->ToString(), *contents});
  }
  return slices;
}

Result<LsmFlush> ReadFlush(ByteReader& reader) {
  const auto must_be_oldest = ReadFlag(reader);
  const auto may_begin_partition = ReadFlag(reader);
  const auto has_tree = ReadFlag(reader);
  if (!must_be_oldest || !may_begin_partition || !has_tree) return Cut(reader);
  LsmFlush flush{*must_be_oldest, *may_begin_partition, std::nullopt, {}};
  if (*has_tree) {
    LOGWOOD_ASSIGN_OR_RETURN(flush.tree, ReadTreeDescriptor(reader));
    LOGWOOD_ASSIGN_OR_RETURN(flush.slices, ReadSlices(reader));
    if (flush.tree->SaysOfKeysBelow(flush.slices.front().start)) {
      return Damaged("the first slice begins behind the first key of its segment");
    }
  }
  if (!reader.empty()) return Cut(reader);
  return flush;
}

// Nullopt for ids that are cut, or not each there once.
std::optional<std::vector<uint64_t>> ReadIds(ByteReader& reader) {
  const auto count = reader.Varint64();
  if (!count) return std::nullopt;
  std::vector<uint64_t> ids;
  std::set<uint64_t> known;
  for (uint64_t i = 0; i < *count; ++i) {
    const auto id = reader.Varint64();
    if (!id || !known.insert(*id).second) return std::nullopt;
    ids.push_back(*id);
  }
  return ids;
}

Result<LsmPlan> ReadPlan(ByteReader& reader) {
  const auto to_oldest = ReadFlag(reader);
  const auto tier = reader.Fixed8();
  const auto count = reader.Varint64();
  if (!to_oldest || !tier || *tier > static_cast<uint8_t>(kLsmTierMax) || !count || *count == 0) return Cut(reader);
  LsmPlan plan{*to_oldest, static_cast<LsmTier>(*tier), {}};
  for (uint64_t i = 0; i < *count; ++i) {
    const auto start = reader.LengthPrefixed();
    if (!start || start->size() > kKeySizeMax) return Cut(reader);
    if (!plan.inputs.empty() && *start <= Bytes(plan.inputs.back().partition)) return Damaged("inputs out of order");
    auto ids = ReadIds(reader);
    if (!ids || (ids->empty() && !plan.to_oldest)) return Cut(reader);
    plan.inputs.push_back({start->ToString(), *std::move(ids)});
  }
  return plan;
}

Status CheckOutputs(const LsmMerge& merge) {
  const size_t contents_count = merge.plan.to_oldest ? 1 : merge.plan.inputs.size();
  if (!merge.plan.to_oldest && merge.outputs.size() > 1) {
    return Damaged(std::to_string(merge.outputs.size()) + " segments from a merge not to the oldest");
  }
  for (size_t i = 0; i < merge.outputs.size(); ++i) {
    if (merge.outputs[i].contents.size() != contents_count) return Damaged("contents for other inputs");
    if (i > 0 && merge.outputs[i - 1].tree.SaysOfKeysFrom(merge.outputs[i].tree.smallest_key())) {
      return Damaged("segment " + std::to_string(i) + " of a merge overlaps the one before");
    }
  }
  return Status::Ok();
}

Result<LsmMerge> ReadMerge(ByteReader& reader) {
  LOGWOOD_ASSIGN_OR_RETURN(LsmPlan plan, ReadPlan(reader));
  LsmMerge merge{std::move(plan), {}};
  const auto count = reader.Varint64();
  if (!count) return Cut(reader);
  for (uint64_t i = 0; i < *count; ++i) {
    LOGWOOD_ASSIGN_OR_RETURN(TreeDescriptor tree, ReadTreeDescriptor(reader));
    LsmMerge::Output output{std::move(tree), {}};
    const auto contents_count = reader.Varint64();
    if (!contents_count) return Cut(reader);
    for (uint64_t j = 0; j < *contents_count; ++j) {
      const auto contents = ReadLsmContents(reader);
      if (!contents) return Cut(reader);
      output.contents.push_back(*contents);
    }
    merge.outputs.push_back(std::move(output));
  }
  if (!reader.empty()) return Cut(reader);
  LOGWOOD_RETURN_IF_ERROR(CheckOutputs(merge));
  return merge;
}

void AppendPlan(std::string& out, const LsmPlan& plan) {
  AppendFixed8(out, plan.to_oldest ? 1 : 0);
  AppendFixed8(out, static_cast<uint8_t>(plan.tier));
  AppendVarint(out, plan.inputs.size());
  for (const LsmPlan::Input& input : plan.inputs) {
    AppendLengthPrefixed(out, input.partition);
    AppendVarint(out, input.segments.size());
    for (const uint64_t id : input.segments) AppendVarint(out, id);
  }
}

// ---- Places.

// Whether all that a partition has came after segment `id`.
bool IsNewerThan(uint64_t id, const LsmPartition& partition) {
  return !partition.pieces.empty() &&
         std::ranges::all_of(partition.pieces, [id](const LsmPiece& piece) { return piece.segment > id; });
}

// Where an input's pieces stand; nullopt where they do not, or should be the oldest of their partition and are not.
std::optional<LsmPlace> FindInput(const LsmState& state, bool to_oldest, const LsmPlan::Input& input) {
  size_t partition = FindLsmPartition(state, input.partition);
  if (state.partitions[partition].start != input.partition) return std::nullopt;
  if (input.segments.empty()) return LsmPlace{partition, state.partitions[partition].pieces.size()};
  // Flushes may have divided the partition, and taken the lower end: the pieces are then further on.
  const uint64_t newest = *std::ranges::max_element(input.segments);
  while (IsNewerThan(newest, state.partitions[partition])) {
    if (++partition == state.partitions.size()) return std::nullopt;
  }
  const auto& pieces = state.partitions[partition].pieces;
  const auto first = std::ranges::find(pieces, input.segments[0], &LsmPiece::segment);
  const auto count = static_cast<std::ptrdiff_t>(input.segments.size());
  if (pieces.end() - first < count || (to_oldest && pieces.end() - first != count)) return std::nullopt;
  const bool same = std::equal(input.segments.begin(), input.segments.end(), first,
                               [](uint64_t id, const LsmPiece& piece) { return id == piece.segment; });
  if (!same) return std::nullopt;
  return LsmPlace{partition, static_cast<size_t>(first - pieces.begin())};
}

// ---- Application.

// Null for the last partition, which has no limit.
const std::string* LimitOf(const LsmState& state, size_t partition) {
  return partition + 1 < state.partitions.size() ? &state.partitions[partition + 1].start : nullptr;
}

// A range tombstone may reach into all parts: none of them is to be without, were there any.
LsmContents Part(const LsmContents& whole, uint64_t parts) {
  return {whole.entries / parts, whole.tombstones / parts, whole.bytes / parts,
          whole.range_tombstones / parts + (whole.range_tombstones % parts == 0 ? 0 : 1), whole.hidden / parts};
}

bool IsNothing(const LsmContents& contents) { return contents.entries == 0 && contents.range_tombstones == 0; }

Result<uint64_t> AddSegment(LsmState& state, LsmTier tier, TreeDescriptor tree) {
  if (state.next_segment_id == std::numeric_limits<uint64_t>::max()) return Damaged("no segment id is left");
  const uint64_t id = state.next_segment_id++;
  state.segments.emplace(id, LsmSegment{tier, std::move(tree)});
  return id;
}

void DropSegmentsWithoutPieces(LsmState& state) {
  const auto counts = CountLsmPieces(state);
  std::erase_if(state.segments, [&counts](const auto& segment) { return !counts.contains(segment.first); });
}

// Makes room for a segment that overlaps no piece of the partition into which all of it falls: divides that partition,
// so that the segment has one half for itself. Does nothing where that is not so.
void BeginPartitionFor(const TreeDescriptor& tree, LsmState& state) {
  const size_t index = FindLsmPartition(state, tree.smallest_key());
  const std::string* const limit = LimitOf(state, index);
  if ((limit != nullptr && tree.SaysOfKeysFrom(*limit)) || state.partitions[index].pieces.empty()) return;
  // Of whole segments, wherever they have pieces: so neither of the two holds anything that was merged away.
  std::optional<Bytes> smallest;
  bool is_above = true;
  for (const LsmPiece& piece : state.partitions[index].pieces) {
    const TreeDescriptor& other = state.segments.at(piece.segment).tree;
    smallest = smallest ? std::min(*smallest, other.smallest_key()) : other.smallest_key();
    is_above = is_above && !other.SaysOfKeysFrom(tree.smallest_key());
  }
  const auto at = state.partitions.begin() + static_cast<std::ptrdiff_t>(index);
  if (is_above) {
    state.partitions.insert(at + 1, LsmPartition{tree.smallest_key().ToString(), {}});
  } else if (!tree.SaysOfKeysFrom(*smallest)) {
    LsmPartition below{at->start, {}};
    at->start = smallest->ToString();
    state.partitions.insert(at, std::move(below));
  }
}

// What of a slice is to be found in each partition.
Status AddSlice(const LsmFlush& flush, size_t slice, uint64_t id, LsmState& state) {
  if (IsNothing(flush.slices[slice].contents)) return Status::Ok();
  std::vector<size_t> partitions;
  const Bytes start = flush.slices[slice].start;
  for (size_t i = FindLsmPartition(state, start); i < state.partitions.size(); ++i) {
    const bool past =
        slice + 1 < flush.slices.size() && Bytes(flush.slices[slice + 1].start) <= Bytes(state.partitions[i].start);
    if (past) break;
    if (OverlapsLsmPartition(*flush.tree, state, i)) partitions.push_back(i);
  }
  if (partitions.empty()) return Damaged("slice " + std::to_string(slice) + " lies outside of its segment");
  for (const size_t i : partitions) {
    auto& pieces = state.partitions[i].pieces;
    if (pieces.empty() || pieces.front().segment != id) pieces.insert(pieces.begin(), LsmPiece{id, {}});
    pieces.front().contents += Part(flush.slices[slice].contents, partitions.size());
  }
  return Status::Ok();
}

Status ApplyFlush(LsmFlush flush, LsmState& state) {
  if (flush.must_be_oldest && !state.segments.empty()) {
    return Damaged("a flush without tombstones meets " + std::to_string(state.segments.size()) +
                   " segments that they may hide");
  }
  if (!flush.tree) return Status::Ok();
  LOGWOOD_ASSIGN_OR_RETURN(const uint64_t id, AddSegment(state, LsmTier::kFlushed, *flush.tree));
  if (flush.may_begin_partition) BeginPartitionFor(*flush.tree, state);
  for (size_t i = 0; i < flush.slices.size(); ++i) LOGWOOD_RETURN_IF_ERROR(AddSlice(flush, i, id, state));
  return Status::Ok();
}

void ErasePieces(LsmState& state, const LsmPlace& place, size_t count) {
  auto& pieces = state.partitions[place.partition].pieces;
  const auto first = pieces.begin() + static_cast<std::ptrdiff_t>(place.piece);
  pieces.erase(first, first + static_cast<std::ptrdiff_t>(count));
}

// One segment, or nothing, takes the place of the pieces in each partition.
Status ApplyMergeInPlace(LsmMerge merge, LsmState& state) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<LsmPlace> places, FindLsmInputs(state, merge.plan));
  for (size_t i = 0; i < places.size(); ++i) ErasePieces(state, places[i], merge.plan.inputs[i].segments.size());
  if (merge.outputs.empty()) return Status::Ok();
  LsmMerge::Output& output = merge.outputs[0];
  LOGWOOD_ASSIGN_OR_RETURN(const uint64_t id, AddSegment(state, merge.plan.tier, std::move(output.tree)));
  for (size_t i = 0; i < places.size(); ++i) {
    if (IsNothing(output.contents[i])) continue;
    auto& pieces = state.partitions[places[i].partition].pieces;
    pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(places[i].piece), LsmPiece{id, output.contents[i]});
  }
  return Status::Ok();
}

// The newest segment that a plan names; 0 where it names none.
uint64_t NewestOf(const LsmPlan& plan) {
  uint64_t newest = 0;
  for (const LsmPlan::Input& input : plan.inputs) {
    for (const uint64_t id : input.segments) newest = std::max(newest, id);
  }
  return newest;
}

// The pieces of neighbouring partitions as those of one. All are of flushes that came while the merge ran, and so of
// segments that were not merged away in any of the partitions; the one with the larger id is the newer.
Result<std::vector<LsmPiece>> Join(const LsmState& state, size_t first, size_t last, uint64_t newest_merged) {
  std::map<uint64_t, LsmContents> sums;
  for (size_t i = first; i <= last; ++i) {
    for (const LsmPiece& piece : state.partitions[i].pieces) {
      if (piece.segment <= newest_merged || state.segments.at(piece.segment).tier != LsmTier::kFlushed) {
        return Damaged("a merge meets segment " + std::to_string(piece.segment) + ", which no flush brought meanwhile");
      }
      sums[piece.segment] += piece.contents;
    }
  }
  std::vector<LsmPiece> pieces;
  for (auto sum = sums.rbegin(); sum != sums.rend(); ++sum) pieces.push_back({sum->first, sum->second});
  return pieces;
}

// Cuts a partition in two or more at `starts`, and its pieces with it.
void Divide(LsmState& state, size_t index, const std::vector<std::string>& starts) {
  const std::vector<LsmPiece> pieces = std::move(state.partitions[index].pieces);
  state.partitions[index].pieces.clear();
  std::vector<LsmPartition> more;
  for (const std::string& start : starts) more.push_back({start, {}});
  state.partitions.insert(state.partitions.begin() + static_cast<std::ptrdiff_t>(index) + 1, more.begin(), more.end());
  for (const LsmPiece& piece : pieces) {
    std::vector<size_t> holders;
    for (size_t i = index; i <= index + starts.size(); ++i) {
      if (OverlapsLsmPartition(state.segments.at(piece.segment).tree, state, i)) holders.push_back(i);
    }
    for (const size_t i : holders) {
      state.partitions[i].pieces.push_back({piece.segment, Part(piece.contents, holders.size())});
    }
  }
}

// The partitions of the inputs become one, which is then divided among the outputs.
Status ApplyMergeToOldest(LsmMerge merge, LsmState& state) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<LsmPlace> places, FindLsmInputs(state, merge.plan));
  for (size_t i = 0; i < places.size(); ++i) ErasePieces(state, places[i], merge.plan.inputs[i].segments.size());
  const size_t first = places.front().partition;
  const size_t last = places.back().partition;
  LOGWOOD_ASSIGN_OR_RETURN(state.partitions[first].pieces, Join(state, first, last, NewestOf(merge.plan)));
  const auto begin = state.partitions.begin() + static_cast<std::ptrdiff_t>(first) + 1;
  state.partitions.erase(begin, begin + static_cast<std::ptrdiff_t>(last - first));

  const std::string* const limit = LimitOf(state, first);
  std::vector<std::string> starts;
  for (size_t i = 0; i < merge.outputs.size(); ++i) {
    const TreeDescriptor& tree = merge.outputs[i].tree;
    const bool outside =
        tree.SaysOfKeysBelow(state.partitions[first].start) || (limit != nullptr && tree.SaysOfKeysFrom(*limit));
    if (outside) return Damaged("a merge brings keys that are not of its partitions");
    if (i > 0) starts.push_back(tree.smallest_key().ToString());
  }
  if (!starts.empty()) Divide(state, first, starts);
  for (size_t i = 0; i < merge.outputs.size(); ++i) {
    LsmMerge::Output& output = merge.outputs[i];
    LOGWOOD_ASSIGN_OR_RETURN(const uint64_t id, AddSegment(state, merge.plan.tier, std::move(output.tree)));
    state.partitions[first + i].pieces.push_back({id, output.contents[0]});
  }
  return Status::Ok();
}

Status Apply(Bytes edit, LsmState& state) {
  ByteReader reader(edit);
  const auto type = reader.Fixed8();
  if (!type) return Cut(reader);
  switch (static_cast<EditType>(*type)) {
    case EditType::kFlush: {
      LOGWOOD_ASSIGN_OR_RETURN(LsmFlush flush, ReadFlush(reader));
      return ApplyFlush(std::move(flush), state);
    }
    case EditType::kMerge: {
      LOGWOOD_ASSIGN_OR_RETURN(LsmMerge merge, ReadMerge(reader));
      return merge.plan.to_oldest ? ApplyMergeToOldest(std::move(merge), state)
                                  : ApplyMergeInPlace(std::move(merge), state);
    }
  }
  return Damaged("type " + std::to_string(*type) + " is unknown");
}

}  // namespace

std::string EncodeLsmFlush(const LsmFlush& flush) {
  std::string out;
  AppendFixed8(out, static_cast<uint8_t>(EditType::kFlush));
  AppendFixed8(out, flush.must_be_oldest ? 1 : 0);
  AppendFixed8(out, flush.may_begin_partition ? 1 : 0);
  AppendFixed8(out, flush.tree ? 1 : 0);
  if (!flush.tree) return out;
  AppendTreeDescriptor(out, *flush.tree);
  AppendVarint(out, flush.slices.size());
  for (const LsmSlice& slice : flush.slices) {
    AppendLengthPrefixed(out, slice.start);
    AppendLsmContents(out, slice.contents);
  }
  return out;
}

std::string EncodeLsmMerge(const LsmMerge& merge) {
  std::string out;
  AppendFixed8(out, static_cast<uint8_t>(EditType::kMerge));
  AppendPlan(out, merge.plan);
  AppendVarint(out, merge.outputs.size());
  for (const LsmMerge::Output& output : merge.outputs) {
    AppendTreeDescriptor(out, output.tree);
    AppendVarint(out, output.contents.size());
    for (const LsmContents& contents : output.contents) AppendLsmContents(out, contents);
  }
  return out;
}

Status ApplyLsmEdit(Bytes edit, LsmState& state) {
  LsmState next = state;
  LOGWOOD_RETURN_IF_ERROR(Apply(edit, next));
  DropSegmentsWithoutPieces(next);
  LOGWOOD_RETURN_IF_ERROR(CheckLsmState(next));  // A forged edit must not make what cannot be read back.
  state = std::move(next);
  return Status::Ok();
}

std::string EncodeLsmPlan(const LsmPlan& plan) {
  std::string out;
  AppendPlan(out, plan);
  return out;
}

Result<LsmPlan> DecodeLsmPlan(Bytes data) {
  ByteReader reader(data);
  LOGWOOD_ASSIGN_OR_RETURN(LsmPlan plan, ReadPlan(reader));
  if (!reader.empty()) return Cut(reader);
  return plan;
}

Result<std::vector<LsmPlace>> FindLsmInputs(const LsmState& state, const LsmPlan& plan) {
  std::vector<LsmPlace> places;
  for (const LsmPlan::Input& input : plan.inputs) {
    const auto place = FindInput(state, plan.to_oldest, input);
    if (!place || (!places.empty() && place->partition <= places.back().partition)) {
      return Damaged("a merge of " + std::to_string(input.segments.size()) +
                     " pieces that are not where they were: " + "input " + std::to_string(places.size()));
    }
    places.push_back(*place);
  }
  return places;
}

}  // namespace logwood
