#pragma once

#include <algorithm>
#include <vector>

#include "base/ids.h"
#include "codec/batch_encoder.h"
#include "engine/engine.h"
#include "logwood/batch.h"

namespace logwood {

// Whether a batch of `size_bytes` may take one operation more, with a key and a value of these sizes.
[[nodiscard]] bool FitsInBatch(size_t size_bytes, size_t key_size, size_t value_size);

// What a batch holds: its operations, encoded, and where they go.
struct Batch::State {
  void Add(const Engine* of, const Operation& operation);
  [[nodiscard]] Status Check(const Engine* of, const Operation& operation) const;

  BatchEncoder encoder;
  std::vector<CollectionId> collections;
  const Engine* engine = nullptr;  // Of its collections; null while it is empty. Compared, never followed.
  Status status;
};

}  // namespace logwood
