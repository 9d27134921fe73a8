#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace logwood {

// Decides who runs next where a whole process is simulated: base's Mutex and Condition, and every store of the test
// library, ask it at each step. Objects are named by their address. All calls come from actors of the simulation, or
// from one thread while none is going on. LockMutex(), Wait() and Yield() may leave by an exception of the simulator's
// own, which ends the actor when its simulation is given up; the others never throw, for destructors call them.
class Scheduler {
 public:
  Scheduler() = default;
  Scheduler(const Scheduler&) = delete;  // Actors refer to it.
  Scheduler& operator=(const Scheduler&) = delete;
  virtual ~Scheduler() = default;

  virtual void LockMutex(const void* mutex) = 0;
  virtual void UnlockMutex(const void* mutex) = 0;
  // Releases `mutex`, waits for a notification of `condition` or until `timeout` has passed, and takes `mutex` again.
  // Returns false after a timeout. May return early, like any wait on a condition.
  virtual bool Wait(const void* condition, const void* mutex, std::optional<std::chrono::nanoseconds> timeout) = 0;
  virtual void NotifyOne(const void* condition) = 0;
  virtual void NotifyAll(const void* condition) = 0;
  // A place where another actor may be given the turn; `point` goes into the trace.
  virtual void Yield(std::string_view point) = 0;
};

// Time, chance and threads, as the library sees them: nothing in it reaches for any of these but through here.
// Thread-safe. Must outlive every database opened with it.
class Runtime {
 public:
  Runtime() = default;
  Runtime(const Runtime&) = delete;  // Databases refer to it.
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  // Time since some fixed moment; never goes back.
  [[nodiscard]] virtual std::chrono::nanoseconds Now() = 0;
  // 64 bits that nobody can guess (in production) or that the seed decides (in simulation).
  [[nodiscard]] virtual uint64_t Random() = 0;
  // Runs `job` soon on a thread of the runtime. Jobs may wait for locks and I/O, but not for one another.
  virtual void Execute(std::function<void()> job) = 0;
  // Runs `job` in the same way once `delay` has passed. Dropped, if its time has not come when the runtime ends.
  virtual void ExecuteAfter(std::chrono::nanoseconds delay, std::function<void()> job) = 0;
  // Null where threads run as they like.
  [[nodiscard]] virtual Scheduler* scheduler() { return nullptr; }

  // The machine's clock and chance, and a few threads of the process; a child forked after the first call has none.
  [[nodiscard]] static Runtime& Default();
};

}  // namespace logwood
