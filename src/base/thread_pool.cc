#include "base/thread_pool.h"

#include <utility>

namespace logwood {

ThreadPool::ThreadPool(int thread_count) {
  for (int i = 0; i < thread_count; ++i) threads_.emplace_back([this] { WorkUntilStopped(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Run(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void ThreadPool::WorkUntilStopped() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // What the job holds goes before the next wait.
    lock.lock();
  }
}

}  // namespace logwood
