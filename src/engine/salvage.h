#pragma once

#include <string>

#include "engine/recovery.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "logwood/salvage.h"
#include "logwood/store.h"

namespace logwood {

// What is left of manifest and logs; trees come later (Root::SalvageTrees()). Reads only. Adds to `report`.
//
//   1. Where FindDatabase() finds no fault, and no whole commit lies behind where the logs end, what it finds counts:
//      salvage of a sound database gives what any open gives.
//   2. Else the manifest counts as far as it is whole (Manifest::Salvage()), and of the logs whatever validates
//      (SalvageLogs()).
//   3. Then entries may be there of which no collection tells: those of logs become collections "collection N", by
//      their number; trees of which the manifest does not know become one each, "tree file N tree M": to put several
//      together would say which is newer, and nothing says that.
//
// Errors: kNotFound, kUnsupported, kIo.
[[nodiscard]] Result<FoundDatabase> SalvageDatabase(Store& store, const KindRegistry& kinds, const ReplayMeans& replay,
                                                    SalvageReport& report);

// The damage of a collection's trees, for the report.
[[nodiscard]] SalvageDamage DamageOf(const std::string& collection, const TreesDamage& damage);

}  // namespace logwood
