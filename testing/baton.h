#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/random.h"
#include "logwood/runtime.h"
#include "logwood/testing/simulator.h"
#include "testing/turn_choice.h"

namespace logwood::testing {

enum class ActorState : uint8_t {
  kRunnable,
  kLocking,  // Until `mutex` is free.
  kWaiting,  // Until `condition` is notified or `deadline` has come; takes `mutex` then. A job that has not begun waits
             // for its deadline alone.
  kEnded,
  kParked,  // The run was over, and its thread sleeps for ever.
};

struct Actor {
  uint64_t id = 0;
  std::string name;
  std::function<void()> body;
  std::thread thread;
  std::condition_variable turn;
  ActorState state = ActorState::kRunnable;
  const void* mutex = nullptr;
  const void* condition = nullptr;
  std::optional<std::chrono::nanoseconds> deadline;
  bool timed_out = false;
  bool in_body = false;  // Exceptions thrown now are caught.
  std::vector<const void*> held;
  std::string last_point = "start";

  [[nodiscard]] bool gone() const { return state == ActorState::kEnded || state == ActorState::kParked; }
  [[nodiscard]] bool WaitsOn(const void* other) const { return state == ActorState::kWaiting && condition == other; }
  [[nodiscard]] std::string ToString() const { return "actor " + std::to_string(id) + " \"" + name + "\""; }
};

// What a step is.
enum class Point : uint8_t {
  kStart = 0,
  kLock = 1,
  kUnlock = 2,
  kWait = 3,
  kNotifyOne = 4,
  kNotifyAll = 5,
  kYield = 6,
};

// The scheduler of a Simulator: see there for what each function does. Only the actor that holds the baton runs.
class Baton final : public Scheduler {
 public:
  explicit Baton(const SimulatorOptions& options)
      : options_(options), choice_(options.policy, options.seed), drawn_(~options.seed) {}

  void Spawn(std::string name, std::function<void()> body);
  void SpawnJob(std::function<void()> job);
  void SpawnJobAfter(std::chrono::nanoseconds delay, std::function<void()> job);
  SimulationReport Run();
  void Name(const void* object, std::string name);
  std::chrono::nanoseconds Now();
  uint64_t Random();

  void LockMutex(const void* mutex) override;
  void UnlockMutex(const void* mutex) override;
  bool Wait(const void* condition, const void* mutex, std::optional<std::chrono::nanoseconds> timeout) override;
  void NotifyOne(const void* condition) override;
  void NotifyAll(const void* condition) override;
  void Yield(std::string_view point) override;

 private:
  using Lock = std::unique_lock<std::mutex>;

  // The first thread-local object of an actor's thread, so the last one destroyed.
  struct LastWord {
    Baton* baton = nullptr;
    Actor* actor = nullptr;
    ~LastWord() {
      if (baton != nullptr) baton->End(*actor);
    }
  };

  // The caller: an actor that holds the baton, or null between runs.
  Actor* Self();
  Actor& Add(std::string name, std::function<void()> body);
  void ThreadMain(Actor& self);
  void End(Actor& self);

  // Counts a step of `self` and gives the baton to whom the seed picks. Returns when `self` has it again, or the run
  // is over.
  void Step(Lock& lock, Actor& self, Point point, std::string_view name = {});
  void PassOn(Lock& lock, Actor& self);
  void Give(Actor* next);
  // Null when none can run; says then how the run ended.
  Actor* Choose();
  void WakeDue();
  void JumpToEarliestDeadline();
  void Acquire(Lock& lock, Actor& self, const void* mutex);
  void Release(Actor& self, const void* mutex);
  static void Wake(Actor& actor);

  // Throws if the run is over, unless `self` is being unwound already.
  void LeaveIfOver(const Actor& self) const;
  [[noreturn]] void Park(Lock& lock, Actor& self);
  void DisposeOfActors(Lock& lock);
  void JoinEnded();

  SimulationReport Report();
  std::string Describe(const Actor& actor);
  std::string NameOf(const void* object, std::string_view kind);

  const SimulatorOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;  // The run is over, or an actor is gone: what Run() waits for.
  bool in_run_ = false;
  std::optional<SimulationEnd> end_;
  std::string report_;  // For those who are unwound.
  Actor* running_ = nullptr;
  uint64_t actors_added_ = 0;
  uint64_t jobs_added_ = 0;
  std::vector<std::unique_ptr<Actor>> actors_;  // By ascending id.
  std::map<const void*, Actor*> owners_;        // Of locked mutexes. Never iterated: addresses differ between runs.
  std::map<const void*, std::string> names_;
  TurnChoice choice_;
  SeededRandom drawn_;  // Apart from the choice of turns, so that a draw more shifts no turn.
  std::chrono::nanoseconds now_ = std::chrono::seconds(1);
  uint64_t steps_ = 0;
  uint64_t trace_hash_ = 0;
};

}  // namespace logwood::testing
