#pragma once

#include <memory>
#include <optional>

#include "logwood/bytes.h"
#include "logwood/collection.h"
#include "logwood/cursor.h"
#include "logwood/pinned_value.h"
#include "logwood/result.h"

namespace logwood {

// A database as it was when the view was taken: all collections at one point of the order of commits. Reads through it
// give the same for as long as it is held; no file that it reads is removed meanwhile, and what is in memory may go to
// one (see Cursor). A handle: copies are the same view. Thread-safe.
class View {
 public:
  View(const View&);
  View(View&&) noexcept;
  View& operator=(const View&);
  View& operator=(View&&) noexcept;
  ~View();

  // As those of Collection, at the view. Errors: also kNotFound where the collection is younger than the view,
  // kInvalidArgument where it is another database's.
  [[nodiscard]] Result<std::optional<PinnedValue>> Get(const Collection& collection, Bytes key) const;
  [[nodiscard]] Cursor Scan(const Collection& collection) const;
  [[nodiscard]] Cursor Scan(const Collection& collection, Bytes start, Bytes limit) const;
  [[nodiscard]] Cursor ScanFrom(const Collection& collection, Bytes start) const;
  [[nodiscard]] Cursor ScanPrefix(const Collection& collection, Bytes prefix) const;

 private:
  friend class Database;
  struct State;
  explicit View(std::shared_ptr<const State> state) noexcept;

  std::shared_ptr<const State> state_;
};

}  // namespace logwood
