#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
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
  // Runs what is queued, then joins.
  ~ThreadPool();

  void Run(std::function<void()> job);

 private:
  void WorkUntilStopped();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace logwood
