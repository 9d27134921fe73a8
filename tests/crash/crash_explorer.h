#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "logwood/testing/crash_choice.h"
#include "logwood/testing/simulated_store.h"
#include "tests/crash/crash_oracle.h"
#include "tests/crash/queue_runtime.h"

namespace logwood::testing {

// A device at one moment of a history, and what had been promised by then.
struct Moment {
  std::unique_ptr<SimulatedStore> device;
  LedgerBounds bounds;
  std::string call;  // "call 17 store.append 000003.log, before".
};

// Watches a history: the moments before and after each storage call. Those that differ in nothing from the moment
// before them are counted, not kept.
class MomentRecorder {
 public:
  // Removals that may be pending at once; one more, and the device settles them all. Each is a choice of its own at
  // every moment until then.
  static constexpr size_t kRemovalsPendingMax = 5;

  // `store`, `ledger` and `runtime`, which the moments' devices get, must outlive the recorder.
  MomentRecorder(SimulatedStore& store, const Ledger& ledger, Runtime& runtime);
  MomentRecorder(const MomentRecorder&) = delete;  // The store calls it.
  MomentRecorder& operator=(const MomentRecorder&) = delete;
  ~MomentRecorder() { store_.SetCallObserver(nullptr); }

  [[nodiscard]] const std::vector<Moment>& moments() const { return moments_; }
  // Moments before and after a call, those not kept among them.
  [[nodiscard]] uint64_t point_count() const { return point_count_; }
  // The calls, one a line.
  [[nodiscard]] std::string Calls() const;
  // Calls of a kind on files whose name ends so.
  [[nodiscard]] uint64_t CountOf(StoreCallKind kind, const std::string& ending) const;

 private:
  void Observe(const StoreCall& call);

  SimulatedStore& store_;
  const Ledger& ledger_;
  Runtime& runtime_;
  std::vector<Moment> moments_;
  std::vector<std::pair<StoreCallKind, std::string>> calls_;
  uint64_t point_count_ = 0;
  size_t removals_pending_ = 0;
};

struct ExplorationCounts {
  uint64_t points = 0;   // Moments of a crash, at any depth.
  uint64_t devices = 0;  // Crashed there.
};

// The ways in which a process ends at a moment, beside three that are always tried: nothing kept, everything kept, and
// the process alone dead.
struct DeathPlan {
  enum class Singles : uint8_t { kSkip, kEach };
  Singles singles = Singles::kEach;  // Each pending item alone, and all but it.
  uint64_t drawn_count = 0;          // Subsets that seeds draw.
};

// Crashes devices, opens what is left, and holds it against the ledger. A device that was opened before gives what it
// gave then: what counts is then only whether that still fits. Thread-compatible.
class CrashExplorer {
 public:
  // With garbage on the device a file may be found whose header is none: nobody's, reported as a stranger.
  CrashExplorer(uint64_t seed, StaleBytes stale) : runtime_(seed), stale_(stale) {}

  [[nodiscard]] QueueRuntime& runtime() { return runtime_; }

  // Crashes at every moment: nothing kept, everything, what the plan adds;
  // then the process alone dies. The next process is crashed in the same way, until `depth` crashes have followed upon
  // one another. Failures go to GoogleTest.
  void Explore(const MomentRecorder& recorder, const Ledger& ledger, int depth, const DeathPlan& plan);
  // Once, at one moment that was caught otherwise.
  void ExploreMoment(const Moment& moment, const Ledger& ledger, const DeathPlan& plan);
  // `depth` crashes upon one another, all decided by the seed.
  void ExploreOnePath(const MomentRecorder& recorder, const Ledger& ledger, int depth, uint64_t seed);

  [[nodiscard]] const ExplorationCounts& counts() const { return counts_; }
  // Devices that differed.
  [[nodiscard]] uint64_t distinct_count() const { return recoveries_.size(); }

 private:
  using Fingerprint = uint64_t;

  struct Recovery {
    Status status;
    DatabaseContents contents;
  };
  // One way in which a process can end.
  struct Death {
    std::string name;
    std::optional<CrashChoice> choice;  // None: the process alone died, and what is pending still is.
  };

  [[nodiscard]] static std::vector<Death> DeathsAt(const Moment& moment, const DeathPlan& plan);
  [[nodiscard]] static Death DrawDeath(uint64_t seed);
  [[nodiscard]] std::unique_ptr<SimulatedStore> DeviceAfter(const Death& death, const Moment& moment);
  // Where the next process finds itself; nullopt after a failure.
  [[nodiscard]] std::optional<Cut> Check(const SimulatedStore& device, const Death& death, const Moment& moment,
                                         const Ledger& ledger);
  [[nodiscard]] static Ledger NextLedger(const Ledger& ledger, const Cut& cut, const Death& death,
                                         const Moment& moment);
  void DieAt(const Moment& moment, const Ledger& ledger, int depth, const DeathPlan& plan);
  void Nest(SimulatedStore& device, const Death& death, Ledger ledger, int depth);
  [[nodiscard]] const Recovery& Recover(const SimulatedStore& device);
  [[nodiscard]] Recovery RecoverAndUse(SimulatedStore& device);
  Status ReadOnly(SimulatedStore& device, DatabaseContents& contents);
  Status UseOnce(SimulatedStore& device, DatabaseContents& contents);
  [[nodiscard]] std::string Path() const;

  QueueRuntime runtime_;
  const StaleBytes stale_;
  std::unordered_map<Fingerprint, Recovery> recoveries_;
  std::unordered_map<Fingerprint, ExplorationCounts> nested_;  // By the device that was found.
  ExplorationCounts counts_;
  std::vector<std::string> path_;
};

}  // namespace logwood::testing
