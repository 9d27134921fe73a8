#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "logwood/bytes.h"
#include "logwood/pin.h"

namespace logwood {

// A value that was read, and what keeps its bytes in memory: no copy was made. Holding it keeps a block alive, or all
// memtables that are flushed together with the one it is in, whatever the memory budget; so copy what is to be held for
// long. Outlives the database. Movable; thread-compatible.
class PinnedValue {
 public:
  PinnedValue(Bytes value, Pin pin) noexcept : value_(value), pin_(std::move(pin)) {}

  [[nodiscard]] Bytes bytes() const noexcept { return value_; }
  [[nodiscard]] size_t size() const noexcept { return value_.size(); }
  [[nodiscard]] std::string_view string_view() const noexcept { return value_.string_view(); }
  [[nodiscard]] std::string ToString() const { return value_.ToString(); }

  friend bool operator==(const PinnedValue& a, Bytes b) noexcept { return a.value_ == b; }

 private:
  Bytes value_;
  Pin pin_;
};

}  // namespace logwood
