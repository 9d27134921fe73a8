#include "tree/tree_verifier.h"

#include <memory>

#include "base/hash.h"
#include "base/status_macros.h"
#include "tree/inner_walk.h"
#include "tree/tree_range_tombstones.h"

namespace logwood {

TreeVerifier::TreeVerifier(const TreeParts& tree, const std::function<void(const Status&)>& on_damage)
    : tree_(tree), on_damage_(on_damage) {}

Result<uint64_t> TreeVerifier::Run() {
  LOGWOOD_RETURN_IF_ERROR(CheckFooter());
  LOGWOOD_RETURN_IF_ERROR(ReadFilter());
  LOGWOOD_RETURN_IF_ERROR(CheckRangeTombstones());
  const InnerWalk::Visitor visitor{
      .on_leaf = [this](Bytes separator, BlockReference leaf) { return CheckLeaf(separator, leaf); },
      .on_damage = [this](const Status& damage) { return ReportLoss(damage); }};
  InnerWalk walk(tree_.file(), tree_.footer(), visitor);
  LOGWOOD_RETURN_IF_ERROR(walk.Run());
  if (!lost_) CheckTotals();
  return blocks_read_ + walk.blocks_read();
}

Status TreeVerifier::CheckFooter() {
  ++blocks_read_;
  const BlockReference reference = tree_.descriptor().footer;
  const Result<TreeFooter> footer = ReadTreeFooter(tree_.file(), reference);
  if (!footer.ok()) return Report(footer.status());
  if (*footer != tree_.footer()) {
    return Report(Status::Corruption(WhereInTree(tree_.file(), reference.offset()) +
                                     ": the footer is not what it was when the tree was opened"));
  }
  return Report(CheckDescriptor(*footer, tree_.descriptor(), tree_.file()));
}

Status TreeVerifier::ReadFilter() {
  const TreeFooter& footer = tree_.footer();
  if (footer.filter_lines == 0) return Status::Ok();
  BlockedBloomFilter filter(footer.filter_probes);
  bool whole = true;
  for (size_t i = 0; i < footer.filter_blocks.size(); ++i) {
    ++blocks_read_;
    const Status status = AppendFilterBlock(tree_.file(), footer, i, filter);
    whole = whole && status.ok();
    LOGWOOD_RETURN_IF_ERROR(Report(status));
  }
  if (whole) filter_ = std::move(filter);
  return Status::Ok();
}

Status TreeVerifier::CheckRangeTombstones() {
  const TreeFooter& footer = tree_.footer();
  if (footer.range_tombstones == 0) return Status::Ok();
  blocks_read_ += footer.range_tombstone_blocks.size();
  return Report(TreeRangeTombstones::Read(tree_.file(), footer).status());
}

Status TreeVerifier::CheckLeaf(Bytes separator, BlockReference reference) {
  ++blocks_read_;
  ++leaves_;
  const Result<Block> leaf = tree_.file().ReadBlock(reference, BlockKind::kLeaf);
  if (!leaf.ok()) return ReportLoss(leaf.status());
  const std::string where = WhereInTree(tree_.file(), reference.offset());
  CheckEntries(*leaf, separator, where);
  return Status::Ok();
}

// Within the leaf the order of keys was checked when it was parsed.
void TreeVerifier::CheckEntries(const Block& leaf, Bytes separator, const std::string& where) {
  std::string scratch;
  const Bytes first = leaf.key(0, scratch);
  if (first < separator) on_damage_(Status::Corruption(where + ": first key is below the separator of the leaf"));
  if (entries_ == 0) {
    first_key_ = first.ToString();
  } else if (separator <= Bytes(last_key_)) {
    on_damage_(Status::Corruption(where + ": separator of the leaf is not above the last key before it"));
  }
  uint64_t denied = 0;
  for (uint32_t i = 0; i < leaf.count(); ++i) {
    const Bytes key = leaf.key(i, scratch);
    if (filter_ && !filter_->MayContain(Hash64(key))) ++denied;
    if (leaf.type(i) == EntryType::kTombstone) ++tombstones_;
  }
  if (denied > 0) {
    on_damage_(Status::Corruption(where + ": the filter denies " + std::to_string(denied) + " keys of the leaf"));
  }
  entries_ += leaf.count();
  last_key_ = leaf.key(leaf.count() - 1, scratch).ToString();
}

void TreeVerifier::CheckTotals() {
  const TreeFooter& footer = tree_.footer();
  const std::string where = WhereInTree(tree_.file(), tree_.descriptor().footer.offset());
  const auto compare = [&](const char* what, uint64_t found, uint64_t stated) {
    if (found == stated) return;
    on_damage_(Status::Corruption(where + ": " + std::to_string(found) + " " + what + " found, the footer says " +
                                  std::to_string(stated)));
  };
  compare("leaves", leaves_, footer.leaves);
  compare("entries", entries_, footer.entries);
  compare("tombstones", tombstones_, footer.tombstones);
  if (first_key_ != footer.first_key) on_damage_(Status::Corruption(where + ": the footer has a wrong first key"));
  if (last_key_ != footer.last_key) on_damage_(Status::Corruption(where + ": the footer has a wrong last key"));
}

Status TreeVerifier::Report(const Status& status) {
  if (status.code() == StatusCode::kIo) return status;
  if (!status.ok()) on_damage_(status);
  return Status::Ok();
}

Status TreeVerifier::ReportLoss(const Status& status) {
  lost_ = true;
  return Report(status);
}

}  // namespace logwood
