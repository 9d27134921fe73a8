#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "logwood/runtime.h"

namespace logwood::testing {

// How the seed picks who runs next.
enum class SchedulingPolicy : uint8_t {
  kFromSeed = 0,    // The seed picks one of the two below.
  kUniform = 1,     // Each time any actor that can run, with equal chance.
  kPriorities = 2,  // The highest of random priorities, which change at a few random steps: long undisturbed stretches,
                    // few switches. (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of
                    // Finding Bugs", ASPLOS 2010.)
};

// What becomes of actors that have not ended when a run is over.
enum class Disposal : uint8_t {
  kUnwind = 0,  // An exception ends each of them where it stands. Its what() is the report, which std::terminate prints
                // where the exception meets a destructor or another noexcept function.
  kPark = 1,    // Their threads sleep until the process ends: what they hold leaks, and nothing is destroyed.
};

struct SimulatorOptions {
  uint64_t seed = 1;
  SchedulingPolicy policy = SchedulingPolicy::kFromSeed;
  Disposal disposal = Disposal::kUnwind;
  // Steps of all runs together after which the actors are taken to go round in circles.
  uint64_t step_limit = 1'000'000;
  // Gets a line for each step: "3 writer lock". Must outlive the simulator; null for none.
  std::ostream* trace = nullptr;
};

enum class SimulationEnd : uint8_t {
  kCompleted = 0,  // Every actor ended.
  kDeadlock = 1,   // Some had not ended, and none could run.
  kStepLimit = 2,  // Some had not ended after the last step allowed.
};

struct SimulationReport {
  SimulationEnd end = SimulationEnd::kCompleted;
  uint64_t seed = 0;
  // Of all runs so far: how many steps, and a hash over actor, kind and name of each.
  uint64_t steps = 0;
  uint64_t trace_hash = 0;
  // One line for each actor that had not ended: what it waited for, who held that, what it held itself.
  std::string actors;

  [[nodiscard]] bool completed() const noexcept { return end == SimulationEnd::kCompleted; }
};

// "seed 7: deadlock after 31 steps", then the lines of the actors.
[[nodiscard]] std::string ToString(const SimulationReport& report);
std::ostream& operator<<(std::ostream& out, const SimulationReport& report);

class Baton;

// A runtime whose seed decides everything: who runs, what is drawn, what time it is. The same seed and the same program
// give the same run. Actors and jobs are real threads, of which only the one that holds the baton runs. At each lock,
// unlock, wait, notification, Yield() and start the seed picks who gets the baton next. Time stands still but for a
// microsecond a step; when all wait, it jumps to the earliest end of a wait.
//
// Waiters of a mutex compete for it, and a notification wakes any of its waiters: whatever a program relies on beyond
// that, some seed breaks. Waits do not end early by chance, for that would hide a lost notification.
//
// Actors and jobs may call everything but Run(); other threads nothing while a run is on. Between runs one thread may
// call everything: jobs then wait for the next run, locks cost nothing, a wait with a timeout times out at once, and
// one without ends the process, for nobody could end it.
class Simulator final : public Runtime {
 public:
  explicit Simulator(uint64_t seed);
  explicit Simulator(const SimulatorOptions& options);
  ~Simulator() override;

  // Adds an actor, before a run or from within it. Exceptions that leave `body` end the process.
  void Spawn(std::string name, std::function<void()> body);
  // Runs all actors and jobs until every one has ended, none can run, or the steps are used up. Those left over are
  // disposed of. More can be added afterwards and run in turn.
  SimulationReport Run();
  // Calls the mutex or condition at this address by a name in reports.
  void Name(const void* object, std::string name);

  std::chrono::nanoseconds Now() override;
  uint64_t Random() override;
  void Execute(std::function<void()> job) override;
  void ExecuteAfter(std::chrono::nanoseconds delay, std::function<void()> job) override;
  Scheduler* scheduler() override;

 private:
  const std::unique_ptr<Baton> baton_;
};

}  // namespace logwood::testing
