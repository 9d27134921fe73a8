#include "tree/tree_builder.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/hash.h"
#include "base/pages.h"
#include "base/status_macros.h"
#include "block/block.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"
#include "tree/blocked_bloom_filter.h"
#include "tree/tree_footer.h"

namespace logwood {
namespace {

// The shortest key that is above `left` and not above `right`. Requires: left < right.
// Shorter ones than this share all their bytes with both, so they are on the same side of both.
Bytes Separator(Bytes left, Bytes right) {
  const size_t size_max = std::min(left.size(), right.size());
  const auto common = std::mismatch(left.begin(), left.begin() + size_max, right.begin()).first - left.begin();
  return right.First(static_cast<size_t>(common) + 1);
}

}  // namespace

struct TreeBuilder::State {
  using Hashes = std::vector<uint64_t, PageAllocator<uint64_t>>;
  // A hash, and the bits of a filter as they stand in the filter, in a block of it, and in what gathers that.
  static constexpr size_t kChargePerHash = sizeof(uint64_t) + 5 * 10 / 8;
  static constexpr size_t kChargeStep = 64;  // Keys.
  static constexpr size_t kHashesInPiece = kOwnPagesSizeMin / sizeof(uint64_t);

  State(BlockFileWriter& to, const Options& with)
      : file(to), options(with), leaf(BlockKind::kLeaf, with.block_size_bytes), charge(with.budget, MemoryUse::kJobs) {}

  [[nodiscard]] Bytes LastKey() const { return leaf.count() > 0 ? leaf.last_key() : Bytes(last_key); }
  Status CheckEntry(Bytes key, EntryType type, Bytes value) const;
  Status CheckOrder(Bytes key) const;
  void Count(Bytes key, EntryType type);
  Status EndLeaf();
  Status AddLeaf(BlockReference reference, Bytes first, Bytes last);
  Status AppendBlock(const Block& block);
  Status AddChild(size_t level, Bytes separator, BlockReference child);
  Status EndInner(size_t level);
  Result<BlockReference> Append(BlockBuilder& node);
  void NoteBegin(BlockReference appended);
  Status EndNodes();
  Status AppendFilter();
  Status CheckRangeTombstone(const RangeTombstone& tombstone) const;
  Status AppendRangeTombstones();
  Status AppendRangeTombstoneBlock(BlockBuilder& block);
  Result<TreeDescriptor> AppendFooter();

  // Makes an error the answer of all later calls.
  Status Keep(Status status) {
    if (!status.ok()) poison = status;
    return status;
  }

  BlockFileWriter& file;
  const Options options;
  Status poison;
  BlockBuilder leaf;
  std::string last_key;             // Of the last leaf that was ended.
  std::vector<BlockBuilder> inner;  // The open node of each level, lowest first.
  std::vector<Hashes> hashes;       // Of all keys, for the filter; in pieces, so that none is ever copied.
  std::vector<std::pair<std::string, std::string>> range_tombstones;  // Begin and end of each.
  MemoryCharge charge;                                                // For hashes and what comes of them.
  bool begun = false;                                                 // Whether a block was appended.
  TreeFooter footer;                                                  // Filled on the way.
};

// The order is checked within a leaf and across its border alike.
Status TreeBuilder::State::CheckEntry(Bytes key, EntryType type, Bytes value) const {
  const std::string& name = file.title();
  if (key.size() > kKeySizeMax || value.size() > kValueSizeMax) {
    return Status::InvalidArgument(name + ": entry with a key of " + std::to_string(key.size()) + " and a value of " +
                                   std::to_string(value.size()) + " bytes");
  }
  if (type == EntryType::kTombstone && !value.empty()) {
    return Status::InvalidArgument(name + ": tombstone with a value of " + std::to_string(value.size()) + " bytes");
  }
  return CheckOrder(key);
}

Status TreeBuilder::State::CheckOrder(Bytes key) const {
  if (footer.entries > 0 && key <= LastKey()) {
    return Status::Corruption(file.title() + ": entry " + std::to_string(footer.entries) +
                              " to be written is out of order");
  }
  return Status::Ok();
}

void TreeBuilder::State::Count(Bytes key, EntryType type) {
  ++footer.entries;
  if (type == EntryType::kTombstone) ++footer.tombstones;
  if (options.filter_bits_per_key == 0) return;
  if (footer.entries % kChargeStep == 1) charge.Set((footer.entries + kChargeStep) * kChargePerHash);
  if (hashes.empty() || hashes.back().size() == kHashesInPiece) hashes.emplace_back();
  hashes.back().push_back(Hash64(key));
}

Status TreeBuilder::State::EndLeaf() {
  LOGWOOD_ASSIGN_OR_RETURN(const BlockReference reference, Append(leaf));
  LOGWOOD_RETURN_IF_ERROR(AddLeaf(reference, leaf.first_key(), leaf.last_key()));
  leaf.Clear();
  return Status::Ok();
}

Status TreeBuilder::State::AddLeaf(BlockReference reference, Bytes first, Bytes last) {
  const Bytes separator = footer.leaves == 0 ? Bytes() : Separator(last_key, first);
  if (footer.leaves == 0) footer.first_key = first.ToString();
  ++footer.leaves;
  last_key.assign(last.string_view());
  footer.root = reference;
  return AddChild(0, separator, reference);
}

Status TreeBuilder::State::AppendBlock(const Block& block) {
  std::string scratch;
  const std::string first = block.key(0, scratch).ToString();
  LOGWOOD_RETURN_IF_ERROR(CheckOrder(first));
  if (leaf.count() > 0) LOGWOOD_RETURN_IF_ERROR(EndLeaf());
  LOGWOOD_ASSIGN_OR_RETURN(const BlockReference reference, file.Append(block));
  NoteBegin(reference);
  for (uint32_t i = 0; i < block.count(); ++i) Count(block.key(i, scratch), EntryType::kPut);
  return AddLeaf(reference, first, block.key(block.count() - 1, scratch));
}

// A node is ended with two children at least, however long separators are: else levels would not grow smaller.
Status TreeBuilder::State::AddChild(size_t level, Bytes separator, BlockReference child) {
  if (level == inner.size()) inner.emplace_back(BlockKind::kInner, options.block_size_bytes);
  std::array<std::byte, sizeof(uint64_t)> reference{};
  StoreFixed64(reference.data(), child.packed());
  const Bytes value{std::span<const std::byte>(reference)};
  if (inner[level].count() >= 2 && !inner[level].Fits(separator, value)) LOGWOOD_RETURN_IF_ERROR(EndInner(level));
  inner[level].Add(separator, EntryType::kPut, value);
  return Status::Ok();
}

Status TreeBuilder::State::EndInner(size_t level) {
  LOGWOOD_ASSIGN_OR_RETURN(const BlockReference reference, Append(inner[level]));
  footer.root = reference;
  const std::string separator = inner[level].first_key().ToString();
  inner[level].Clear();
  return AddChild(level + 1, separator, reference);
}

Result<BlockReference> TreeBuilder::State::Append(BlockBuilder& node) {
  LOGWOOD_ASSIGN_OR_RETURN(const BlockReference reference, file.Append(node));
  NoteBegin(reference);
  return reference;
}

void TreeBuilder::State::NoteBegin(BlockReference appended) {
  if (!begun) footer.begin = appended.offset();
  begun = true;
}

// Ends the open nodes from the leaf up. The last block so written has nothing beside it: its parent, the only open node
// with one child, is never written, and it is the root.
Status TreeBuilder::State::EndNodes() {
  if (leaf.count() > 0) LOGWOOD_RETURN_IF_ERROR(EndLeaf());
  footer.last_key = last_key;
  size_t level = 0;
  while (level + 1 < inner.size() || inner[level].count() > 1) {
    LOGWOOD_RETURN_IF_ERROR(EndInner(level));
    ++level;
  }
  footer.height = static_cast<uint8_t>(level + 1);
  LOGWOOD_ASSERT(footer.height <= kTreeHeightMax);
  return Status::Ok();
}

Status TreeBuilder::State::AppendFilter() {
  if (hashes.empty()) return Status::Ok();
  BlockedBloomFilter filter = BlockedBloomFilter::For(footer.entries, options.filter_bits_per_key);
  for (Hashes& piece : hashes) {
    for (const uint64_t hash : std::exchange(piece, Hashes())) filter.Add(hash);
  }
  footer.filter_lines = filter.line_count();
  footer.filter_probes = filter.probes();
  BlockBuilder block(BlockKind::kFilter, options.block_size_bytes);
  for (size_t begin = 0; begin < filter.line_count(); begin += kFilterLinesPerBlock) {
    const size_t end = std::min<size_t>(begin + kFilterLinesPerBlock, filter.line_count());
    block.Clear();
    block.Add(Bytes(), EntryType::kPut, filter.EncodeLines(begin, end));
    LOGWOOD_ASSIGN_OR_RETURN(const BlockReference reference, Append(block));
    footer.filter_blocks.push_back(reference);
  }
  return Status::Ok();
}

Status TreeBuilder::State::CheckRangeTombstone(const RangeTombstone& tombstone) const {
  if (tombstone.begin.size() > kKeySizeMax || tombstone.end.size() > kKeySizeMax) {
    return Status::InvalidArgument(file.title() + ": range tombstone from a key of " +
                                   std::to_string(tombstone.begin.size()) + " to one of " +
                                   std::to_string(tombstone.end.size()) + " bytes");
  }
  const bool in_order = range_tombstones.empty() || (!range_tombstones.back().second.empty() &&
                                                     tombstone.begin > Bytes(range_tombstones.back().second));
  if (!in_order || (!tombstone.end.empty() && tombstone.end <= tombstone.begin)) {
    return Status::Corruption(file.title() + ": range tombstone " + std::to_string(range_tombstones.size()) +
                              " to be written is out of order");
  }
  return Status::Ok();
}

Status TreeBuilder::State::AppendRangeTombstones() {
  if (range_tombstones.empty()) return Status::Ok();
  BlockBuilder block(BlockKind::kRangeTombstones, options.block_size_bytes);
  for (const auto& [begin, end] : range_tombstones) {
    if (block.count() > 0 && !block.Fits(begin, end)) LOGWOOD_RETURN_IF_ERROR(AppendRangeTombstoneBlock(block));
    block.Add(begin, EntryType::kPut, end);
  }
  LOGWOOD_RETURN_IF_ERROR(AppendRangeTombstoneBlock(block));
  footer.range_tombstones = range_tombstones.size();
  footer.range_tombstones_begin = range_tombstones.front().first;
  footer.range_tombstones_end = range_tombstones.back().second;
  return Status::Ok();
}

Status TreeBuilder::State::AppendRangeTombstoneBlock(BlockBuilder& block) {
  LOGWOOD_ASSIGN_OR_RETURN(const BlockReference reference, Append(block));
  footer.range_tombstone_blocks.push_back(reference);
  block.Clear();
  return Status::Ok();
}

Result<TreeDescriptor> TreeBuilder::State::AppendFooter() {
  BlockBuilder block(BlockKind::kFooter, options.block_size_bytes);
  block.Add(Bytes(), EntryType::kPut, EncodeTreeFooter(footer));
  LOGWOOD_ASSIGN_OR_RETURN(const BlockReference reference, Append(block));
  return TreeDescriptor{.file = file.header().number,
                        .footer = reference,
                        .entries = footer.entries,
                        .tombstones = footer.tombstones,
                        .bytes = file.size() - footer.begin,
                        .first_key = footer.first_key,
                        .last_key = footer.last_key,
                        .range_tombstones = footer.range_tombstones,
                        .range_tombstones_begin = footer.range_tombstones_begin,
                        .range_tombstones_end = footer.range_tombstones_end};
}

TreeBuilder::TreeBuilder(BlockFileWriter& file, const Options& options)
    : state_(std::make_unique<State>(file, options)) {}

TreeBuilder::~TreeBuilder() = default;

Status TreeBuilder::Add(Bytes key, EntryType type, Bytes value) {
  State& state = *state_;
  LOGWOOD_RETURN_IF_ERROR(state.poison);
  LOGWOOD_RETURN_IF_ERROR(state.Keep(state.CheckEntry(key, type, value)));
  if (state.leaf.count() > 0 && !state.leaf.Fits(key, value)) LOGWOOD_RETURN_IF_ERROR(state.Keep(state.EndLeaf()));
  state.leaf.Add(key, type, value);
  state.Count(key, type);
  return Status::Ok();
}

Status TreeBuilder::AddBlock(const Block& block) {
  State& state = *state_;
  LOGWOOD_ASSERT(block.kind() == BlockKind::kLeaf && !block.has_types());
  LOGWOOD_RETURN_IF_ERROR(state.poison);
  const size_t half = state.options.block_size_bytes / 2;
  const size_t open = state.leaf.count() == 0 ? 0 : state.leaf.length();
  const size_t length = block.stored().size();
  if (length >= half && (open == 0 || open >= half)) return state.Keep(state.AppendBlock(block));
  const size_t cut = open + length > state.options.block_size_bytes ? (open + length) / 2 : SIZE_MAX;
  bool is_cut = false;
  std::string scratch;
  for (uint32_t i = 0; i < block.count(); ++i) {
    if (!is_cut && state.leaf.count() > 0 && state.leaf.length() >= cut) {
      LOGWOOD_RETURN_IF_ERROR(state.Keep(state.EndLeaf()));
      is_cut = true;
    }
    LOGWOOD_RETURN_IF_ERROR(Add(block.key(i, scratch), EntryType::kPut, block.value(i)));
  }
  return Status::Ok();
}

Status TreeBuilder::AddRangeTombstone(const RangeTombstone& tombstone) {
  State& state = *state_;
  LOGWOOD_RETURN_IF_ERROR(state.poison);
  LOGWOOD_RETURN_IF_ERROR(state.Keep(state.CheckRangeTombstone(tombstone)));
  state.range_tombstones.emplace_back(tombstone.begin.ToString(), tombstone.end.ToString());
  return Status::Ok();
}

Result<TreeDescriptor> TreeBuilder::Finish() {
  State& state = *state_;
  LOGWOOD_RETURN_IF_ERROR(state.poison);
  LOGWOOD_ASSERT(state.footer.entries > 0);
  LOGWOOD_RETURN_IF_ERROR(state.Keep(state.EndNodes()));
  LOGWOOD_RETURN_IF_ERROR(state.Keep(state.AppendFilter()));
  LOGWOOD_RETURN_IF_ERROR(state.Keep(state.AppendRangeTombstones()));
  Result<TreeDescriptor> tree = state.AppendFooter();
  state.Keep(tree.status()).IgnoreError();  // Why: the caller gets it in the result.
  return tree;
}

uint64_t TreeBuilder::entries() const noexcept { return state_->footer.entries; }

Bytes TreeBuilder::last_key() const { return state_->LastKey(); }

}  // namespace logwood
