#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "cursor/entry_cursor.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "tree/tree.h"

namespace logwood {

// A segment in a file of its own, which belongs to no database: its header bears this number and no database's id.
inline constexpr FileNumber kSegmentFileNumber{1};

// How errors call a segment: segment "words".
[[nodiscard]] std::string SegmentTitle(std::string_view name);

// An open segment. Immutable; thread-safe. The tree's cursors and hits keep what they need, so they outlive it.
class SegmentFile {
 public:
  // Opens the file `name` by its footer. `store` and `runtime` must outlive the segment and its cursors.
  // Errors: kNotFound, kCorruption (damaged, never finished, no segment), kInvalidArgument (a file of a database),
  // kUnsupported, kIo.
  [[nodiscard]] static Result<std::shared_ptr<const SegmentFile>> Open(Store& store, const std::string& name,
                                                                       Runtime& runtime, size_t cache_size_bytes);

  // Null where the segment has no entries.
  [[nodiscard]] const Tree* tree() const noexcept { return tree_.get(); }
  // All entries, tombstones included.
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor() const;
  [[nodiscard]] uint64_t size_bytes() const noexcept { return size_bytes_; }

 private:
  SegmentFile(std::shared_ptr<const Tree> tree, uint64_t size_bytes)
      : tree_(std::move(tree)), size_bytes_(size_bytes) {}

  std::shared_ptr<const Tree> tree_;
  uint64_t size_bytes_;
};

}  // namespace logwood
