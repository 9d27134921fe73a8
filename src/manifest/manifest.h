#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "log/log_writer.h"
#include "logwood/result.h"
#include "logwood/store.h"
#include "manifest/manifest_edit.h"
#include "manifest/manifest_state.h"

namespace logwood {

// The durable root of a database: a log of edits. A record counts once it is synced; the next is written only then, so
// that all records but the last stand below the durable mark of a later one (I9).
//
// A store has no way to go on writing a file that another process began; so every open, and a file that has grown well
// beyond its state, goes over to a next manifest (docs/decisions/0004):
//   1. Write file N+1: its header names N, its first edit is the whole state. Sync.
//   2. Append a mark to N+1 that says so. Sync. Only then is N+1 used; N is superseded and may be removed.
// A new database begins with the same two steps, without a predecessor.
// The newest manifest whose first edit is whole counts. One whose first edit is not whole was never used, unless a
// valid record behind it bears a mark: then it is corruption, never a way back to an older state. After an error every
// later Append() returns it (I11). Confined to whoever holds the engine's manifest lock.
//
// Records of a file count 1, 2, 3, ... in epoch 0; an edit of more than kLogBodySizeMax bytes takes several.
class Manifest {
 public:
  struct Loaded {
    ManifestState state;
    DatabaseId database;
    LogFileHeader header;
    // Other manifest files of this database: superseded, or begun and never used, those without a header among them.
    std::vector<FileNumber> leftovers;
    uint64_t good_end = 0;  // Where its last whole edit, and the marks behind it, end.
  };

  // Whether a store holds a database, by its manifest files. Reads only.
  // Errors: kNotFound (no manifest and no other file of ours: no database), kCorruption (files of ours without a
  // manifest that counts; damage below the mark; manifests of two databases), kUnsupported (a newer version), kIo.
  // A manifest whose first record never became whole, alone in its store, is a creation that was cut short: kNotFound
  // with that file's number in `unfinished`.
  [[nodiscard]] static Result<Loaded> Load(Store& store, const KindRegistry& kinds,
                                           std::vector<FileNumber>* unfinished);

  // What manifests still say where Load() finds damage: of the newest whose first edit is whole all edits up to the
  // first that is not, for those behind it may build on what is missing. Where none has a whole first edit, and where
  // there is none, an empty state, with the file number none. The database's id is that of most headers. Reads only.
  // Errors: kUnsupported, kIo.
  struct Damage {
    FileNumber manifest;
    uint64_t offset = 0;
    std::string what;         // Begins with file and offset.
    bool loses_edits = true;  // Else nothing but the header is damaged.
  };
  [[nodiscard]] static Result<Loaded> Salvage(Store& store, const KindRegistry& kinds,
                                              const std::function<void(const Damage&)>& on_damage);

  // Begins the manifest of a new database with `state` in file `number` and syncs it. No other file of the database may
  // be there yet: until this returns, a crash leaves no database. `store` and `kinds` must outlive the manifest.
  // Errors: kAlreadyExists (the file is there), kCorruption (a state that Apply() would refuse), kIo, kNoSpace.
  struct Identity {
    DatabaseId database;
    FileNumber number;
    FileId id;
  };
  [[nodiscard]] static Result<std::unique_ptr<Manifest>> Create(Store& store, const Identity& identity,
                                                                ManifestState state, const KindRegistry& kinds);
  // Goes on from a loaded one in file `identity`, with `edit` applied to the state that it begins with. Returns when
  // that is durable. Removes nothing. Requires: identity.number is larger than that of every manifest in the store.
  // Errors: kInvalidArgument (another database, or a number that is not larger), and as Create().
  [[nodiscard]] static Result<std::unique_ptr<Manifest>> Continue(Store& store, const Loaded& loaded,
                                                                  const Identity& identity, const ManifestEdit& edit,
                                                                  const KindRegistry& kinds);

  // Applies and writes an edit, and returns when it is durable. Errors: kCorruption (the edit does not fit: nothing was
  // written), kIo, kNoSpace (the outcome is unknown).
  Status Append(const ManifestEdit& edit);
  // Whether the file has grown so far beyond its state that a rollover pays.
  [[nodiscard]] bool WantsRollover() const;
  // Goes over to file {number, id}. The old file is superseded: the caller removes it. Requires: `number` is larger
  // than number(). Errors: as Append(); one that hit before the new file's first record leaves things as they were, and
  // may be tried again with another number.
  Status Rollover(FileNumber number, FileId id);

  // What takes its place after a failure, in file {number, id}: has its state with `edit` applied, so none of an edit
  // that failed, and counts alone once this returns. Where it fails nothing is another than before, whatever became of
  // the file. Requires: `number` is larger than that of every manifest in the store. Errors: as Continue().
  [[nodiscard]] Result<std::unique_ptr<Manifest>> Successor(FileNumber number, FileId id,
                                                            const ManifestEdit& edit) const;

  // OK, or the failure after which it takes no more.
  [[nodiscard]] const Status& failure() const noexcept { return poison_; }
  [[nodiscard]] const ManifestState& state() const noexcept { return state_; }
  [[nodiscard]] FileNumber number() const noexcept;
  [[nodiscard]] DatabaseId database() const noexcept;
  // Bytes written so far, in all files.
  [[nodiscard]] uint64_t bytes_written() const noexcept;

 private:
  Manifest(Store& store, const KindRegistry& kinds, ManifestState state, std::unique_ptr<LogWriter> writer);

  // Both steps of the banner on a file that has its header.
  Status Begin();
  // Appends an edit as one or more records and syncs them.
  Status WriteEdit(const ManifestEdit& edit);
  // Appends a record that says that all before it is durable, and syncs it.
  Status WriteMark();
  Status AppendAndSync(std::span<LogRecord> records);

  Store& store_;
  const KindRegistry& kinds_;
  ManifestState state_;
  std::unique_ptr<LogWriter> writer_;
  Sequence next_record_ = Sequence::Of(0, 1);  // All before it are durable.
  uint64_t written_before_ = 0;                // In the files before the one that is open.
  Status poison_;
};

}  // namespace logwood
