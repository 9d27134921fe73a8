#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/mutex.h"
#include "engine/file_table.h"
#include "engine/read_state.h"
#include "kind/kind.h"
#include "logwood/options.h"
#include "logwood/result.h"
#include "manifest/manifest.h"

namespace logwood {

// What a background job brings: new files, and for each collection an edit that refers to them.
struct Installation {
  struct Part {
    CollectionId collection;
    KindEdit edit;
  };
  std::vector<Part> parts;
  std::vector<FileAdded> new_files;  // Synced (I3).
  std::optional<Sequence> flushed;
  std::optional<FileNumber> first_log;
  // Changes the read state beside the trees of `parts`; may be empty.
  std::function<void(ReadState&)> change;
};

struct CollectionInfo {
  CollectionId id;
  std::string name;
  CollectionKind kind = CollectionKind::kLsm;
};

// The trees of a collection with the kind's bytes that describe them.
struct CollectionRoot {
  CollectionInfo info;
  const Kind* kind = nullptr;
  std::string state;
  std::shared_ptr<const CollectionTrees> trees;
};

// The durable root and the read state that follows it: every change of what is on disk goes through here, one at a
// time: opened first, then recorded (I4), then shown to readers. Thread-safe. After a failed record every later change
// returns that error, until ReplaceFailedManifest().
class Root {
 public:
  // File numbers reserved ahead with every record, so that numbers taken between two records are never used again after
  // a crash (I6), and almost no record is written for their sake alone.
  static constexpr uint64_t kFileNumbersAhead = 64;

  // All must outlive the root.
  Root(Runtime& runtime, const KindRegistry& kinds, FileTable& files, ReadStates& states);

  // Numbers that stand in names of files already, leftovers and strangers included. Called before Start().
  void set_numbers_taken(std::set<FileNumber> numbers);
  // Makes the files of a database that was found known, opens all its trees and installs them. Writes nothing: what
  // cannot be read is told before anything is begun. Errors: kCorruption, kUnsupported, kIo.
  Status OpenTrees(const ManifestState& state);
  // The same of what is left of them: what cannot be used is told with the collection's name, and left out. Errors:
  // kUnsupported, kIo.
  using OnDamage = std::function<void(const std::string& collection, const TreesDamage& damage)>;
  Status SalvageTrees(const ManifestState& state, const OnDamage& on_damage);
  // Takes over the manifest that goes on from there, or that of a new database. Called once, before all that follows.
  void Start(std::unique_ptr<Manifest> manifest);
  // The same for a database that is only read.
  void StartReadOnly(ManifestState state);

  // A number that no file of this database ever had (I6).
  [[nodiscard]] Result<FileNumber> NewFileNumber();

  // Records that so many numbers may be taken before another record is needed for their sake.
  Status ReserveFileNumbers(uint64_t count);

  // Errors: kAlreadyExists, kInvalidArgument (name), kUnsupported (kind), kIo, kNoSpace.
  [[nodiscard]] Result<CollectionInfo> CreateCollection(const std::string& name, const CollectionOptions& options);
  // Requires: no commit is under way. Errors: kNotFound, kIo, kNoSpace.
  Status DropCollection(CollectionId id);
  [[nodiscard]] std::optional<CollectionInfo> FindCollection(const std::string& name) const;
  [[nodiscard]] std::vector<CollectionInfo> collections() const;
  // Nullopt where the collection was dropped.
  [[nodiscard]] std::optional<CollectionRoot> FindRoot(CollectionId id) const;

  // Records and installs what a job brought. Parts for collections that were dropped meanwhile fall away; a new file
  // that nothing refers to is removed; so are all trees among them after an error, but where the manifest has failed
  // only once another has taken its place: it may refer to them. Errors: kCorruption, kIo, kNoSpace.
  Status Install(Installation installation);
  // Records the next epoch with the logs that the running one leaves behind (I6).
  Status AdvanceEpoch(std::vector<LogEnd> log_ends);

  // Where a record has failed, and so may be in the manifest or not: goes over to a new manifest without it. From then
  // on changes are recorded again. Requires: nobody waits for a record. Errors: kIo, kNoSpace: then things are as they
  // were, and it may be tried again.
  Status ReplaceFailedManifest();
  // OK, or the failure after which no change is recorded.
  [[nodiscard]] Status manifest_failure() const;
  [[nodiscard]] ManifestState manifest_state() const;
  // In the files that the manifest has.
  [[nodiscard]] uint64_t data_bytes() const;
  // Written to manifest files since the open.
  [[nodiscard]] uint64_t manifest_bytes_written() const;
  // Of a database that is written. Requires: Start() succeeded.
  [[nodiscard]] DatabaseId database() const;

 private:
  using Trees = std::map<CollectionId, std::shared_ptr<const CollectionTrees>>;

  // A record to be, and what follows once it is durable.
  struct Change {
    ManifestEdit edit;
    std::function<void(ReadState&)> apply;     // May be empty.
    std::vector<FileAdded> unreferenced = {};  // New files that turned out to be of no use.
  };

  void ShowTrees(Trees trees, Sequence flushed);
  [[nodiscard]] Result<Trees> OpenEdited(const ManifestState& next, const ManifestEdit& edit) REQUIRES(mutex_);
  void CollectParts(const Installation& installation, ManifestEdit& edit) REQUIRES(mutex_);
  Status InstallLocked(Installation& installation) REQUIRES(mutex_);
  Status SettleFiles(const std::vector<FileAdded>& new_files, Change& change) REQUIRES(mutex_);
  Status Record(Change change) REQUIRES(mutex_);
  Status RolloverIfDue() REQUIRES(mutex_);
  [[nodiscard]] Result<FileNumber> TakeFileNumber() REQUIRES(mutex_);
  FileNumber NextFileNumber() REQUIRES(mutex_);
  void SkipNumbersTaken() REQUIRES(mutex_);
  [[nodiscard]] Status CheckWritable() const REQUIRES(mutex_);

  Runtime& runtime_;
  const KindRegistry& kinds_;
  FileTable& files_;
  ReadStates& states_;

  mutable Mutex mutex_;  // Held over the manifest's I/O; reads of entries never take it.
  std::unique_ptr<Manifest> manifest_ GUARDED_BY(mutex_);  // Null in a database that is only read.
  ManifestState read_only_state_ GUARDED_BY(mutex_);
  FileNumber next_file_ GUARDED_BY(mutex_);  // No number taken.
  std::set<FileNumber> numbers_taken_ GUARDED_BY(mutex_);
  // While the manifest has failed: trees to which it may refer, and manifests before it.
  std::vector<FileAdded> unsettled_ GUARDED_BY(mutex_);
};

}  // namespace logwood
