#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "logwood/result.h"
#include "tools/stress/child_process.h"
#include "tools/stress/generator.h"
#include "tools/stress/model.h"
#include "tools/stress/operation.h"
#include "tools/stress/settings.h"

namespace logwood::stress {

// How far a run has come.
struct Figures {
  double seconds = 0;
  uint64_t lives = 0;          // Begun.
  uint64_t kills = 0;          // Of them.
  uint64_t early_kills = 0;    // Of these: before the database was open and checked.
  uint64_t closes = 0;         // Lives that ended in order.
  uint64_t checks = 0;         // Of everything, after a re-open.
  uint64_t operations = 0;     // Answered.
  uint64_t acknowledged = 0;   // Of them: commits, ingests, collections made and dropped.
  uint64_t synced = 0;         // Of these: commits that asked for it.
  uint64_t found_applied = 0;  // Not acknowledged when the child was killed, and found there as a whole.
  uint64_t found_missing = 0;  // The same, not there at all.
  uint64_t compared = 0;       // Keys whose entry or absence was compared.
};

struct Report {
  Figures figures;
  std::optional<Violation> violation;
  bool interrupted = false;  // By the user; what had been done by then was checked.
};

// Drives a child that works on a database, kills it, starts the next and checks what is there, again and again.
//
// What a seed decides: the operations of each lane in each life, and after how many operations, or after which time, a
// life ends. What it does not: how the lanes' operations interleave, how many a lane has had when the kill comes, and
// what background jobs do meanwhile. Confined to one thread, which must be the only one of the process.
class Stress {
 public:
  // Called once a second.
  using Watch = std::function<void(const Figures&)>;

  // The database is made in `directory`. What is given must outlive it; once `interrupted` is true, the run ends soon.
  // Requires: settings.Check().ok().
  Stress(std::string directory, const Settings& settings, const std::atomic<bool>& interrupted, Watch watch);

  // Errors: kAlreadyExists (something is in the directory), kNoSpace, kIo (no new process). A violation is none.
  [[nodiscard]] Result<Report> Run();

 private:
  using Clock = std::chrono::steady_clock;

  enum class Phase : uint8_t {
    kChecking = 0,  // Lane 0 opens the database and reads all of it.
    kMaking = 1,    // Lane 0 makes the collections that are missing.
    kWorking = 2,   // All lanes do what their generators say.
    kClosing = 3,
    kOver = 4,
  };
  // How a life is to end.
  struct Plan {
    uint64_t operations = 0;  // Of phase kWorking, after which it is killed or closed.
    std::optional<std::chrono::microseconds> kill_after = {};
    bool closes = false;
    uint64_t memtable_size_bytes = 0;
    uint64_t sample_seed = 0;  // Of the keys that a check gets one by one.
  };
  struct Lane {
    Generator generator;
    std::deque<Operation> asked = {};  // Not answered, the oldest first.
    bool is_gone = false;
  };

  [[nodiscard]] Plan DrawPlan(uint32_t life) const;
  Status RunLife(const Plan& plan);
  void BeginChecking();
  // Goes on to the next phase where this one has been answered.
  void Advance();
  void AskMore();
  Status WaitAndTakeReplies();
  Status TakeReplies(uint32_t lane);
  Status TakeReply(Lane& lane, const Reply& reply);
  [[nodiscard]] bool IsTimeToKill() const;
  // Whether the lanes are to be asked what their generators say.
  [[nodiscard]] bool draws() const;
  Status Kill();
  void EndByItself();
  void Tick();
  [[nodiscard]] bool answered_all() const;

  const std::string directory_;
  const Settings& settings_;
  const std::atomic<bool>& interrupted_;
  const Watch watch_;
  Model model_;
  Report report_;
  Clock::time_point begin_;
  Clock::time_point next_tick_;

  // Of the life that goes on.
  uint32_t life_ = 0;
  Plan plan_;
  Phase phase_ = Phase::kOver;
  std::optional<ChildProcess> child_;
  std::vector<Lane> lanes_;
  std::deque<Operation> script_;  // What lane 0 is to be asked before its generator.
  Clock::time_point life_begin_;
  Clock::time_point last_reply_;
  uint64_t worked_ = 0;  // Operations answered in phase kWorking.
};

}  // namespace logwood::stress
