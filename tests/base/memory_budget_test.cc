#include "base/memory_budget.h"

#include <gtest/gtest.h>

namespace logwood {
namespace {

std::shared_ptr<MemoryBudget> OfEightThousand() {
  return std::make_shared<MemoryBudget>(
      MemoryBudget::Limits{.total_bytes = 8000, .blocks_bytes_min = 1000, .blocks_bytes_max = 8000});
}

TEST(MemoryBudget, BlocksGetWhatOthersLeave) {
  const auto budget = OfEightThousand();
  EXPECT_EQ(budget->blocks_bytes_room(), 8000u);
  budget->Charge(MemoryUse::kMemtables, 3000);
  budget->Charge(MemoryUse::kIndexes, 1000);
  budget->Charge(MemoryUse::kBlocks, 2000);
  EXPECT_EQ(budget->blocks_bytes_room(), 4000u);
  EXPECT_EQ(budget->bytes_short(), 0u);
  budget->Release(MemoryUse::kMemtables, 3000);
  EXPECT_EQ(budget->blocks_bytes_room(), 7000u);
}

TEST(MemoryBudget, BlocksGetAnEighthAtLeast) {
  const auto budget = OfEightThousand();
  budget->Charge(MemoryUse::kMemtables, 7100);
  EXPECT_EQ(budget->blocks_bytes_room(), 1000u);
  EXPECT_EQ(budget->bytes_short(), 100u);
  budget->Charge(MemoryUse::kFilters, 2000);
  EXPECT_EQ(budget->blocks_bytes_room(), 1000u);
  EXPECT_EQ(budget->bytes_short(), 2100u);
}

TEST(MemoryBudget, ForBlocksAloneIsLessenedByNothing) {
  const auto budget = MemoryBudget::OfBlocks(1000);
  budget->Charge(MemoryUse::kIndexes, 5000);
  EXPECT_EQ(budget->blocks_bytes_room(), 1000u);
  EXPECT_EQ(budget->bytes_short(), 0u);
}

TEST(MemoryCharge, LastsAsLongAsItLives) {
  const auto budget = OfEightThousand();
  {
    MemoryCharge charge(budget.get(), MemoryUse::kJobs);
    charge.Set(300);
    charge.Set(200);
    EXPECT_EQ(budget->bytes(MemoryUse::kJobs), 200u);
    const MemoryCharge moved = std::move(charge);
    EXPECT_EQ(budget->bytes(MemoryUse::kJobs), 200u);
  }
  EXPECT_EQ(budget->bytes(MemoryUse::kJobs), 0u);
  MemoryCharge(nullptr, MemoryUse::kJobs).Set(5);
}

TEST(MemoryBudget, OfADatabaseSetsAPartAside) {
  EXPECT_EQ(MemoryBudget::Of(80'000)->blocks_bytes_room(), 67'500u);
  EXPECT_EQ(MemoryBudget::Of(uint64_t{1} << 30)->blocks_bytes_room(), uint64_t{1012} << 20);
}

}  // namespace
}  // namespace logwood
