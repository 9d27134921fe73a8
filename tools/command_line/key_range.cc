#include "tools/command_line/key_range.h"

#include <utility>

#include "logwood/bytes.h"

namespace logwood::command_line {
namespace {

// The smallest key above all that begin with `prefix`; nullopt where there is none.
std::optional<std::string> EndOfPrefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  ++prefix.back();
  return prefix;
}

}  // namespace

Cursor KeyRange::ScanOf(const Collection& collection) const {
  if (!limit) return collection.ScanFrom(start);
  return collection.Scan(start, *limit);
}

KeyRange RangeOf(const KeyBounds& bounds) {
  const bool begins_at_prefix = Bytes(bounds.from) < Bytes(bounds.prefix);
  KeyRange range{.start = begins_at_prefix ? bounds.prefix : bounds.from, .limit = EndOfPrefix(bounds.prefix)};
  if (bounds.to && (!range.limit || Bytes(*bounds.to) < Bytes(*range.limit))) range.limit = bounds.to;
  return range;
}

}  // namespace logwood::command_line
