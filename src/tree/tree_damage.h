#pragma once

#include <cstdint>
#include <string>

#include "cursor/bounded_cursor.h"

namespace logwood {

// Something wrong with a tree that was salvaged.
struct TreeDamage {
  uint64_t offset = 0;         // In the file.
  uint64_t bytes = 0;          // That could not be used; 0: none, or not known.
  std::string what = {};       // Begins with file and offset.
  bool loses_entries = false;  // Entries or range tombstones, of keys in this range:
  KeyRange keys = {};
};

}  // namespace logwood
