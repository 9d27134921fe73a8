#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "codec/entry_type.h"
#include "logwood/bytes.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "memtable/generation.h"
#include "segment/segment_writer.h"

namespace logwood {

// Writes a segment from entries in any order. The last write to a key wins.
//
//   1. Entries collect in a memtable.
//   2. Past the memory allowed it becomes a scratch segment of level 0 in the same store, and the next memtable begins.
//   3. kScratchFanout scratch segments of a level are merged into one of the next level, so that few files are open at
//      once, however much is added. All of a level are newer than those of the levels above it.
//   4. Finish() merges memtable and scratch segments, newest first, into the segment.
//
// The first error is kept. Confined to one thread.
class UnsortedWriter {
 public:
  static constexpr size_t kScratchFanout = 16;

  struct Options {
    TreeBuilder::Options tree;
    size_t memory_size_bytes = 0;
  };

  // As SegmentWriter::Create().
  [[nodiscard]] static Result<std::unique_ptr<UnsortedWriter>> Create(Store& store, const std::string& name,
                                                                      const Options& options, Runtime& runtime);
  UnsortedWriter(const UnsortedWriter&) = delete;  // Writes to one place.
  UnsortedWriter& operator=(const UnsortedWriter&) = delete;
  // Removes scratch segments that are left.
  ~UnsortedWriter();

  // Requires: a tombstone has no value. Errors: kInvalidArgument (sizes), kIo, kNoSpace.
  Status Add(Bytes key, EntryType type, Bytes value);
  // As SegmentWriter::Finish(). Scratch segments are removed.
  Status Finish();

 private:
  UnsortedWriter(Store& store, std::string name, const Options& options, Runtime& runtime);

  [[nodiscard]] const Memtable* memtable() const { return generation_->Find(CollectionId(1)); }
  Status Spill();
  Status WriteScratch(EntryCursor& entries, size_t level);
  Status MergeLevel(size_t level);
  Status AppendSources(size_t level, std::vector<std::unique_ptr<EntryCursor>>& sources);
  Status Merge();
  void RemoveScratch(size_t level);
  Status Keep(Status status);

  Store& store_;
  const std::string name_;
  const Options options_;
  Runtime& runtime_;
  std::unique_ptr<SegmentWriter> segment_;
  std::unique_ptr<Generation> generation_ = std::make_unique<Generation>();
  Sequence last_;
  std::string scratch_prefix_;
  std::vector<std::vector<std::string>> scratch_;  // Names by level, the oldest of each first.
  uint64_t scratch_count_ = 0;                     // Ever made.
  bool finished_ = false;
  Status poison_;
};

}  // namespace logwood
