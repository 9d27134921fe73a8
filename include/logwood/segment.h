#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "logwood/bytes.h"
#include "logwood/cursor.h"
#include "logwood/pinned_value.h"
#include "logwood/raw_cursor.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/status.h"
#include "logwood/store.h"

// The building blocks of a database, for use without one: a segment is an immutable file of entries in key order.
// A segment says of single keys that they are deleted; ranges are deleted in databases only
// (Collection::DeleteRange()). Segments are built, opened alone, merged by cursors (raw_cursor.h), and ingested into
// databases (Database::Ingest()). They lie in any store, under names that you choose within the rule of stores: 1 to 64
// bytes of [0-9a-z.-], neither "." nor ".."; like every file of a store, a segment's name is used once. Leave the names
// of a database's own files (000001.tree, .log, .manifest) to databases: the tools take a directory that has such files
// for one.

namespace logwood {

struct SegmentOptions {
  // Bytes a block aims at. Default 4 KiB; 256 to 1 MiB. Larger means a smaller index, more bytes for a get.
  uint32_t block_size_bytes = 4096;
  // Bits of filter a key, which spares reads for keys that are absent: 10 let through about 1 %. 0 to 64; 0: no filter.
  double filter_bits_per_key = 10;
};

// Builds a segment from entries in key order. The first error is kept: every later call returns it. A builder that goes
// before Finish() has succeeded leaves a file that Segment::Open() refuses: remove it from the store. Movable;
// thread-compatible. Memory: a block a level, and 8 bytes an entry for the filter.
class SegmentBuilder {
 public:
  // Creates the file. `store` and `runtime` must outlive the builder. Errors: kAlreadyExists, kInvalidArgument (a name
  // or an option), kIo, kNoSpace, kReadOnly.
  [[nodiscard]] static Result<SegmentBuilder> Create(Store& store, const std::string& name,
                                                     const SegmentOptions& options = {},
                                                     Runtime& runtime = Runtime::Default());
  SegmentBuilder(SegmentBuilder&&) noexcept;
  SegmentBuilder& operator=(SegmentBuilder&&) noexcept;
  ~SegmentBuilder();

  // Each key is above the one before it. Errors: kInvalidArgument (order, sizes), kIo, kNoSpace.
  Status Add(Bytes key, Bytes value);
  // The same for an entry that says that `key` is deleted.
  Status AddTombstone(Bytes key);
  // All entries of `cursor`, from its first on, wherever it stands. Errors: what the cursor's status says; as Add();
  // kCorruption (a damaged segment gave keys out of order).
  Status AddAll(RawCursor& cursor);
  Status AddAll(Cursor& cursor);

  // Completes the segment and makes it durable. Nothing can be added afterwards. A segment without entries is one too.
  // Errors: kIo, kNoSpace.
  Status Finish();

  // Entries added, tombstones included.
  [[nodiscard]] uint64_t entries() const noexcept;

 private:
  struct State;
  explicit SegmentBuilder(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

struct UnsortedSegmentOptions {
  SegmentOptions segment;
  // Bytes of entries that collect in memory before they are written aside. Default 64 MiB; 64 KiB to 2^40.
  size_t memory_size_bytes = size_t{64} << 20;
};

// Builds a segment from entries in any order; the last write to a key wins. What memory does not hold goes, sorted,
// into scratch files in the same store, which Finish() merges and removes; a builder that goes unfinished removes them
// too. (A process that dies leaves them: their names are the segment's, a random number and "scratch", and nobody needs
// them.) Otherwise as SegmentBuilder.
class UnsortedSegmentBuilder {
 public:
  [[nodiscard]] static Result<UnsortedSegmentBuilder> Create(Store& store, const std::string& name,
                                                             const UnsortedSegmentOptions& options = {},
                                                             Runtime& runtime = Runtime::Default());
  UnsortedSegmentBuilder(UnsortedSegmentBuilder&&) noexcept;
  UnsortedSegmentBuilder& operator=(UnsortedSegmentBuilder&&) noexcept;
  ~UnsortedSegmentBuilder();

  // Errors: kInvalidArgument (sizes), kIo, kNoSpace.
  Status Add(Bytes key, Bytes value);
  Status AddTombstone(Bytes key);
  // Errors: kIo, kNoSpace, kCorruption (a scratch file was damaged).
  Status Finish();

 private:
  struct State;
  explicit UnsortedSegmentBuilder(std::unique_ptr<State> state) noexcept;

  std::unique_ptr<State> state_;
};

// What a segment says of a key.
enum class Presence : uint8_t {
  kAbsent = 0,     // Nothing: what is older counts.
  kTombstone = 1,  // It is deleted, whatever older ones say.
  kValue = 2,
};

struct SegmentEntry {
  Presence presence = Presence::kAbsent;
  std::optional<PinnedValue> value;  // Where presence is kValue.
};

struct SegmentReadOptions {
  // Bytes of blocks kept in memory for this segment. Default 8 MiB; 0 to 2^40.
  uint64_t cache_size_bytes = uint64_t{8} << 20;
};

// What Segment::Verify() found.
struct SegmentVerification {
  uint64_t blocks = 0;          // Read and checked.
  std::vector<Status> damages;  // Each names the segment, the offset and what is wrong.
};

// An open segment. A handle: copies are the same segment and share its cache. Cursors and values keep what they need of
// it. Immutable; thread-safe.
class Segment {
 public:
  // Cost: reads the end of the file; index and filter are read when they are first needed. `store` and `runtime` must
  // outlive the segment and its cursors.
  // Errors: kNotFound, kCorruption (damaged, never finished, or no segment), kInvalidArgument (a file of a database, an
  // option), kUnsupported (a newer format), kIo.
  [[nodiscard]] static Result<Segment> Open(Store& store, const std::string& name,
                                            const SegmentReadOptions& options = {},
                                            Runtime& runtime = Runtime::Default());

  // Errors: kCorruption, kUnsupported, kIo.
  [[nodiscard]] Result<SegmentEntry> Get(Bytes key) const;
  // All entries, tombstones included; it stands nowhere until it is moved.
  [[nodiscard]] std::unique_ptr<RawCursor> NewCursor() const;
  // The entries that live, as an ordinary cursor that stands on the first: all; from `start` (included) to `limit`
  // (excluded); from `start` on; those that begin with `prefix`.
  [[nodiscard]] Cursor Scan() const;
  [[nodiscard]] Cursor Scan(Bytes start, Bytes limit) const;
  [[nodiscard]] Cursor ScanFrom(Bytes start) const;
  [[nodiscard]] Cursor ScanPrefix(Bytes prefix) const;

  // Tombstones included.
  [[nodiscard]] uint64_t entries() const noexcept;
  [[nodiscard]] uint64_t tombstones() const noexcept;
  // Of all entries, tombstones included; empty where there are none. Live as long as a handle of the segment.
  [[nodiscard]] Bytes smallest_key() const noexcept;
  [[nodiscard]] Bytes largest_key() const noexcept;
  // Of the file.
  [[nodiscard]] uint64_t size_bytes() const noexcept;

  // Reads every byte and checks it. Errors: kIo. Damage is not an error but a finding.
  [[nodiscard]] Result<SegmentVerification> Verify() const;

 private:
  struct State;
  explicit Segment(std::shared_ptr<const State> state) noexcept;

  std::shared_ptr<const State> state_;
};

}  // namespace logwood
