#include "tree/tree.h"

#include <utility>

#include "base/status_macros.h"
#include "tree/tree_cursor.h"
#include "tree/tree_footer.h"
#include "tree/tree_parts.h"
#include "tree/tree_verifier.h"

namespace logwood {

Result<std::shared_ptr<const Tree>> Tree::Open(std::shared_ptr<const BlockFile> file, const TreeDescriptor& descriptor,
                                               BlockCache& cache) {
  LOGWOOD_ASSIGN_OR_RETURN(TreeFooter footer, ReadTreeFooter(*file, descriptor.footer));
  LOGWOOD_RETURN_IF_ERROR(CheckDescriptor(footer, descriptor, *file));
  auto parts = std::make_shared<const TreeParts>(std::move(file), descriptor, std::move(footer), cache);
  // Why not make_shared: the constructor is private.
  return std::shared_ptr<const Tree>(new Tree(std::move(parts)));
}

Tree::Tree(std::shared_ptr<const TreeParts> parts) : parts_(std::move(parts)) {}

Tree::~Tree() = default;

Result<std::optional<Tree::Hit>> Tree::Get(Bytes key, uint64_t hash) const {
  LOGWOOD_ASSIGN_OR_RETURN(const BlockedBloomFilter* const filter, parts_->Filter());
  if (filter != nullptr && !filter->MayContain(hash)) return std::optional<Hit>();
  LOGWOOD_ASSIGN_OR_RETURN(const HeadIndex* const index, parts_->Index());
  LOGWOOD_ASSIGN_OR_RETURN(BlockPin leaf, parts_->ReadLeaf(index->Find(key)));
  bool exact = false;
  const uint32_t at = leaf->LowerBound(key, &exact);
  if (!exact) return std::optional<Hit>();
  const EntryType type = leaf->type(at);
  const Bytes value = leaf->value(at);
  return std::optional<Hit>(Hit{.type = type, .value = value, .pin = std::move(leaf)});
}

void Tree::PrefetchFilter(uint64_t hash) const noexcept { parts_->PrefetchFilter(hash); }

std::unique_ptr<EntryCursor> Tree::NewCursor() const { return std::make_unique<TreeCursor>(parts_); }

Result<uint64_t> Tree::Verify(const std::function<void(const Status&)>& on_damage) const {
  return TreeVerifier(*parts_, on_damage).Run();
}

const TreeDescriptor& Tree::descriptor() const noexcept { return parts_->descriptor(); }

const BlockFile& Tree::file() const noexcept { return parts_->file(); }

}  // namespace logwood
