#pragma once

#include <memory>
#include <vector>

#include "cursor/entry_cursor.h"

namespace logwood {

// `children` as one source: where several have a key, the entry of the one that stands first (the newest) counts.
// An error of any child is the cursor's error: nothing older may show through. One child is returned as it is.
// Cost: a linear minimum over the children's keys each step.
[[nodiscard]] std::unique_ptr<EntryCursor> NewMergingCursor(std::vector<std::unique_ptr<EntryCursor>> children);

}  // namespace logwood
