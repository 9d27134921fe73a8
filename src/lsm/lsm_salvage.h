#pragma once

#include <memory>
#include <string>
#include <vector>

#include "block/block_file.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "lsm/lsm_state.h"

namespace logwood {

// What can still be used of the segments of a state (Tree::Salvage()). A segment whose file is not there is left out
// with all its pieces: what is older shows instead. Keys are told only where the segment had pieces. Errors:
// kUnsupported, kIo.
[[nodiscard]] Result<std::shared_ptr<const CollectionTrees>> SalvageLsmTrees(LsmState state, KindFiles& files,
                                                                             const Kind::OnTreesDamage& on_damage);

// For each footer that validates in `file` the state of a collection that has its tree and nothing else.
[[nodiscard]] std::vector<std::string> LsmStatesFoundIn(const BlockFile& file);

}  // namespace logwood
