#pragma once

#include <optional>
#include <string>

#include "logwood/batch.h"
#include "logwood/collection.h"
#include "logwood/cursor.h"
#include "logwood/view.h"

namespace logwood::command_line {

// Keys from `start` on, below `limit` where there is one.
struct KeyRange {
  std::string start;
  std::optional<std::string> limit;

  // A cursor over the entries within, on the first.
  [[nodiscard]] Cursor ScanOf(const Collection& collection) const;
  // The same of what `view` sees.
  [[nodiscard]] Cursor ScanOf(const View& view, const Collection& collection) const;
  // Adds to `batch` that all entries within are deleted.
  void DeleteFrom(const Collection& collection, Batch& batch) const;
};

// What the bounds that a user may give stand for.
struct KeyBounds {
  std::string from;               // Only keys at or above it.
  std::optional<std::string> to;  // Only keys below it.
  std::string prefix;             // Only keys that begin so.
};

// What all bounds have in common.
[[nodiscard]] KeyRange RangeOf(const KeyBounds& bounds);

}  // namespace logwood::command_line
