#pragma once

#include <memory>

#include "kind/kind.h"

namespace logwood {

// A kind for tests of the seam: leaves values of at least 1 KiB in the log where the engine lets it, and keeps all else
// in its state. It has no trees; its state is the sorted list of entries. Merging moves every value out of logs.
[[nodiscard]] std::unique_ptr<const Kind> NewLinkingKind();

}  // namespace logwood
