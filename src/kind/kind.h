#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/filter_counters.h"
#include "base/ids.h"
#include "base/memory_budget.h"
#include "block/block_cache.h"
#include "block/block_file.h"
#include "cursor/bounded_cursor.h"
#include "cursor/entry_cursor.h"
#include "cursor/range_tombstone.h"
#include "logwood/options.h"
#include "logwood/pin.h"
#include "logwood/result.h"
#include "logwood/statistics.h"

namespace logwood {

// The seam between the engine and the shapes in which collections lie on disk. A kind's durable state of a collection
// is bytes that only the kind reads; every change of it is an edit, also bytes; the manifest folds edits into states.
// A state refers to files by number: a file lives for as long as any state refers to it (I5).

// An entry of a collection's trees and what keeps its bytes in memory.
struct TreesHit {
  EntryType type = EntryType::kPut;
  Bytes value;
  Pin pin;
};

// How a kind reaches the files that its states refer to.
class KindFiles {
 public:
  KindFiles() = default;
  KindFiles(const KindFiles&) = delete;  // Borrowed by jobs and opens.
  KindFiles& operator=(const KindFiles&) = delete;
  virtual ~KindFiles() = default;

  // The file, kept from removal for as long as it is held. Errors: kCorruption (a number that the manifest does not
  // have, a file that is damaged or not there), kIo.
  [[nodiscard]] virtual Result<std::shared_ptr<const BlockFile>> Open(FileNumber number) = 0;
  // The same of a file whose header may be damaged, or that is too short. Errors: kCorruption (not there), kIo.
  [[nodiscard]] virtual Result<std::shared_ptr<const BlockFile>> OpenDamaged(FileNumber number) { return Open(number); }
  [[nodiscard]] virtual BlockCache& cache() = 0;
};

// Where a job writes: one new file for each kind, made at the first call, shared by all collections of the kind.
class JobOutput {
 public:
  JobOutput() = default;
  JobOutput(const JobOutput&) = delete;  // Borrowed by jobs.
  JobOutput& operator=(const JobOutput&) = delete;
  virtual ~JobOutput() = default;

  // Errors: kIo, kNoSpace.
  [[nodiscard]] virtual Result<BlockFileWriter*> File() = 0;
  // To be charged for what the job keeps in memory; null: nobody asks.
  [[nodiscard]] virtual MemoryBudget* budget() const { return nullptr; }
};

// Bytes of a file that entries refer to, more or fewer than before.
struct LiveBytesChange {
  FileNumber file;
  int64_t bytes = 0;
  friend bool operator==(const LiveBytesChange&, const LiveBytesChange&) = default;
};

struct KindEdit {
  std::string bytes;
  std::vector<LiveBytesChange> live_bytes;
};

// The trees of a collection at one moment: what views hold. Immutable; thread-safe. Holds its files.
class CollectionTrees {
 public:
  CollectionTrees() = default;
  CollectionTrees(const CollectionTrees&) = delete;  // Views refer to it.
  CollectionTrees& operator=(const CollectionTrees&) = delete;
  virtual ~CollectionTrees() = default;

  // The newest entry of `key`, tombstones included, which may stem from range tombstones; nullopt without one. Raises
  // `filters`, which no other thread raises now. Errors: kCorruption, kIo.
  [[nodiscard]] virtual Result<std::optional<TreesHit>> Get(Bytes key, FilterCounters& filters) const = 0;
  // All trees as one source, without what their range tombstones cover; the trees must outlive the cursor.
  [[nodiscard]] virtual std::unique_ptr<EntryCursor> NewCursor() const = 0;
  // Reads everything; calls `on_damage` for each thing wrong. Returns the number of blocks read. Errors: kIo.
  [[nodiscard]] virtual Result<uint64_t> Verify(const std::function<void(const Status&)>& on_damage) const = 0;
  // Files with the bytes that these trees refer to in each: what live bytes must add up to.
  [[nodiscard]] virtual std::map<FileNumber, uint64_t> LiveBytes() const = 0;
  // What the trees amount to; reads nothing from the store.
  [[nodiscard]] virtual TreeStatistics Statistics() const = 0;
};

// Something wrong with a collection's trees that were salvaged.
struct TreesDamage {
  FileNumber file;
  uint64_t offset = 0;
  uint64_t bytes = 0;          // That could not be used; 0: none, or not known.
  std::string what = {};       // Begins with file and offset.
  bool loses_entries = false;  // Of keys in this range: older ones show instead, or none.
  KeyRange keys = {};
};

// What merging has left to do in a collection.
struct MergeDebt {
  uint64_t runs = 0;   // That a get may have to look into, one after the other.
  uint64_t bytes = 0;  // That the merges which are wanted while writing would read, as the state is.
};

// How hard Choose() is to look for something to merge.
enum class MergeEffort : uint8_t {
  kWhileWriting = 0,  // Only what keeps reads and space within bounds.
  kAtRest = 1,        // Down to one run as well, as far as that is cheap.
  kAll = 2,           // Down to one run without tombstones.
};

struct MergeRequest {
  MergeEffort effort = MergeEffort::kWhileWriting;
  uint64_t cost_max = 0;  // kAtRest: bytes that a merge may write anew for each that it brings to those.
  std::string from = {};  // kAll: what lies before it was merged already.
};

struct MergePlan {
  std::string bytes;                  // Only the kind reads them.
  std::optional<std::string> behind;  // kAll: whence to choose next; nullopt: nothing lies behind what is merged.
};

// One shape on disk. Stateless; thread-safe. Functions called pure depend on their arguments alone.
class Kind {
 public:
  Kind() = default;
  Kind(const Kind&) = delete;  // Registered once.
  Kind& operator=(const Kind&) = delete;
  virtual ~Kind() = default;

  // The state of a collection without any tree. Pure.
  [[nodiscard]] virtual std::string InitialState(const CollectionOptions& options) const = 0;
  // The state after an edit. Pure. Errors: kCorruption (bytes that are no state or edit, or do not fit together).
  [[nodiscard]] virtual Result<std::string> ApplyEdit(Bytes state, Bytes edit) const = 0;
  // The files that a state refers to. Pure. Errors: kCorruption.
  [[nodiscard]] virtual Result<std::set<FileNumber>> Files(Bytes state) const = 0;
  // Opens what a state describes; `files` must outlive the trees. `before` are trees of the same collection at an
  // earlier state, with which to share what both have, or null. Errors: kCorruption, kUnsupported, kIo.
  [[nodiscard]] virtual Result<std::shared_ptr<const CollectionTrees>> Open(Bytes state, KindFiles& files,
                                                                            const CollectionTrees* before) const = 0;
  // The same of what is left where files are damaged or missing: whatever cannot be used is told, and left out. A kind
  // that does not know how gives what Open() gives. Cost: reads everything. Errors: kUnsupported, kIo.
  using OnTreesDamage = std::function<void(const TreesDamage&)>;
  [[nodiscard]] virtual Result<std::shared_ptr<const CollectionTrees>> Salvage(Bytes state, KindFiles& files,
                                                                               const OnTreesDamage& on_damage) const;
  // States that collections may have had whose trees lie in `file`, one for each tree that says where it stands: for
  // files of which no manifest tells. Of none, for a kind that does not know how.
  [[nodiscard]] virtual std::vector<std::string> StatesFoundIn(const BlockFile& file) const;

  // Bytes of each log file to which the trees could refer instead of copying them, were `entries` flushed: values with
  // an address in a log. Pure but for moving the cursor.
  [[nodiscard]] virtual Result<std::map<FileNumber, uint64_t>> Stays(EntryCursor& entries) const = 0;
  // Brings sealed `entries`, newer than all trees, into trees, and `range_tombstones`, which hide what those trees have
  // and none of the entries. Values in `logs_that_stay` may be referred to by their address; all others are copied.
  // Errors: kIo, kNoSpace, kCorruption.
  struct FlushInput {
    Bytes state;
    const CollectionTrees& trees;
    EntryCursor& entries;
    RangeTombstones range_tombstones = {};  // None touch one another.
    const std::set<FileNumber>& logs_that_stay;
  };
  [[nodiscard]] virtual Result<KindEdit> Flush(const FlushInput& input, JobOutput& output) const = 0;

  // Brings `entries` into a tree that is newer than all others of the collection when it is installed, whatever flushes
  // and merges have installed in between: so tombstones are kept, and of `state` only what never changes counts. Values
  // are copied. Errors: kIo, kNoSpace, kCorruption, what `entries` says; kUnsupported: this kind cannot do it.
  [[nodiscard]] virtual Result<KindEdit> Ingest(Bytes state, EntryCursor& entries, JobOutput& output) const;

  // What to merge next, if anything: the most urgent; with all effort the first from `from` on, so that there is an end
  // to it whatever is written meanwhile. Pure. Errors: kCorruption.
  [[nodiscard]] virtual Result<std::optional<MergePlan>> Choose(Bytes state, const MergeRequest& request) const = 0;
  // What Choose() would find to do while writing. Nothing, for a kind that does not say. Pure. Errors: kCorruption.
  [[nodiscard]] virtual Result<MergeDebt> Debt(Bytes state) const;
  // Carries a plan out on the trees of the state it was chosen for, or of what flushes have made of it. The edit holds
  // also for states that flushes have made of that meanwhile; no other merge of the collection may run. Errors: kIo,
  // kNoSpace, kCorruption.
  [[nodiscard]] virtual Result<KindEdit> Merge(Bytes plan, const CollectionTrees& trees, JobOutput& output) const = 0;
};

// The kinds that a database knows. Filled before use, then read only.
class KindRegistry {
 public:
  // Requires: `kind` was not registered before.
  void Register(CollectionKind id, std::unique_ptr<const Kind> kind);
  // Null for one that is not known.
  [[nodiscard]] const Kind* Find(CollectionKind id) const;

 private:
  std::map<CollectionKind, std::unique_ptr<const Kind>> kinds_;
};

}  // namespace logwood
