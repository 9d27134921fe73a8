#include "logwood/runtime.h"

#include <algorithm>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "base/thread_pool.h"

namespace logwood {
namespace {

// All databases of a process share these. Four at least, so that the merges of a few keep no flush waiting: a database
// runs one of each at a time.
int BackgroundThreadCount() { return static_cast<int>(std::max(4u, std::thread::hardware_concurrency())); }

class SystemRuntime final : public Runtime {
 public:
  std::chrono::nanoseconds Now() override { return std::chrono::steady_clock::now().time_since_epoch(); }

  uint64_t Random() override {
    const std::lock_guard lock(mutex_);
    return (uint64_t{device_()} << 32) | device_();
  }

  void Execute(std::function<void()> job) override { threads_.Run(std::move(job)); }

  void ExecuteAfter(std::chrono::nanoseconds delay, std::function<void()> job) override {
    threads_.RunAfter(delay, std::move(job));
  }

 private:
  std::mutex mutex_;
  std::random_device device_;
  ThreadPool threads_{BackgroundThreadCount()};
};

}  // namespace

Runtime& Runtime::Default() {
  static SystemRuntime runtime;
  return runtime;
}

}  // namespace logwood
