#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "block/block_file.h"
#include "codec/entry_type.h"
#include "cursor/entry_cursor.h"
#include "logwood/bytes.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "tree/tree_builder.h"

namespace logwood {

// Writes a segment in a file of its own. The first error is kept: every later call returns it. Confined to one thread.
class SegmentWriter {
 public:
  // Creates the file. `store` must outlive the writer. Errors: kAlreadyExists, kInvalidArgument (a name that the store
  // does not take), kIo, kNoSpace.
  [[nodiscard]] static Result<std::unique_ptr<SegmentWriter>> Create(Store& store, const std::string& name,
                                                                     const TreeBuilder::Options& options,
                                                                     Runtime& runtime);
  SegmentWriter(const SegmentWriter&) = delete;  // Writes to one place.
  SegmentWriter& operator=(const SegmentWriter&) = delete;
  ~SegmentWriter();

  // Requires: a tombstone has no value. Errors: kInvalidArgument (order, sizes), kIo, kNoSpace.
  Status Add(Bytes key, EntryType type, Bytes value);
  // All entries of `source`, from its first on. Errors: those of `source`; kCorruption where it breaks its own order;
  // as Add().
  Status AddAll(EntryCursor& source);
  // Completes the file and makes it durable; the last call. A segment without entries may be completed too.
  Status Finish();

  [[nodiscard]] uint64_t entries() const noexcept { return builder_->entries(); }

 private:
  explicit SegmentWriter(std::unique_ptr<BlockFileWriter> file, const TreeBuilder::Options& options);

  Status CheckUsable() const;
  Status CheckOrder(Bytes key) const;
  Status AddEntries(EntryCursor& source);
  Status FinishFile();
  Status Keep(Status status);

  std::unique_ptr<BlockFileWriter> file_;
  std::unique_ptr<TreeBuilder> builder_;
  bool finished_ = false;
  Status poison_;
};

}  // namespace logwood
