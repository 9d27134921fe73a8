#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "logwood/batch.h"
#include "logwood/collection.h"
#include "logwood/options.h"
#include "logwood/raw_cursor.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/salvage.h"
#include "logwood/statistics.h"
#include "logwood/store.h"
#include "logwood/transaction.h"
#include "logwood/view.h"

namespace logwood {

class Engine;
class Segment;

// What Database::Ingest() brings into a collection. Tombstones delete what is older.
struct IngestedEntries {
  Collection collection;
  std::unique_ptr<RawCursor> entries;
};

// What Database::Verify() found.
struct Verification {
  uint64_t blocks = 0;                 // Read and checked.
  std::vector<Status> damages;         // Each names file, offset and what is wrong.
  std::vector<std::string> strangers;  // Files in the database's place that are not its own; left alone.
};

// An embedded, ordered key-value database: any number of named collections, one log. Movable; thread-safe. Destruction
// closes it; handles, views and cursors that are still held then give kClosed, and keep their memory until they go.
class Database {
 public:
  // Opens the directory `path`, or creates it, as `options.mode` says (the parent must exist).
  // Errors: kNotFound, kAlreadyExists, kInvalidArgument, kBusy (held by another process or handle: the message says by
  // which), kCorruption, kUnsupported (a newer format), kReadOnly, kIo, kNoSpace.
  // Cost: reads and replays what the log holds. In a forked child background work, and with it Flush(), never ends.
  [[nodiscard]] static Result<Database> Open(const std::string& path, const Options& options = {});
  // The same on any store. `store` and `runtime` must outlive the database and all that was made of it.
  [[nodiscard]] static Result<Database> Open(Store& store, const Options& options = {},
                                             Runtime& runtime = Runtime::Default());
  // A database in memory, gone when it is closed.
  [[nodiscard]] static Result<Database> OpenInMemory(const Options& options = {});

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // Makes every commit durable and gives the database back. Errors: kIo, kNoSpace: commits without sync may be lost.
  // Every later call returns what the first did. With LogMode::kOff it flushes: errors as Flush(), and what was not
  // flushed before is lost then.
  Status Close();

  // Errors: kAlreadyExists, kInvalidArgument, kUnsupported, kReadOnly, kClosed, kIo, kNoSpace.
  [[nodiscard]] Result<Collection> CreateCollection(const std::string& name, const CollectionOptions& options = {});
  // Errors: kNotFound, kClosed.
  [[nodiscard]] Result<Collection> OpenCollection(const std::string& name) const;
  // Opens the collection, or creates it with `options`.
  [[nodiscard]] Result<Collection> OpenOrCreate(const std::string& name, const CollectionOptions& options = {});
  // Removes a collection with all its entries, durably. Views taken before still see it. Works in a full store, too:
  // it makes room there, once no view needs its files. Errors: kNotFound, kReadOnly, kClosed, kIo, kNoSpace.
  Status DropCollection(const std::string& name);
  // The names of all collections, in the order of their creation. Errors: kClosed.
  [[nodiscard]] Result<std::vector<std::string>> Collections() const;

  // Applies `batch` as a whole. With Sync::kYes it is durable on return, and so is all that was committed before; with
  // Sync::kNo it survives the death of the process on stores that can promise it, and after a loss of power what
  // remains is a prefix of all commits. An empty batch with Sync::kYes makes all commits before it durable. With
  // LogMode::kOff it survives neither before it is flushed, and Sync::kYes is kInvalidArgument.
  // Errors: kInvalidArgument, kNotFound (a collection was dropped), kReadOnly, kClosed: not applied. kIo, kNoSpace: see
  // status.outcome(): not applied, or unknown until the next open. After an unknown outcome every write returns the
  // cause, until Resume() or until the database is opened again.
  Status Commit(Batch& batch, const CommitOptions& options = {});

  // Begins a transaction. Errors: kReadOnly, kClosed.
  [[nodiscard]] Result<Transaction> Begin(const TransactionOptions& options = {});
  // Begins a transaction, calls `function` with it and commits it; repeats all of that where it is told of a conflict
  // or a deadlock, after a while that grows, up to 100 ms, and is not the same for all. Returns where the commit stands
  // in the order of all, or the last error. Any other error of `function` ends it: nothing is applied. `function` is to
  // have no effects but by its transaction, which it must not end. Errors: as Begin() and Transaction::Commit(), what
  // `function` returns, kInvalidArgument (no attempts).
  [[nodiscard]] Result<SequenceStatistics> Transact(const std::function<Status(Transaction&)>& function,
                                                    const TransactOptions& options = {});

  // After a failure that has stopped writing: makes the database writable again, without closing it. Brings all that is
  // in memory into new files and begins a new log; reads and views go on meanwhile. What had an unknown outcome is not
  // applied from then on: writes, collections that were to be created or dropped, and what was to be ingested. Does
  // nothing where nothing has failed. What made the failure must be mended first. A full store needs no call: it is
  // tried again by itself, every ten seconds at least. Cost: as Flush(). Errors: kReadOnly, kClosed, kIo, kNoSpace,
  // kCorruption: then things are as they were, and it may be called again.
  Status Resume();

  // Everything as it is now. Cost: a pointer copy. Errors: kClosed.
  [[nodiscard]] Result<View> NewView() const;

  // Brings all entries in memory into trees and waits for it. Errors: kReadOnly, kClosed, kCorruption; kIo, kNoSpace:
  // it has failed again and again, for a second and more. Where writing did not stop it is repeated later by itself.
  Status Flush();
  // Flush(), then merges a collection until each key stands once and no deletion is left: fewest reads, least space.
  // What is flushed meanwhile stays beside it. Errors as Flush();
  // also kNotFound (the collection was dropped), kInvalidArgument (it is another database's).
  Status Compact(const Collection& collection);
  // Brings entries into collections as a whole: as if one commit put and deleted them all, but written once, into
  // trees, and not limited in size. They are newer than every commit before them. On return readers see them, and they
  // are durable, and so is all that was committed before. Views taken before do not see them. Meanwhile reads go on as
  // ever; commits wait only at the end, for what is in memory to be flushed. Of several parts for one collection the
  // first is the newest. Reads all of each cursor, in this thread; a cursor may use the database, but not close it.
  // Errors: kInvalidArgument (a collection of another database, a null cursor, an entry too large, a cursor out of
  // order), kNotFound (a collection was dropped), kReadOnly, kClosed, kUnsupported (the kind takes none), kCorruption,
  // what a cursor's status says: not applied, and the database goes on. kIo, kNoSpace of the database's own store: see
  // status.outcome(): not applied, and the database goes on, unless writing stopped before; or unknown, as Commit().
  Status Ingest(std::vector<IngestedEntries> parts);
  // All entries of one segment, tombstones included.
  Status Ingest(const Collection& collection, const Segment& segment);
  // Reads everything that trees hold and checks it. The log was checked when the database was opened.
  // Errors: kClosed, kIo. Damage is not an error but a finding.
  [[nodiscard]] Result<Verification> Verify() const;

  // What OpenMode::kSalvage had to do without; nothing in any other mode. Does not change.
  [[nodiscard]] const SalvageReport& salvage_report() const noexcept;

  // Figures of this moment, and counters since the open. Cost: lists the files and asks the store for the size of each;
  // reads no entries. Errors: kClosed, kIo.
  [[nodiscard]] Result<DatabaseStatistics> Statistics() const;

 private:
  friend class DatabaseFactory;

  explicit Database(std::shared_ptr<Engine> engine) noexcept;

  std::shared_ptr<Engine> engine_;
};

}  // namespace logwood
