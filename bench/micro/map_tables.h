#pragma once

#include <absl/container/btree_map.h>
#include <cstdint>
#include <map>
#include <optional>

#include "base/arena.h"
#include "cursor/entry_cursor.h"
#include "memtable/memtable.h"
#include "memtable/memtable_record.h"

namespace logwood::bench {

// An ordered map of the standard library's form as a memtable: keys are views of records in an arena, as those of
// Memtable. No readers beside the writer.
template <class Map>
class MapTable {
 public:
  explicit MapTable(Arena& arena) : arena_(arena) {}

  void Add(Sequence sequence, const Entry& entry) {
    // The hint makes ordered appends cheap, as in the structures it is compared with.
    const auto at = map_.empty() || map_.rbegin()->first < entry.key ? map_.end() : map_.lower_bound(entry.key);
    const bool exists = at != map_.end() && at->first == entry.key;
    const MemtableRecord* const record = MemtableRecord::Make(arena_, sequence, entry, exists ? at->second : nullptr);
    if (exists) {
      at->second = record;
    } else {
      map_.emplace_hint(at, record->key(), record);
    }
  }

  [[nodiscard]] std::optional<Memtable::Hit> Get(Bytes key, Sequence at) const {
    const auto found = map_.find(key);
    if (found == map_.end()) return std::nullopt;
    const MemtableRecord* const record = MemtableRecord::At(found->second, at);
    if (record == nullptr) return std::nullopt;
    return Memtable::Hit{
        .type = record->type(), .value = record->value(), .sequence = record->sequence(), .address = record->address()};
  }

  [[nodiscard]] const Map& map() const { return map_; }

 private:
  Arena& arena_;
  Map map_;
};

using StandardMapTable = MapTable<std::map<Bytes, const MemtableRecord*>>;
using AbslMapTable = MapTable<absl::btree_map<Bytes, const MemtableRecord*>>;

}  // namespace logwood::bench
