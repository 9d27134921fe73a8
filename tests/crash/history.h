#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "logwood/database.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "tests/crash/crash_oracle.h"

namespace logwood::testing {

// A program that uses a database in every way that matters to recovery, decided by a seed, and keeps a ledger of it.
// Two collections, "left" and "right", live from beginning to end; each commit writes its number to one or both, so
// that no two states are the same. After a call that fails it checks that the database behaves as it should, closes it
// and ends. Confined to one thread or actor.
class History {
 public:
  // All must outlive the history.
  struct World {
    Store& store;
    Runtime& runtime;
    Ledger& ledger;
    // Called after each random commit; may be empty. Where nothing runs by itself, it may run jobs.
    std::function<void()> after_commit = {};
  };

  History(const World& world, uint64_t seed) : world_(world), random_(seed) {}

  // Three sessions: small memtables, so that there are many flushes and merges, a view that is held over them, a
  // collection created, entries ingested; then a large memtable over several log files, a collection dropped and
  // created again, entries ingested; then small ones again, a flush, an ingest and a full merge.
  void RunLong();
  // The same with half as many commits.
  void RunMedium();
  // Sessions with a log, without one, and with one again, each of which goes on from what the one before left: flushes
  // of two collections, an ingest, a collection dropped.
  void RunUnlogged();
  // A database is made and written to, with few calls.
  void RunShort();
  // What RunMerging() goes on from: three flushes, so that the fourth brings a merge.
  void PrepareMerging();
  // A database is opened and written to until a flush and a merge have happened, with few calls.
  void RunMerging();
  // What RunIngest() goes on from.
  void PrepareIngest();
  // A database is opened and entries are ingested, over some in the log and some in trees, with few calls.
  void RunIngest();
  // Two sessions that leave all they wrote in several log files.
  void PrepareLogs();
  // Whoever comes after a crash: opens, commits and closes.
  void RunRecovery();

  // What stopped the history; OK if it came to its end.
  [[nodiscard]] const Status& failure() const { return failure_; }
  // Readings of views that could be compared.
  [[nodiscard]] int view_check_count() const { return view_check_count_; }

 private:
  // A view with what it showed first.
  struct HeldView {
    View view;
    DatabaseContents contents;
    std::vector<Collection> collections;
  };

  bool FirstSession();
  bool SecondSession();
  bool ThirdSession();

  // Each returns false when the history has ended.
  bool Open(const Options& options);
  bool Close();
  bool Create(const std::string& collection);
  bool Drop(const std::string& collection);
  bool Flush();
  bool Compact(const std::string& collection);
  bool Commit(const std::vector<LedgerWrite>& writes, Sync sync);
  bool CommitRandomly(int count);
  // A commit of several records.
  bool CommitLarge(Sync sync);
  bool CommitOne(const std::string& value, Sync sync);
  // Random writes, which are a commit too.
  bool Ingest();

  bool HoldView();
  void CheckView();
  void CheckReads();
  bool Keep(const Status& status);
  void EndAfterFailure(const Status& status);
  [[nodiscard]] std::vector<LedgerWrite> RandomWrites();
  [[nodiscard]] std::string RandomValue();

  World world_;
  SeededRandom random_;
  std::optional<Database> db_;
  std::map<std::string, Collection> collections_;
  std::optional<HeldView> held_;
  bool is_unlogged_ = false;
  int commit_count_ = 0;
  int divisor_ = 1;
  int view_check_count_ = 0;
  Status failure_;
};

}  // namespace logwood::testing
