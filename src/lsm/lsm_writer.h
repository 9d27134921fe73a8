#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cursor/entry_cursor.h"
#include "cursor/range_tombstone.h"
#include "kind/kind.h"
#include "lsm/lsm_state.h"
#include "tree/tree_builder.h"

namespace logwood {

// Writes what flushes and merges bring as segments, all into the one file of a job, and counts what is in them.
// Confined to one job.
class LsmWriter {
 public:
  struct Options {
    size_t block_size_bytes = 4096;
    bool keeps_tombstones = true;
    // Of keys and values, at which a segment is ended and another begun; nullopt: one segment, however large.
    std::optional<uint64_t> segment_size_bytes;
  };
  struct Segment {
    TreeDescriptor tree;
    LsmContents contents;
  };

  // `output` must outlive the writer.
  LsmWriter(JobOutput& output, const Options& options) : output_(output), options_(options) {}

  // Requires: `entry` has a larger key than any before. Asks for a file only if there is something to write.
  Status Add(const Entry& entry);
  // All that `entries` has, whole blocks of it by copying them where they stand alone. Errors: also its own.
  Status AddAll(EntryCursor& entries);
  // Range tombstones that cover keys of older trees, of which `hidden` entries are covered: within the keys that
  // entries were added of since TakeContents(), none of which they hide. They must live until Finish(). Requires: they
  // begin behind those before, or where those end; segments are not ended by their size, or tombstones are not kept.
  // Where there is no entry so far one is added, since no segment is without: a tombstone that says no more than they
  // do.
  Status AddRangeTombstones(RangeTombstones tombstones, uint64_t hidden);
  // Ends the last segment. Call it once.
  [[nodiscard]] Result<std::vector<Segment>> Finish();

  // What was added since the last call, or since the writer was made.
  [[nodiscard]] LsmContents TakeContents();
  [[nodiscard]] bool dropped_tombstones() const noexcept { return dropped_tombstones_; }

 private:
  // Ends the segment that is open if it is large enough, and makes sure that one is.
  Status MakeOpen();
  void Count(const LsmContents& more);
  Status EndSegment();

  JobOutput& output_;
  const Options options_;
  std::optional<TreeBuilder> builder_;  // None between segments.
  std::vector<RangeTombstone> range_tombstones_;
  std::vector<Segment> segments_;
  LsmContents open_;   // Of the segment that is being written.
  LsmContents taken_;  // Since TakeContents().
  bool dropped_tombstones_ = false;
};

}  // namespace logwood
