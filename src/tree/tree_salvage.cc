#include "tree/tree_salvage.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tree/block_scan.h"

namespace logwood {
namespace {

// The smallest key above `key`.
std::string Successor(Bytes key) { return key.ToString() + '\0'; }

// A stretch of the file where a leaf may have stood, and the keys that it may have had.
struct Hole {
  TreeDamage damage;
  bool may_hold_entries = false;
};

class TreeSalvager {
 public:
  TreeSalvager(const BlockFile& file, const TreeDescriptor& descriptor,
               const std::function<void(const TreeDamage&)>& on_damage)
      : file_(file), descriptor_(descriptor), on_damage_(on_damage) {
    footer_.first_key = descriptor.first_key;
    footer_.last_key = descriptor.last_key;
  }

  SalvagedTree Run() {
    FindBegin();
    BlockScan scan(file_, begin_min_, descriptor_.footer.offset());
    while (std::optional<BlockScan::Found> found = scan.Next()) Take(*std::move(found));
    if (scan.gap_at_end()) AddHole(*scan.gap_at_end());
    if (file_.length() < descriptor_.footer.offset()) AddCut();
    CloseHoles(Successor(descriptor_.last_key));
    SalvagedTree left;
    left.blocks_read = scan.blocks_read() + 1;
    left.range_tombstones = TakeRangeTombstones();
    ReportHoles();
    if (footer_.leaves > 0) left.index = leaves_.Build();
    left.footer = std::move(footer_);
    return left;
  }

 private:
  void FindBegin();
  void Take(BlockScan::Found found);
  void TakeLeaf(const BlockScan::Found& found);
  void BeginAnew();
  void AddHole(const BlockScan::Gap& gap);
  void AddCut();
  // No key at or above `limit` lay in them.
  void CloseHoles(Bytes limit);
  [[nodiscard]] std::unique_ptr<const TreeRangeTombstones> TakeRangeTombstones();
  void ReportLostRangeTombstones(uint64_t found, const std::string& why);
  void ReportHoles();

  const BlockFile& file_;
  const TreeDescriptor& descriptor_;
  const std::function<void(const TreeDamage&)>& on_damage_;
  uint64_t begin_min_ = 0;  // The first block of the tree stands here at the earliest,
  uint64_t begin_max_ = 0;  // and here at the latest.
  TreeFooter footer_;
  HeadIndex::Builder leaves_;
  std::string last_key_;  // Of the leaves so far.
  std::vector<Block> range_tombstone_blocks_;
  std::vector<Hole> holes_;
  size_t open_holes_ = 0;  // The last of them, behind which no leaf was found yet.
};

// The descriptor has the bytes up to the end of the footer, which itself may be damaged: its length is known to an
// eighth then.
void TreeSalvager::FindBegin() {
  const uint64_t length_max = descriptor_.footer.length_max();
  const uint64_t end_max = descriptor_.footer.offset() + length_max;
  const uint64_t end_min = end_max - length_max / 8;
  begin_min_ = end_min - std::min(end_min, descriptor_.bytes);
  begin_max_ = end_max - std::min(end_max, descriptor_.bytes);
  const Result<TreeFooter> footer = ReadTreeFooter(file_, descriptor_.footer);
  if (footer.ok()) {
    begin_min_ = begin_max_ = footer->begin;
    return;
  }
  holes_.push_back({.damage = {.offset = descriptor_.footer.offset(),
                               .bytes = descriptor_.footer.length_max(),
                               .what = std::string(footer.status().message())}});
}

void TreeSalvager::Take(BlockScan::Found found) {
  const bool may_be_first = footer_.leaves == 0 && found.reference.offset() <= begin_max_;
  // What stands before the first block, where the begin is not known, is the end of another tree.
  if (found.gap_before && !may_be_first) AddHole(*found.gap_before);
  switch (found.block.kind()) {
    case BlockKind::kLeaf: return TakeLeaf(found);
    case BlockKind::kRangeTombstones: range_tombstone_blocks_.push_back(std::move(found.block)); return;
    case BlockKind::kFooter: return BeginAnew();  // That of the tree before.
    case BlockKind::kInner:
    case BlockKind::kFilter: return;
  }
}

void TreeSalvager::BeginAnew() {
  leaves_ = HeadIndex::Builder();
  footer_.leaves = footer_.entries = footer_.tombstones = 0;
  range_tombstone_blocks_.clear();
  std::erase_if(holes_, [](const Hole& hole) { return hole.may_hold_entries; });
  open_holes_ = 0;
}

// 1.
void TreeSalvager::TakeLeaf(const BlockScan::Found& found) {
  const Block& leaf = found.block;
  std::string first_scratch;
  std::string last_scratch;
  const Bytes first = leaf.key(0, first_scratch);
  const Bytes last = leaf.key(leaf.count() - 1, last_scratch);
  const bool is_in_order = footer_.leaves == 0 || Bytes(last_key_) < first;
  if (!is_in_order || first < Bytes(descriptor_.first_key) || Bytes(descriptor_.last_key) < last) {
    const uint64_t offset = found.reference.offset();
    AddHole({.offset = offset,
             .bytes = found.length,
             .why = Status::Corruption(WhereInTree(file_, offset) + ": the keys of the leaf do not belong here")});
    return;
  }
  CloseHoles(first);
  leaves_.Add(first, found.reference);
  ++footer_.leaves;
  footer_.entries += leaf.count();
  for (uint32_t i = 0; i < leaf.count(); ++i) footer_.tombstones += uint64_t{leaf.type(i) == EntryType::kTombstone};
  last_key_ = last.ToString();
}

// 2. Ends at the next leaf.
void TreeSalvager::AddHole(const BlockScan::Gap& gap) {
  Hole hole{.damage = {.offset = gap.offset,
                       .bytes = gap.bytes,
                       .what = std::string(gap.why.message()),
                       .keys = {.start = footer_.leaves == 0 ? descriptor_.first_key : Successor(last_key_)}},
            .may_hold_entries = footer_.leaves == 0 || Bytes(last_key_) < Bytes(descriptor_.last_key)};
  holes_.push_back(std::move(hole));
  ++open_holes_;
}

// The file ends before the tree does.
void TreeSalvager::AddCut() {
  const uint64_t expected = descriptor_.footer.offset();
  AddHole({.offset = file_.length(),
           .bytes = expected - file_.length(),
           .why = Status::Corruption(WhereInTree(file_, file_.length()) + ": the file ends, expected behind " +
                                     std::to_string(expected))});
}

void TreeSalvager::CloseHoles(Bytes limit) {
  for (; open_holes_ > 0; --open_holes_) {
    Hole& hole = holes_[holes_.size() - open_holes_];
    hole.damage.keys.limit = limit.ToString();
    // Nothing lies before the first key.
    if (*hole.damage.keys.start >= *hole.damage.keys.limit) hole.may_hold_entries = false;
  }
}

// 3.
std::unique_ptr<const TreeRangeTombstones> TreeSalvager::TakeRangeTombstones() {
  Result<std::unique_ptr<const TreeRangeTombstones>> taken = TreeRangeTombstones::OfBlocks(range_tombstone_blocks_);
  const uint64_t found = taken.ok() && *taken != nullptr ? (*taken)->tombstones().size() : 0;
  if (found != descriptor_.range_tombstones) {
    ReportLostRangeTombstones(found, taken.ok() ? "" : ": " + std::string(taken.status().message()));
  }
  footer_.range_tombstones = found;
  return taken.ok() ? *std::move(taken) : nullptr;
}

void TreeSalvager::ReportLostRangeTombstones(uint64_t found, const std::string& why) {
  const uint64_t offset = holes_.empty() ? descriptor_.footer.offset() : holes_.back().damage.offset;
  TreeDamage damage{.offset = offset,
                    .what = WhereInTree(file_, offset) + ": " + std::to_string(found) + " of " +
                            std::to_string(descriptor_.range_tombstones) + " range tombstones are left" + why,
                    .loses_entries = true,
                    .keys = {.start = descriptor_.range_tombstones_begin}};
  if (!descriptor_.range_tombstones_end.empty()) damage.keys.limit = descriptor_.range_tombstones_end;
  on_damage_(damage);
}

void TreeSalvager::ReportHoles() {
  const bool entries_are_missing = footer_.entries != descriptor_.entries;
  bool is_told = false;
  for (Hole& hole : holes_) {
    hole.damage.loses_entries = entries_are_missing && hole.may_hold_entries;
    is_told |= hole.damage.loses_entries;
    if (!hole.damage.loses_entries) hole.damage.keys = {};
    on_damage_(hole.damage);
  }
  if (!entries_are_missing || is_told) return;
  const uint64_t offset = descriptor_.footer.offset();
  on_damage_({.offset = offset,
              .what = WhereInTree(file_, offset) + ": " + std::to_string(footer_.entries) + " of " +
                      std::to_string(descriptor_.entries) + " entries are left",
              .loses_entries = true,
              .keys = {.start = descriptor_.first_key, .limit = Successor(descriptor_.last_key)}});
}

}  // namespace

SalvagedTree SalvageTree(const BlockFile& file, const TreeDescriptor& descriptor,
                         const std::function<void(const TreeDamage&)>& on_damage) {
  return TreeSalvager(file, descriptor, on_damage).Run();
}

}  // namespace logwood
