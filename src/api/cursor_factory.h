#pragma once

#include <memory>
#include <optional>

#include "base/ids.h"
#include "cursor/bounded_cursor.h"
#include "engine/engine.h"
#include "logwood/cursor.h"
#include "logwood/pinned_value.h"

namespace logwood {

// Makes public cursors of views.
class CursorFactory {
 public:
  // A cursor that stands on the first entry of `range`; where there can be none, one whose status says why.
  [[nodiscard]] static Cursor Make(std::shared_ptr<Engine> engine, Result<ReadView> view, CollectionId collection,
                                   KeyRange range);
  // The same over `entries` of the engine's, which keep what they read.
  [[nodiscard]] static Cursor Make(std::shared_ptr<Engine> engine, Result<std::unique_ptr<EntryCursor>> entries);
  // A cursor over `entries`, which has no tombstones, that stands on the first.
  [[nodiscard]] static Cursor Make(std::unique_ptr<EntryCursor> entries);
};

// The value that a hit pins.
[[nodiscard]] Result<std::optional<PinnedValue>> ToPinnedValue(Result<std::optional<TreesHit>> hit);

// The keys that begin with `prefix`.
[[nodiscard]] KeyRange PrefixRange(Bytes prefix);

}  // namespace logwood
