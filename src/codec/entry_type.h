#pragma once

#include <cstdint>

namespace logwood {

// What an entry says of its key: the same numbers in the log, in memtables and in blocks.
enum class EntryType : uint8_t {
  kPut = 1,             // The key has the value that follows.
  kTombstone = 2,       // The key has no value, whatever older trees say. Its own value is empty.
  kRangeTombstone = 3,  // Logs only: the keys from this one up to the one in its value have none. Its value is above
                        // the key, or empty: then all keys from this one on.
  kValueLink = 4,       // Trees only: the value stands elsewhere, and what is here refers to it.
};

}  // namespace logwood
