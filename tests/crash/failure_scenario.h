#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "logwood/database.h"
#include "logwood/options.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "logwood/testing/fault_store.h"
#include "tests/crash/crash_oracle.h"

namespace logwood::testing {

// A database with two collections, "entries" and "other", in which something is done while storage calls fail, and a
// model of what it holds. Confined to one thread or actor, but for what says otherwise.
class FailureWorld {
 public:
  // `store`, which is empty, and `runtime` must outlive it. `run_jobs` is called after each call: it may run jobs where
  // nothing runs by itself.
  FailureWorld(Store& store, Runtime& runtime, const Options& options, std::function<void()> run_jobs);

  // Each returns what the call did; what it has changed, or may have, goes into the model.
  Status Put(const std::string& key, const std::string& value, Sync sync = Sync::kNo);
  Status PutInto(const std::string& collection, const std::string& key, const std::string& value, Sync sync);
  Status DeleteRange(const std::string& begin, const std::string& end, Sync sync);
  // Commits of as many actors at once, each of two keys of its own. Requires: `runtime` is a simulator.
  void PutTogether(int actors);
  Status Flush();
  Status Compact();
  Status Ingest();
  Status Create(const std::string& collection);
  Status Drop(const std::string& collection);
  Status Close();
  Status Open();
  // Ends it as the death of the process does.
  void Kill();
  // Writes stop at a log that cannot be synced.
  void StopWriting();
  Status Resume();

  [[nodiscard]] FaultStore& faults() { return *faults_; }
  [[nodiscard]] const Database& database() const { return *db_; }
  [[nodiscard]] bool is_open() const { return db_.has_value(); }

  // Writes until it is let, 500 times at most. What was unknown is not applied then.
  Status PutUntilItIsLet();

  // Expects what readers see to be the model.
  void ExpectModel() const;
  // The model, or that and what calls with an unknown outcome would make of it.
  void ExpectModelOrUnknown();
  // Closes it, whatever that gives, and opens it again on the same files, of which no call fails any more.
  void Reopen();
  // Writes, a flush, a merge and a reopening work; no damage and no needless file is left.
  void ExpectAllWorks();

 private:
  Status Keep(Status status, DatabaseContents after);
  // The same of a call that makes all durable where it succeeds.
  Status KeepFlushed(Status status, DatabaseContents after);
  [[nodiscard]] bool is_unlogged() const { return options_.log == LogMode::kOff; }
  [[nodiscard]] Collection& entries() { return collections_.at("entries"); }

  Store& store_;
  Runtime& runtime_;
  const Options options_;
  const std::function<void()> run_jobs_;
  std::optional<FaultStore> faults_;  // Another for each reopening: a file whose sync failed never syncs again in one.
  std::optional<Database> db_;
  std::map<std::string, Collection> collections_;
  DatabaseContents model_;
  std::vector<DatabaseContents> unknown_;  // What may be found instead, after a failure or without a log.
};

// Something that is done to a database.
struct FailureScenario {
  enum class Needs : uint8_t { kOneThread, kActors };

  std::string name;
  Options options;
  std::function<void(FailureWorld&)> prepare;  // Nothing fails.
  std::function<void(FailureWorld&)> act;
  std::string makes = {};  // How the name of a file ends that `act` makes where nothing fails; empty: none.
  Needs needs = Needs::kOneThread;
  uint64_t stride = 1;  // Of the calls that fail in the short form: a prime, for calls repeat themselves.
};

[[nodiscard]] const std::vector<FailureScenario>& FailureScenarios();

}  // namespace logwood::testing
