#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "cursor/entry_cursor.h"
#include "engine/job_output.h"
#include "engine/root.h"
#include "logwood/result.h"
#include "txn/read_set.h"

namespace logwood {

// What is to be ingested into a collection.
struct IngestPart {
  CollectionId collection;
  std::unique_ptr<EntryCursor> entries;
};

// Entries of several collections on their way into a database: first written into new files while everything else goes
// on, then installed in one record. Files that were not are removed. Confined to its caller.
class IngestJob {
 public:
  // All that `context` names must outlive the ingest. Of several parts for one collection the first is the newest.
  IngestJob(const NewFileOutput::Context& context, std::vector<IngestPart> parts);

  // Writes and syncs a new file for each kind. Errors: kNotFound (a collection was dropped), what the parts' cursors
  // say, kInvalidArgument (a size), kCorruption (order), kIo, kNoSpace.
  Status Write();
  // NotFound where a collection of the parts was dropped.
  [[nodiscard]] Status CheckCollections() const;
  // Makes what was written the newest that the collections have, for readers and durably, all at once. Requires:
  // Write() and CheckCollections() succeeded; no commit is under way, and no entry is in memory alone. Errors: kIo,
  // kNoSpace, kCorruption.
  Status Install();
  // Where Write() wrote: for each collection from the first key to behind the last.
  [[nodiscard]] const std::vector<ReadSet::Range>& ranges() const noexcept { return ranges_; }

 private:
  // All that goes into a collection.
  struct Share {
    CollectionRoot root;
    std::unique_ptr<EntryCursor> entries;
  };

  [[nodiscard]] Result<std::vector<Share>> TakeShares();
  Status WriteShare(Share& share, NewFileOutput& output);

  NewFileOutput::Context context_;
  std::vector<IngestPart> parts_;
  std::vector<ReadSet::Range> ranges_;
  std::vector<std::unique_ptr<NewFileOutput>> outputs_;
  Installation installation_;
  std::chrono::nanoseconds begun_;
};

}  // namespace logwood
