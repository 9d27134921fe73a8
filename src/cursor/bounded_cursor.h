#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cursor/entry_cursor.h"

namespace logwood {

// The keys from `start` (included) to `limit` (excluded); without a bound, all on that side.
struct KeyRange {
  std::optional<std::string> start;
  std::optional<std::string> limit;
};

// `source` cut to `range`: First() is the first entry in it, Seek() to a key outside of it goes to the nearer bound
// where the direction of the search leads into the range, and is invalid otherwise.
[[nodiscard]] std::unique_ptr<EntryCursor> NewBoundedCursor(std::unique_ptr<EntryCursor> source, KeyRange range);

}  // namespace logwood
