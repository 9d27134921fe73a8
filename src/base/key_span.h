#pragma once

#include "logwood/bytes.h"

namespace logwood {

// The keys from `begin` (included) to `end` (excluded). An empty end: all keys from `begin` on, which can mean nothing
// else, since no key is below the empty one. Points into what somebody owns.
struct KeySpan {
  Bytes begin;
  Bytes end;

  [[nodiscard]] bool EndsBehind(Bytes key) const noexcept { return end.empty() || key < end; }
  [[nodiscard]] bool Contains(Bytes key) const noexcept { return begin <= key && EndsBehind(key); }
  [[nodiscard]] bool Overlaps(const KeySpan& other) const noexcept {
    return EndsBehind(other.begin) && other.EndsBehind(begin);
  }
};

}  // namespace logwood
