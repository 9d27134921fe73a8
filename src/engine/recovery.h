#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/ids.h"
#include "codec/file_header.h"
#include "engine/replay.h"
#include "kind/kind.h"
#include "log/log_recovery.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "manifest/manifest.h"

namespace logwood {

// What a store holds, as seen by an open.
struct Inventory {
  std::vector<FileNumber> logs;          // Of the manifest's epoch: what the last process wrote.
  std::vector<FileNameParts> leftovers;  // Ours, and needed by nothing: left by a crash.
  std::vector<std::string> strangers;    // Not ours: reported and left alone.
};

// A database as it was found: nothing was written yet.
struct FoundDatabase {
  // Makes leftovers of logs that hold nothing which trees do not: else every open that writes nothing would add one.
  void DropEmptyLogs();

  Manifest::Loaded root;
  Inventory inventory;
  std::vector<ReplayedGeneration> replayed;  // All that the logs hold and the trees do not, oldest first; never empty.
  LogRecovery logs;
};

// The numbers in names of our form, whoever made the files: none where nothing looks like a database.
[[nodiscard]] Result<std::set<FileNumber>> NumbersTaken(Store& store);

// The first number from `number` on that is not taken.
[[nodiscard]] FileNumber FirstFree(const std::set<FileNumber>& taken, FileNumber number);

// On whose threads logs are replayed, how divided, and where memory for them comes from: a pool, if there is one.
struct ReplayMeans {
  Runtime& runtime;
  ReplayTuning tuning = {};
  std::shared_ptr<ArenaPool> pool = nullptr;
};

// Reads manifest and logs. Reads only. `unfinished` is filled as by Manifest::Load().
// Errors: kNotFound (no database), kCorruption, kUnsupported, kIo.
[[nodiscard]] Result<FoundDatabase> FindDatabase(Store& store, const KindRegistry& kinds, const ReplayMeans& replay,
                                                 std::vector<FileNumber>* unfinished);

// The id of a database whose creation was cut short; none where its files do not say. Errors: kIo.
[[nodiscard]] Result<DatabaseId> UnfinishedDatabase(Store& store, const std::vector<FileNumber>& unfinished);

// Writes the logs anew, into new files, in which something was found that no durable mark proves to have been synced,
// and puts the copies in their place: what a process left unsynced because a sync of it failed may look synced ever
// after, and be gone after the next loss of power (I11). Rebello et al., "Can Applications Recover from fsync
// Failures?", USENIX ATC 2020. Where the last process closed the database, or was followed by a mark, nothing is
// written. Cost: one copy of the last log, or of the last two. Errors: kIo, kNoSpace.
[[nodiscard]] Result<uint64_t> WriteUnprovenLogsAnew(Store& store, Runtime& runtime, FoundDatabase& found);

// The files in a store that holds no database, but for manifests of a creation that was cut short. Errors: kIo.
[[nodiscard]] Result<std::vector<std::string>> StrangersBeforeCreation(Store& store,
                                                                       const std::vector<FileNumber>& unfinished);

// Makes durable what was found: the manifest, whose reservation of numbers the next files rely on (I6), and what was
// replayed from the logs.
Status SyncFound(Store& store, const FoundDatabase& found);

// What `begins` looks like: a file header that was never completed holds nothing, zeros, or its own first bytes.
[[nodiscard]] bool IsUnwrittenHeader(Bytes begins);

}  // namespace logwood
