#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "logwood/database.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"
#include "tests/simulation/commit_plan.h"
#include "tests/simulation/crash_image.h"

namespace logwood::testing {

// A whole database among actors, in an order that a seed decides: writers with and without sync, readers with views and
// cursors, one who flushes, one who compacts, one who verifies, one who creates and drops collections, one who closes
// the database in the midst of it. Checked while it runs: reads only go forward, views repeat, batches are seen whole,
// what was acknowledged is seen at once, all that is seen lies in one order, and nothing is written once Close() has
// returned. At drawn store calls the store is kept as a crash would leave it, for CheckImage(). Used once.
class DatabaseSimulation {
 public:
  explicit DatabaseSimulation(uint64_t seed);

  struct Tally {
    SimulationReport report;
    std::vector<std::string> findings;
    uint64_t images = 0;         // Crashes looked at.
    uint64_t commits = 0;        // Acknowledged.
    uint64_t commits_lost = 0;   // Refused because the database was closed.
    uint64_t cuts_seen = 0;      // By readers.
    uint64_t seen_early = 0;     // Commits with sync that were seen before their writers knew.
    uint64_t spilled_views = 0;  // That readers held after a while.
    uint64_t store_calls = 0;
  };
  // Runs the actors, then checks all images.
  [[nodiscard]] Tally Run();
  // Runs the actors alone.
  [[nodiscard]] SimulationReport RunActors();

 private:
  void Begin();
  void Write(size_t writer);
  [[nodiscard]] Status Apply(const CommitPlan& plan, uint64_t number);
  void Read();
  bool ReadOnce(Cut& last);
  bool Walk(Cursor& cursor, const std::map<std::string, std::string>& contents);
  [[nodiscard]] Status Observe(const View& view, Cut& cut);
  void Watch();
  void See(const Cut& cut);
  void FlushNowAndThen();
  void CompactNowAndThen();
  void VerifyNowAndThen();
  void CreateAndDrop();
  [[nodiscard]] Status CreateAndDropOnce(const std::string& name);
  void CloseSometime();

  void OnStoreCall(const StoreCall& call);
  void KeepImage(const StoreCall& call);
  void KeepImageOfWhatIsSeen();
  void Acknowledge(size_t writer, uint64_t number, Sync sync, const Cut& acknowledged_before);
  [[nodiscard]] Cut SyncedAmong(const Cut& cut) const;
  void Pause(uint64_t yields_max);
  // Whether an actor may go on: an error other than kClosed after closing began is a finding.
  bool GoesOn(const Status& status);
  void Expect(bool holds, const std::string& what);
  void CheckEnd();

  const uint64_t seed_;
  SeededRandom random_;        // For options and actors; they take turns, so the schedule decides who draws what.
  SeededRandom crash_random_;  // Apart, so that looking at more or fewer crashes changes nothing else.
  Simulator simulator_;
  SimulatedStore store_;
  Options options_;
  std::optional<Database> db_;
  std::vector<Collection> collections_;

  bool began_ = false;
  bool closing_ = false;
  bool closed_ = false;
  Cut begun_{};
  Cut acknowledged_{};
  Cut synced_{};  // Promised to outlive a loss of power.
  Cut visible_{};
  std::map<std::string, Presence> passing_;
  std::vector<Cut> seen_;
  uint64_t seen_early_ = 0;
  uint64_t spilled_views_ = 0;
  std::vector<CrashImage> images_;
  std::vector<std::string> findings_;
};

}  // namespace logwood::testing
