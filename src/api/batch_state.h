#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "codec/batch_encoder.h"
#include "cursor/bounded_cursor.h"
#include "engine/engine.h"
#include "logwood/batch.h"

namespace logwood {

// Whether a batch of `size_bytes` may take one operation more, with a key and a value of these sizes.
[[nodiscard]] bool FitsInBatch(size_t size_bytes, size_t key_size, size_t value_size);
// The same as a status, and the limits of keys and values. Errors: kInvalidArgument.
[[nodiscard]] Status CheckFits(const Operation& operation, size_t size_bytes);
// The deletion of `range`, which it points into. Requires: the range has a start. Errors: kInvalidArgument (it is
// empty).
[[nodiscard]] Result<Operation> DeletionOf(CollectionId collection, const KeyRange& range);

// What a batch holds: its operations, encoded, and where they go.
struct Batch::State {
  void Add(const std::shared_ptr<Engine>& of, const Operation& operation);
  void DeleteRange(const std::shared_ptr<Engine>& of, CollectionId collection, const KeyRange& range);
  // Whether all its collections are of database `of`: true while it is empty.
  [[nodiscard]] bool BelongsTo(const std::shared_ptr<Engine>& of) const;

  BatchEncoder encoder;
  std::vector<CollectionId> collections;
  // Of its collections. Compared by ownership: another database may come to stand where a closed one stood.
  std::weak_ptr<Engine> engine;
  Status status;
};

}  // namespace logwood
