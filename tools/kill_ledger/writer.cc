#include "tools/kill_ledger/writer.h"

#include <cerrno>
#include <unistd.h>

#include "logwood/database.h"
#include "tools/kill_ledger/workload.h"

namespace logwood::kill_ledger {
namespace {

Status CommitBatch(Database& database, const Collection& batches, const Collection& entries, uint64_t number) {
  Batch batch;
  batch.Put(batches, KeyOfBatch(number), "");
  for (const Write& write : WritesOf(number)) {
    if (write.value) {
      batch.Put(entries, write.key, *write.value);
    } else {
      batch.Delete(entries, write.key);
    }
  }
  return database.Commit(batch, {.sync = SyncOf(number)});
}

// Eight bytes go into a pipe as a whole or not at all.
bool Acknowledge(int acknowledgements, uint64_t number) {
  ssize_t written = 0;
  do {
    written = ::write(acknowledgements, &number, sizeof(number));
  } while (written < 0 && errno == EINTR);
  return written == sizeof(number);
}

}  // namespace

Status WriteBatches(const std::string& path, uint64_t first, int acknowledgements) {
  Result<Database> database = Database::Open(path, SmallOptions(OpenMode::kOpenOrCreate));
  if (!database.ok()) return database.status();
  const Result<Collection> batches = database->OpenOrCreate(kBatches);
  if (!batches.ok()) return batches.status();
  const Result<Collection> entries = database->OpenOrCreate(kEntries);
  if (!entries.ok()) return entries.status();
  for (uint64_t number = first;; ++number) {
    const Status status = CommitBatch(*database, *batches, *entries, number);
    if (!status.ok()) return status;
    if (!Acknowledge(acknowledgements, number)) return database->Close();
  }
}

}  // namespace logwood::kill_ledger
