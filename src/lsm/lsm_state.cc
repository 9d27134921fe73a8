#include "lsm/lsm_state.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"

namespace logwood {
namespace {

enum class EditType : uint8_t { kFlush = 1, kMerge = 2 };

constexpr uint32_t kBlockSizeBytesMin = 256;  // The bounds of CollectionOptions::block_size_bytes.
constexpr uint32_t kBlockSizeBytesMax = 1 << 20;
// Of all runs together: sums and changes of live bytes then stay within 63 bits.
constexpr uint64_t kBytesMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());

Status Damaged(const std::string& what) { return Status::Corruption("lsm " + what); }

Status Damaged(std::string_view what, const ByteReader& reader) {
  return Damaged(std::string(what) + " offset " + std::to_string(reader.offset()) + ": no whole or valid field");
}

void AppendIds(std::string& out, const std::vector<uint64_t>& ids) {
  AppendVarint(out, ids.size());
  for (const uint64_t id : ids) AppendVarint(out, id);
}

// Nullopt for a list that is cut, empty, or names a run twice.
std::optional<std::vector<uint64_t>> ReadIds(ByteReader& reader) {
  const auto count = reader.Varint32();
  // An id takes a byte at least: no count makes us reserve more than is there.
  if (!count || *count == 0 || *count > reader.rest().size()) return std::nullopt;
  std::vector<uint64_t> ids;
  std::set<uint64_t> seen;
  for (uint32_t i = 0; i < *count; ++i) {
    const auto id = reader.Varint64();
    if (!id || !seen.insert(*id).second) return std::nullopt;
    ids.push_back(*id);
  }
  return ids;
}

void AppendOptionalTree(std::string& out, const std::optional<TreeDescriptor>& tree) {
  AppendFixed8(out, tree ? 1 : 0);
  if (tree) AppendTreeDescriptor(out, *tree);
}

// 0 or 1, or nullopt.
std::optional<bool> ReadFlag(ByteReader& reader) {
  const auto flag = reader.Fixed8();
  if (!flag || *flag > 1) return std::nullopt;
  return *flag == 1;
}

Result<std::optional<TreeDescriptor>> ReadOptionalTree(ByteReader& reader) {
  const auto present = ReadFlag(reader);
  if (!present) return Damaged("edit", reader);
  if (!*present) return std::optional<TreeDescriptor>();
  LOGWOOD_ASSIGN_OR_RETURN(TreeDescriptor tree, ReadTreeDescriptor(reader));
  return std::optional(std::move(tree));
}

Result<LsmFlush> ReadFlush(ByteReader& reader) {
  const auto is_oldest = ReadFlag(reader);
  if (!is_oldest) return Damaged("edit", reader);
  LOGWOOD_ASSIGN_OR_RETURN(auto tree, ReadOptionalTree(reader));
  if (!reader.empty()) return Damaged("edit", reader);
  return LsmFlush{*is_oldest, std::move(tree)};
}

Result<LsmMerge> ReadMerge(ByteReader& reader) {
  auto replaced = ReadIds(reader);
  if (!replaced) return Damaged("edit", reader);
  LOGWOOD_ASSIGN_OR_RETURN(auto tree, ReadOptionalTree(reader));
  if (!reader.empty()) return Damaged("edit", reader);
  return LsmMerge{*std::move(replaced), std::move(tree)};
}

Status InsertRun(LsmState& state, size_t position, TreeDescriptor tree) {
  if (state.next_run_id == std::numeric_limits<uint64_t>::max()) return Damaged("state: no run id is left");
  const auto at = state.runs.begin() + static_cast<std::ptrdiff_t>(position);
  state.runs.insert(at, {state.next_run_id, std::move(tree)});
  ++state.next_run_id;
  return Status::Ok();
}

Status ApplyFlush(LsmFlush flush, LsmState& state) {
  if (flush.is_oldest && !state.runs.empty()) {
    return Damaged("edit: a flush without tombstones meets " + std::to_string(state.runs.size()) +
                   " runs that they may hide");
  }
  if (!flush.tree) return Status::Ok();
  return InsertRun(state, 0, *std::move(flush.tree));
}

Status ApplyMerge(LsmMerge merge, LsmState& state) {
  if (!AreOldestRuns(merge.replaced, state)) {
    return Damaged("edit: a merge of " + std::to_string(merge.replaced.size()) + " runs from id " +
                   std::to_string(merge.replaced.front()) + " on, which are not the oldest of the collection's " +
                   std::to_string(state.runs.size()));
  }
  const size_t kept = state.runs.size() - merge.replaced.size();
  if (merge.tree) LOGWOOD_RETURN_IF_ERROR(InsertRun(state, state.runs.size(), *std::move(merge.tree)));
  const auto begin = state.runs.begin() + static_cast<std::ptrdiff_t>(kept);
  state.runs.erase(begin, begin + static_cast<std::ptrdiff_t>(merge.replaced.size()));
  return Status::Ok();
}

}  // namespace

std::string EncodeLsmState(const LsmState& state) {
  std::string out;
  AppendVarint(out, state.block_size_bytes);
  AppendVarint(out, state.next_run_id);
  AppendVarint(out, state.runs.size());
  for (const LsmRun& run : state.runs) {
    AppendVarint(out, run.id);
    AppendTreeDescriptor(out, run.tree);
  }
  return out;
}

Result<LsmState> DecodeLsmState(Bytes data) {
  ByteReader reader(data);
  const auto block_size = reader.Varint32();
  const auto next_run_id = reader.Varint64();
  const auto count = reader.Varint32();
  if (!block_size || !next_run_id || *next_run_id == 0 || !count) return Damaged("state", reader);
  if (*block_size < kBlockSizeBytesMin || *block_size > kBlockSizeBytesMax) {
    return Damaged("state: a block size of " + std::to_string(*block_size) + " bytes");
  }
  LsmState state{*block_size, *next_run_id, {}};
  std::set<uint64_t> ids;
  uint64_t bytes_left = kBytesMax;
  for (uint32_t i = 0; i < *count; ++i) {
    const auto id = reader.Varint64();
    if (!id) return Damaged("state", reader);
    if (*id == 0 || *id >= state.next_run_id || !ids.insert(*id).second) {
      return Damaged("state: run " + std::to_string(*id) + " stands twice or was never given out; the next is " +
                     std::to_string(state.next_run_id));
    }
    LOGWOOD_ASSIGN_OR_RETURN(TreeDescriptor tree, ReadTreeDescriptor(reader));
    if (tree.bytes > bytes_left) return Damaged("state: its runs have more than 2^63 bytes");
    bytes_left -= tree.bytes;
    state.runs.push_back({*id, std::move(tree)});
  }
  if (!reader.empty()) return Damaged("state", reader);
  return state;
}

std::string EncodeLsmFlush(const LsmFlush& flush) {
  std::string out;
  AppendFixed8(out, static_cast<uint8_t>(EditType::kFlush));
  AppendFixed8(out, flush.is_oldest ? 1 : 0);
  AppendOptionalTree(out, flush.tree);
  return out;
}

std::string EncodeLsmMerge(const LsmMerge& merge) {
  std::string out;
  AppendFixed8(out, static_cast<uint8_t>(EditType::kMerge));
  AppendIds(out, merge.replaced);
  AppendOptionalTree(out, merge.tree);
  return out;
}

Status ApplyLsmEdit(Bytes edit, LsmState& state) {
  ByteReader reader(edit);
  const auto type = reader.Fixed8();
  if (!type) return Damaged("edit", reader);
  switch (static_cast<EditType>(*type)) {
    case EditType::kFlush: {
      LOGWOOD_ASSIGN_OR_RETURN(LsmFlush flush, ReadFlush(reader));
      return ApplyFlush(std::move(flush), state);
    }
    case EditType::kMerge: {
      LOGWOOD_ASSIGN_OR_RETURN(LsmMerge merge, ReadMerge(reader));
      return ApplyMerge(std::move(merge), state);
    }
  }
  return Damaged("edit: type " + std::to_string(*type) + " is unknown");
}

std::string EncodeLsmPlan(const std::vector<uint64_t>& run_ids) {
  std::string out;
  AppendIds(out, run_ids);
  return out;
}

Result<std::vector<uint64_t>> DecodeLsmPlan(Bytes data) {
  ByteReader reader(data);
  auto ids = ReadIds(reader);
  if (!ids || !reader.empty()) return Damaged("plan", reader);
  return *std::move(ids);
}

bool AreOldestRuns(const std::vector<uint64_t>& run_ids, const LsmState& state) {
  if (run_ids.size() > state.runs.size()) return false;
  const auto oldest = state.runs.end() - static_cast<std::ptrdiff_t>(run_ids.size());
  return std::equal(run_ids.begin(), run_ids.end(), oldest, state.runs.end(),
                    [](uint64_t id, const LsmRun& run) { return id == run.id; });
}

std::vector<uint64_t> ChooseLsmMerge(const LsmState& state, MergeEffort effort) {
  const size_t count = state.runs.size();
  const bool too_many = count >= kLsmRunsMax;
  // A single run is left alone unless a merge would take tombstones out of it.
  const bool can_be_one = count >= 2 || (count == 1 && state.runs.front().tree.tombstones > 0);
  std::vector<uint64_t> ids;
  if (!too_many && !(effort == MergeEffort::kAll && can_be_one)) return ids;
  for (const LsmRun& run : state.runs) ids.push_back(run.id);
  return ids;
}

}  // namespace logwood
