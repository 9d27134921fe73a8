#pragma once

#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "base/random.h"
#include "logwood/runtime.h"

namespace logwood::testing {

// A runtime of one thread: jobs run, in the order they came, whenever that thread waits. The fastest way to open a
// database a hundred thousand times, and every run is the same. The clock jumps to the time of a job that was asked for
// later when RunOneJob() finds no other. A wait that no job can end, and a mutex locked twice, end the program: the one
// thread would hang. Confined to its thread.
class QueueRuntime final : public Runtime, private Scheduler {
 public:
  explicit QueueRuntime(uint64_t seed) : random_(seed) {}

  std::chrono::nanoseconds Now() override;
  uint64_t Random() override { return random_.Next(); }
  void Execute(std::function<void()> job) override { jobs_.push_back(std::move(job)); }
  void ExecuteAfter(std::chrono::nanoseconds delay, std::function<void()> job) override;
  Scheduler* scheduler() override { return this; }

  // Runs the oldest job, if there is one.
  void RunOneJob();

 private:
  void LockMutex(const void* mutex) override;
  void UnlockMutex(const void* mutex) override;
  bool Wait(const void* condition, const void* mutex, std::optional<std::chrono::nanoseconds> timeout) override;
  void NotifyOne(const void* /*condition*/) override {}
  void NotifyAll(const void* /*condition*/) override {}
  void Yield(std::string_view /*point*/) override {}

  SeededRandom random_;
  int64_t now_ns_ = 0;
  std::deque<std::function<void()>> jobs_;
  std::multimap<int64_t, std::function<void()>> later_;  // By the time in nanoseconds.
  std::vector<const void*> held_;
};

}  // namespace logwood::testing
