#include <memory>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"
#include "engine/engine.h"
#include "engine/salvage.h"
#include "engine/salvage_store.h"

namespace logwood {

Engine::Parts Engine::ForSalvage(Parts parts) {
  auto store = std::make_unique<SalvageStore>(parts.runtime, parts.store, std::move(parts.owned_store));
  SalvageStore& reads = *store;
  return {.store = reads,
          .runtime = parts.runtime,
          .owned_store = std::move(store),
          .kinds = std::move(parts.kinds),
          .stay_policy = parts.stay_policy,
          .replay = parts.replay,
          .rest = parts.rest,
          .sequences_per_epoch = parts.sequences_per_epoch};
}

Status Engine::StartSalvage(const ReplayMeans& replay) {
  LOGWOOD_ASSIGN_OR_RETURN(FoundDatabase found, SalvageDatabase(parts_.store, parts_.kinds, replay, salvage_report_));
  files_.set_database(found.root.database);
  const auto on_damage = [this](const std::string& collection, const TreesDamage& damage) {
    salvage_report_.damages.push_back(DamageOf(collection, damage));
  };
  LOGWOOD_RETURN_IF_ERROR(root_.SalvageTrees(found.root.state, on_damage));
  // Trees do not need the headers of their files; any other open does.
  for (const auto& [number, file] : found.root.state.files) {
    const Status status = files_.Open(number).status();
    if (status.ok()) continue;
    salvage_report_.damages.push_back({.file = FileName(number, file.type), .what = std::string(status.message())});
  }
  const auto* const store = dynamic_cast<const SalvageStore*>(&parts_.store);
  LOGWOOD_ASSERT(store != nullptr);
  for (SalvageDamage& damage : store->unreadable()) salvage_report_.damages.push_back(std::move(damage));
  ShowFound(std::move(found));
  return Status::Ok();
}

}  // namespace logwood
