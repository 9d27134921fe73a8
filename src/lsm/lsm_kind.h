#pragma once

#include <memory>

#include "kind/kind.h"

namespace logwood {

// The kind for heavy random writes: runs of bulk-loaded trees, newest first, merged in the background.
// Flat so far: each flush adds a run; at kLsmRunsMax of them (lsm_state.h) all are merged into one.
[[nodiscard]] std::unique_ptr<const Kind> NewLsmKind();

}  // namespace logwood
