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

void ThreadPool::RunAfter(std::chrono::nanoseconds delay, std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    later_.emplace(Clock::now() + delay, std::move(job));
  }
  changed_.notify_one();  // Whoever waits may have to wait for less long.
}

// Until there is a job or the pool is stopped.
void ThreadPool::WaitForWork(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    QueueWhatIsDue();
    if (stopping_ || !jobs_.empty()) return;
    if (later_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, later_.begin()->first);
    }
  }
}

void ThreadPool::QueueWhatIsDue() {
  while (!later_.empty() && later_.begin()->first <= Clock::now()) {
    jobs_.push_back(std::move(later_.begin()->second));
    later_.erase(later_.begin());
  }
}

void ThreadPool::WorkUntilStopped() {
  std::unique_lock lock(mutex_);
  for (;;) {
    WaitForWork(lock);
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
