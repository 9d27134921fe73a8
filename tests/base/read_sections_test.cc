#include "base/read_sections.h"

#include <atomic>
#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <latch>
#include <memory>
#include <pthread.h>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread_pool.h"

namespace logwood {
namespace {

TEST(ReadSections, WithoutReadersNothingIsPending) {
  const ReadSections sections;
  ReadSections::Pending pending;
  EXPECT_FALSE(pending.empty());
  sections.Update(pending);
  EXPECT_TRUE(pending.empty());
}

TEST(ReadSections, ASectionKeepsThePendingUntilItEnds) {
  ReadSections sections;
  ReadSections::Pending pending;
  {
    const ReadSection outer(sections);
    const ReadSection inner(sections);
    sections.Update(pending);
    EXPECT_FALSE(pending.empty());
  }
  sections.Update(pending);
  EXPECT_TRUE(pending.empty());
}

TEST(ReadSections, ALaterSectionDoesNotBringItBack) {
  ReadSections sections;
  ReadSections::Pending pending;
  sections.Update(pending);
  const ReadSection later(sections);
  sections.Update(pending);
  EXPECT_TRUE(pending.empty());
}

// Stacks of many sizes: where they stand must not matter, or a simulated run would depend on it.
class ThreadWithStack {
 public:
  ThreadWithStack(size_t stack_size, std::function<void()> body) : body_(std::move(body)) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_size);
    pthread_create(&thread_, &attributes, &Run, this);
    pthread_attr_destroy(&attributes);
  }
  ThreadWithStack(const ThreadWithStack&) = delete;  // Its thread refers to it.
  ThreadWithStack& operator=(const ThreadWithStack&) = delete;
  ~ThreadWithStack() { pthread_join(thread_, nullptr); }

 private:
  static void* Run(void* self) {
    static_cast<ThreadWithStack*>(self)->body_();
    return nullptr;
  }

  const std::function<void()> body_;
  pthread_t thread_{};
};

TEST(ReadSections, SectionsOfOtherThreadsThatBeginLaterDoNotKeepThePending) {
  constexpr int kOthers = 60;
  ReadSections sections;
  for (int round = 0; round < 10; ++round) {
    ReadSections::Pending pending;
    auto first = std::make_unique<ReadSection>(sections);
    sections.Update(pending);
    ASSERT_FALSE(pending.empty());
    std::latch have_begun(kOthers);
    std::latch may_end(1);
    std::deque<ThreadWithStack> others;
    for (size_t i = 0; i < kOthers; ++i) {
      others.emplace_back((1 + i * 7 % 13) << 20, [&] {
        const ReadSection later(sections);
        have_begun.count_down();
        may_end.wait();
      });
    }
    have_begun.wait();
    first = nullptr;
    sections.Update(pending);
    EXPECT_TRUE(pending.empty());
    may_end.count_down();
  }
}

TEST(ReadSections, MoreThreadsThanStripesShareThem) {
  constexpr int kThreads = 200;
  ReadSections sections;
  std::latch have_begun(kThreads);
  std::latch may_end(1);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      const ReadSection section(sections);
      have_begun.count_down();
      may_end.wait();
    });
  }
  have_begun.wait();
  ReadSections::Pending pending;
  sections.Update(pending);
  EXPECT_FALSE(pending.empty());
  may_end.count_down();
  threads.clear();
  sections.Update(pending);
  EXPECT_TRUE(pending.empty());
}

TEST(ReadSections, WhatIsUnlinkedIsNotDestroyedUnderAReader) {
  constexpr int kRounds = 2000;
  ReadSections sections;
  std::atomic<std::atomic<int>*> shared = nullptr;
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 3; ++i) {
      pool.Run([&] {
        while (!done.load()) {
          const ReadSection section(sections);
          const std::atomic<int>* const object = shared.load(std::memory_order_seq_cst);
          if (object != nullptr && object->load() != 1) ++wrong;
        }
      });
    }
    for (int round = 0; round < kRounds; ++round) {
      auto object = std::make_unique<std::atomic<int>>(1);
      shared.store(object.get(), std::memory_order_seq_cst);
      shared.store(nullptr, std::memory_order_seq_cst);
      ReadSections::Pending pending;
      for (sections.Update(pending); !pending.empty(); sections.Update(pending)) std::this_thread::yield();
      object->store(0);
    }
    done.store(true);
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace logwood
