#include "block/resident_clock.h"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/thread_pool.h"

namespace logwood::testing {
namespace {

// Counts those that live.
struct Counted {
  explicit Counted(std::atomic<int>& lives) : living(lives) { ++living; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    value = 0;
    --living;
  }

  std::atomic<int>& living;
  std::atomic<int> value = 1;
};

class ResidentClockTest : public ::testing::Test {
 protected:
  static constexpr size_t kTotal = 8000;
  static constexpr size_t kRoom = 7000;  // What blocks leave.

  using Slot = Resident<Counted>;

  std::unique_ptr<Slot> NewSlot() { return std::make_unique<Slot>(clock_, MemoryUse::kIndexes); }
  void Publish(Slot& slot, size_t bytes) {
    const ResidentSection section(clock_);
    slot.Publish(std::make_unique<Counted>(living_), bytes, section);
  }
  bool IsThere(const Slot& slot) {
    const ResidentSection section(clock_);
    return slot.get(section) != nullptr;
  }

  std::atomic<int> living_ = 0;
  const std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(
      MemoryBudget::Limits{.total_bytes = kTotal, .blocks_bytes_min = kTotal - kRoom, .blocks_bytes_max = kTotal});
  ResidentClock clock_{Runtime::Default(), *budget_};
};

TEST_F(ResidentClockTest, KeepsWhatFits) {
  std::vector<std::unique_ptr<Slot>> slots;
  for (size_t i = 0; i < 7; ++i) Publish(*slots.emplace_back(NewSlot()), kRoom / 7);
  for (const auto& slot : slots) EXPECT_TRUE(IsThere(*slot));
  EXPECT_EQ(budget_->bytes(MemoryUse::kIndexes), kRoom);
  slots.clear();
  EXPECT_EQ(budget_->bytes(MemoryUse::kIndexes), 0u);
  EXPECT_EQ(living_, 0);
}

TEST_F(ResidentClockTest, KeepsTheFirstOfTwo) {
  const auto slot = NewSlot();
  const ResidentSection section(clock_);
  const Counted* const first = slot->Publish(std::make_unique<Counted>(living_), 10, section);
  EXPECT_EQ(slot->Publish(std::make_unique<Counted>(living_), 10, section), first);
  EXPECT_EQ(living_, 1);
  EXPECT_EQ(budget_->bytes(MemoryUse::kIndexes), 10u);
}

TEST_F(ResidentClockTest, EvictsWhatWasNotUsedSince) {
  const auto hot = NewSlot();
  Publish(*hot, 1000);
  std::vector<std::unique_ptr<Slot>> others;
  for (int i = 0; i < 50; ++i) {
    Publish(*others.emplace_back(NewSlot()), 1000);
    EXPECT_LE(budget_->bytes(MemoryUse::kIndexes), kRoom);
    EXPECT_TRUE(IsThere(*hot)) << i;
    EXPECT_LE(living_, 7) << "evicted and still there";
  }
}

TEST_F(ResidentClockTest, GivesWayToOthersThatTakeMemory) {
  std::vector<std::unique_ptr<Slot>> slots;
  for (int i = 0; i < 7; ++i) Publish(*slots.emplace_back(NewSlot()), 1000);
  budget_->Charge(MemoryUse::kMemtables, 4500);  // Room for two and a half of them.
  clock_.MakeRoom();
  EXPECT_EQ(budget_->bytes(MemoryUse::kIndexes), 2000u);
  EXPECT_EQ(living_, 2);
}

TEST_F(ResidentClockTest, WhatIsBeingReadIsDestroyedLater) {
  const auto slot = NewSlot();
  Publish(*slot, 1000);
  budget_->Charge(MemoryUse::kMemtables, kTotal);
  {
    const ResidentSection section(clock_);
    const Counted* const read = slot->get(section);
    clock_.MakeRoom();
    EXPECT_FALSE(IsThere(*slot));
    EXPECT_EQ(read->value, 1);
    EXPECT_EQ(living_, 1);
  }
  EXPECT_EQ(living_, 0);
}

TEST_F(ResidentClockTest, ServesManyReadersAtOnce) {
  std::vector<std::unique_ptr<Slot>> slots;
  for (int i = 0; i < 12; ++i) slots.push_back(NewSlot());
  std::atomic<int> wrong = 0;
  {
    ThreadPool pool(4);
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      pool.Run([&, seed] {
        SeededRandom random(seed);
        for (int i = 0; i < 5000; ++i) {
          Slot& slot = *slots[random.Below(slots.size())];
          const ResidentSection section(clock_);
          const Counted* object = slot.get(section);
          if (object == nullptr) object = slot.Publish(std::make_unique<Counted>(living_), 1000, section);
          if (object->value != 1) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  slots.clear();
  clock_.MakeRoom();
  EXPECT_EQ(living_, 0);
  EXPECT_EQ(budget_->bytes(MemoryUse::kIndexes), 0u);
}

}  // namespace
}  // namespace logwood::testing
