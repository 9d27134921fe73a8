#pragma once

#include <memory>

#include "kind/kind.h"
#include "lsm/lsm_choice.h"

namespace logwood {

// Segments of immutable, bulk-loaded B+trees in partitions that are merged one by one: for heavy random writes. State
// and edits are described in lsm_state.h and lsm_edit.h, what is merged when in lsm_choice.h.
[[nodiscard]] std::unique_ptr<const Kind> NewLsmKind(const LsmTuning& tuning = {});

}  // namespace logwood
