#include "base/asymmetric_fence.h"

#include <atomic>
#include <cstdint>
#include <gtest/gtest.h>

#include "base/thread_pool.h"

namespace logwood {
namespace {

// After Dekker: who has raised a flag and sees none of the other goes in; nobody waits.
class Crossing {
 public:
  // Each returns how often it went in.
  uint64_t CrossOften() {
    return Cross(often_, seldom_, 2'000'000, [this] { fence_.Light(); });
  }
  uint64_t CrossSeldom() {
    return Cross(seldom_, often_, 20'000, [this] { EXPECT_TRUE(fence_.Heavy()); });
  }
  [[nodiscard]] uint64_t count() const { return count_; }

 private:
  template <class Fence>
  uint64_t Cross(std::atomic<bool>& own, const std::atomic<bool>& other, int times, const Fence& fence) {
    uint64_t entered = 0;
    for (int i = 0; i < times; ++i) {
      own.store(true, std::memory_order_relaxed);
      fence();
      if (!other.load(std::memory_order_acquire)) {
        ++count_;
        ++entered;
      }
      own.store(false, std::memory_order_release);
    }
    return entered;
  }

  const AsymmetricFence fence_;
  std::atomic<bool> often_ = false;
  std::atomic<bool> seldom_ = false;
  uint64_t count_ = 0;  // Of whoever is in.
};

TEST(AsymmetricFence, OneOfTwoSeesTheOther) {
  Crossing crossing;
  uint64_t often = 0;
  uint64_t seldom = 0;
  {
    ThreadPool pool(1);
    pool.Run([&] { often = crossing.CrossOften(); });
    seldom = crossing.CrossSeldom();
  }
  EXPECT_EQ(crossing.count(), often + seldom);
}

}  // namespace
}  // namespace logwood
