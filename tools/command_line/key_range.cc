#include "tools/command_line/key_range.h"

#include "api/cursor_factory.h"
#include "logwood/bytes.h"

namespace logwood::command_line {
Cursor KeyRange::ScanOf(const Collection& collection) const {
  if (!limit) return collection.ScanFrom(start);
  return collection.Scan(start, *limit);
}

Cursor KeyRange::ScanOf(const View& view, const Collection& collection) const {
  if (!limit) return view.ScanFrom(collection, start);
  return view.Scan(collection, start, *limit);
}

void KeyRange::DeleteFrom(const Collection& collection, Batch& batch) const {
  if (!limit) return batch.DeleteFrom(collection, start);
  batch.DeleteRange(collection, start, *limit);
}

KeyRange RangeOf(const KeyBounds& bounds) {
  const bool begins_at_prefix = Bytes(bounds.from) < Bytes(bounds.prefix);
  KeyRange range{.start = begins_at_prefix ? bounds.prefix : bounds.from, .limit = PrefixRange(bounds.prefix).limit};
  if (bounds.to && (!range.limit || Bytes(*bounds.to) < Bytes(*range.limit))) range.limit = bounds.to;
  return range;
}

}  // namespace logwood::command_line
