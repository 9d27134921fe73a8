#include "base/read_sections.h"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

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
