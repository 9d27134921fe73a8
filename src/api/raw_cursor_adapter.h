#pragma once

#include <functional>
#include <memory>

#include "cursor/entry_cursor.h"
#include "logwood/raw_cursor.h"

namespace logwood {

// Between the public cursor of entries and the one inside the library. A cursor that came from inside goes back as what
// it was. One that a user wrote is held to its order: a move that breaks it is kInvalidArgument, and ends the cursor.

[[nodiscard]] std::unique_ptr<RawCursor> ToRawCursor(std::unique_ptr<EntryCursor> cursor);
// Requires: not null.
[[nodiscard]] std::unique_ptr<EntryCursor> ToEntryCursor(std::unique_ptr<RawCursor> cursor);
// The same for one that the caller keeps: for as long as `use` runs, whose status is returned.
Status UseAsEntryCursor(RawCursor& cursor, const std::function<Status(EntryCursor&)>& use);
Status UseAsEntryCursor(Cursor& cursor, const std::function<Status(EntryCursor&)>& use);

}  // namespace logwood
