#include "kind/kind.h"

#include <utility>

#include "base/assert.h"

namespace logwood {

Result<KindEdit> Kind::Ingest(Bytes, EntryCursor&, JobOutput&) const {
  return Status::Unsupported("collections of this kind take no ingested entries: write them in batches");
}

Result<std::shared_ptr<const CollectionTrees>> Kind::Salvage(Bytes state, KindFiles& files,
                                                             const OnTreesDamage& /*on_damage*/) const {
  return Open(state, files, nullptr);
}

std::vector<std::string> Kind::StatesFoundIn(const BlockFile& /*file*/) const { return {}; }

Result<MergeDebt> Kind::Debt(Bytes) const { return MergeDebt(); }

void KindRegistry::Register(CollectionKind id, std::unique_ptr<const Kind> kind) {
  LOGWOOD_ASSERT(kind != nullptr);
  const bool inserted = kinds_.emplace(id, std::move(kind)).second;
  LOGWOOD_ASSERT(inserted);
}

const Kind* KindRegistry::Find(CollectionKind id) const {
  const auto found = kinds_.find(id);
  return found == kinds_.end() ? nullptr : found->second.get();
}

}  // namespace logwood
