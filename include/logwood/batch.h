#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "logwood/bytes.h"
#include "logwood/collection.h"
#include "logwood/status.h"

namespace logwood {

// Writes to any collections of one database that take effect together or not at all (Database::Commit()). Of several
// writes to a key the last counts; a deleted range is a write to each key in it. Copies what it is given. Movable;
// thread-compatible.
class Batch {
 public:
  Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;
  ~Batch();

  // A write that cannot be (too large a key, value or batch; a collection of another database) makes the whole batch
  // invalid: status() and Commit() say which.
  void Put(const Collection& collection, Bytes key, Bytes value);
  void Delete(const Collection& collection, Bytes key);
  // As those of Collection: of the keys in the range, those that are there before this write, in the batch or outside.
  // A limit that is not above the start cannot be.
  void DeleteRange(const Collection& collection, Bytes start, Bytes limit);
  void DeleteFrom(const Collection& collection, Bytes start);
  void DeletePrefix(const Collection& collection, Bytes prefix);
  // Empties the batch, so that it can be used again with the memory it has.
  void Clear();

  // Writes in it.
  [[nodiscard]] uint64_t count() const noexcept;
  // Bytes as encoded.
  [[nodiscard]] size_t size_bytes() const noexcept;
  // OK, or the first write that cannot be: kInvalidArgument.
  [[nodiscard]] const Status& status() const noexcept;

 private:
  friend class Collection;
  friend class Database;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace logwood
