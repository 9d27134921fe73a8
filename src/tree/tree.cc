#include "tree/tree.h"

#include <utility>

#include "base/status_macros.h"
#include "tree/tree_cursor.h"
#include "tree/tree_footer.h"
#include "tree/tree_parts.h"
#include "tree/tree_range_tombstones.h"
#include "tree/tree_salvage.h"
#include "tree/tree_verifier.h"

namespace logwood {

Result<std::shared_ptr<const Tree>> Tree::Open(std::shared_ptr<const BlockFile> file, const TreeDescriptor& descriptor,
                                               BlockCache& cache) {
  LOGWOOD_ASSIGN_OR_RETURN(TreeFooter footer, ReadTreeFooter(*file, descriptor.footer));
  LOGWOOD_RETURN_IF_ERROR(CheckDescriptor(footer, descriptor, *file));
  std::unique_ptr<const TreeRangeTombstones> range_tombstones;
  if (footer.range_tombstones > 0) {
    LOGWOOD_ASSIGN_OR_RETURN(range_tombstones, TreeRangeTombstones::Read(*file, footer));
  }
  auto parts = std::make_shared<const TreeParts>(std::move(file), descriptor, std::move(footer), cache);
  // Why not make_shared: the constructor is private.
  return std::shared_ptr<const Tree>(new Tree(std::move(parts), std::move(range_tombstones), cache.budget()));
}

Result<std::shared_ptr<const Tree>> Tree::Salvage(const std::shared_ptr<const BlockFile>& file,
                                                  const TreeDescriptor& descriptor, BlockCache& cache,
                                                  const std::function<void(const TreeDamage&)>& on_damage) {
  Result<std::shared_ptr<const Tree>> opened = Open(file, descriptor, cache);
  if (opened.status().code() == StatusCode::kUnsupported) return opened;
  bool is_whole = opened.ok();
  if (is_whole) is_whole = (*opened)->Verify([&](const Status& /*damage*/) { is_whole = false; }).ok() && is_whole;
  if (is_whole) return opened;
  SalvagedTree left = SalvageTree(*file, descriptor, on_damage);
  auto parts =
      std::make_shared<const TreeParts>(file, descriptor, std::move(left.footer), cache, std::move(left.index));
  return std::shared_ptr<const Tree>(new Tree(std::move(parts), std::move(left.range_tombstones), cache.budget()));
}

Tree::Tree(std::shared_ptr<const TreeParts> parts, std::unique_ptr<const TreeRangeTombstones> range_tombstones,
           MemoryBudget& budget)
    : parts_(std::move(parts)), range_tombstones_(std::move(range_tombstones)), charge_(&budget, MemoryUse::kIndexes) {
  if (range_tombstones_ != nullptr) charge_.Set(range_tombstones_->bytes());
}

Tree::~Tree() = default;

// The filter speaks for entries only, so it is not asked first.
Result<std::optional<Tree::Hit>> Tree::Get(Bytes key, uint64_t hash, const ReadSection& section,
                                           FilterCounters& filters) const {
  Result<std::optional<Hit>> hit = GetEntry(key, hash, section, filters);
  if (range_tombstones_ == nullptr || !hit.ok() || hit->has_value()) return hit;
  if (range_tombstones_->tombstones().Covering(key) == nullptr) return hit;
  return std::optional<Hit>(Hit{.type = EntryType::kTombstone, .value = {}, .pin = {}});
}

Result<std::optional<Tree::Hit>> Tree::GetEntry(Bytes key, uint64_t hash, const ReadSection& section,
                                                FilterCounters& filters) const {
  LOGWOOD_ASSIGN_OR_RETURN(const BlockedBloomFilter* const filter, parts_->Filter(section));
  if (filter != nullptr) {
    if (!filter->MayContain(hash)) {
      filters.ruled_out.Add(1);
      return std::optional<Hit>();
    }
    filters.maybe.Add(1);
  } else if (parts_->footer().leaves == 0) {
    return std::optional<Hit>();  // Nothing could be salvaged.
  }
  LOGWOOD_ASSIGN_OR_RETURN(BlockPin leaf, parts_->ReadLeafOf(key, section));
  bool exact = false;
  const uint32_t at = leaf->LowerBound(key, &exact);
  if (!exact) {
    if (filter != nullptr) filters.false_positives.Add(1);
    return std::optional<Hit>();
  }
  const EntryType type = leaf->type(at);
  const Bytes value = leaf->value(at);
  return std::optional<Hit>(Hit{.type = type, .value = value, .pin = std::move(leaf)});
}

Result<std::optional<Tree::Hit>> Tree::Get(Bytes key, uint64_t hash) const {
  FilterCounters filters;
  return Get(key, hash, parts_->NewSection(), filters);
}

void Tree::PrefetchFilter(uint64_t hash, const ReadSection& section) const noexcept {
  parts_->PrefetchFilter(hash, section);
}

std::unique_ptr<EntryCursor> Tree::NewCursor() const { return std::make_unique<TreeCursor>(parts_); }

RangeTombstones Tree::range_tombstones() const noexcept {
  return range_tombstones_ == nullptr ? RangeTombstones() : range_tombstones_->tombstones();
}

Result<uint64_t> Tree::Verify(const std::function<void(const Status&)>& on_damage) const {
  if (!parts_->is_salvaged()) return TreeVerifier(*parts_, on_damage).Run();
  const auto report = [&](const TreeDamage& damage) { on_damage(Status::Corruption(damage.what)); };
  return SalvageTree(parts_->file(), parts_->descriptor(), report).blocks_read;
}

const TreeDescriptor& Tree::descriptor() const noexcept { return parts_->descriptor(); }

const BlockFile& Tree::file() const noexcept { return parts_->file(); }

}  // namespace logwood
