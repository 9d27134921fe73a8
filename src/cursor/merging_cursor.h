#pragma once

#include <memory>
#include <vector>

#include "cursor/entry_cursor.h"

namespace logwood {

// `children` as one source: where several have a key, the entry of the one that stands first (the newest) counts.
// An error of any child is the cursor's error: nothing older may show through. One child is returned as it is.
// An exact seek asks the newest first and stops at the first hit; what is older need not be read.
// Cost: a linear minimum over the children's keys each step.
[[nodiscard]] std::unique_ptr<EntryCursor> NewMergingCursor(std::vector<std::unique_ptr<EntryCursor>> children);

}  // namespace logwood
