#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "logwood/bytes.h"
#include "logwood/cursor.h"
#include "logwood/options.h"
#include "logwood/pinned_value.h"
#include "logwood/result.h"

namespace logwood {

class Engine;
struct KeyRange;

// A named ordered map of a database. A handle: copies name the same collection. Thread-safe.
class Collection {
 public:
  // Writes one entry: a batch of one. Keys and values may be empty.
  // Errors: kInvalidArgument (too large), kNotFound (dropped), kReadOnly, kClosed, kIo, kNoSpace; see
  // Database::Commit() for what an error leaves behind.
  Status Put(Bytes key, Bytes value, const CommitOptions& options = {});
  // Deletes a key; deleting one that is absent is no error. Errors as Put().
  Status Delete(Bytes key, const CommitOptions& options = {});

  // Deletes the keys from `start` (included) to `limit` (excluded), from `start` on, or that begin with `prefix`: those
  // that are there now, none that are written later. Errors as Put(); kInvalidArgument also where `limit` is not above
  // `start`.
  // Cost: that of writing two keys, however many are deleted; reading goes around what was deleted without looking at
  // it, once it is in files.
  Status DeleteRange(Bytes start, Bytes limit, const CommitOptions& options = {});
  Status DeleteFrom(Bytes start, const CommitOptions& options = {});
  Status DeletePrefix(Bytes prefix, const CommitOptions& options = {});

  // The value of a key, nullopt where it is absent. Sees every write that returned before.
  // Errors: kNotFound (the collection was dropped), kClosed, kCorruption, kIo.
  [[nodiscard]] Result<std::optional<PinnedValue>> Get(Bytes key) const;

  // A cursor over the entries of this moment that stands on the first.
  [[nodiscard]] Cursor Scan() const;
  // The same over keys from `start` (included) to `limit` (excluded).
  [[nodiscard]] Cursor Scan(Bytes start, Bytes limit) const;
  // The same over keys from `start` on.
  [[nodiscard]] Cursor ScanFrom(Bytes start) const;
  // The same over keys that begin with `prefix`.
  [[nodiscard]] Cursor ScanPrefix(Bytes prefix) const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  friend class Database;
  friend class Batch;
  friend class Transaction;
  friend class View;
  Collection(std::shared_ptr<Engine> engine, uint32_t id, std::string name);

  Status DeleteWithin(const KeyRange& range, const CommitOptions& options);

  std::shared_ptr<Engine> engine_;
  uint32_t id_;
  std::string name_;
};

}  // namespace logwood
