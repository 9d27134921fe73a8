#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace logwood {

// Runs jobs on a fixed number of threads, in the order in which they came. Thread-safe. This is the only place of the
// library that starts threads.
class ThreadPool {
 public:
  explicit ThreadPool(int thread_count);
  ThreadPool(const ThreadPool&) = delete;  // Its threads refer to it.
  ThreadPool& operator=(const ThreadPool&) = delete;
  // Runs what is queued, then joins. Jobs whose time has not come are dropped.
  ~ThreadPool();

  void Run(std::function<void()> job);
  // Queues the job once `delay` has passed.
  void RunAfter(std::chrono::nanoseconds delay, std::function<void()> job);

 private:
  using Clock = std::chrono::steady_clock;

  void WorkUntilStopped();
  void WaitForWork(std::unique_lock<std::mutex>& lock);
  void QueueWhatIsDue();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::multimap<Clock::time_point, std::function<void()>> later_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace logwood
