#include "engine/space_reserve.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "logwood/testing/fault_store.h"
#include "tests/engine/engine_fixture.h"

namespace logwood::testing {
namespace {

TEST(SpaceReserve, IsAShareOfTheTreesWithinBounds) {
  constexpr uint64_t kMemtable = 25 << 20;
  EXPECT_EQ(ReserveSizeOf(0, kMemtable), 64u << 10);
  EXPECT_EQ(ReserveSizeOf(2 << 20, kMemtable), 64u << 10);
  EXPECT_EQ(ReserveSizeOf(320 << 20, kMemtable), 10u << 20);
  EXPECT_EQ(ReserveSizeOf(uint64_t{1} << 40, kMemtable), kMemtable * 5 / 4);
  EXPECT_EQ(ReserveSizeOf(1 << 20, 512), 640u) << "a flush needs no more";
}

TEST(SpaceReserve, LeftByACrashIsRemovedByTheNextOpen) {
  const std::unique_ptr<Store> memory = NewMemoryStore();
  FaultStore faults(*memory);
  const std::shared_ptr<Engine> engine = OpenEngine(faults);
  const CollectionId id = engine->CreateCollection("c", {}).value().id;
  PutOne(*engine, id, "key", "v").Check();
  engine->Flush().Check();
  PutOne(*engine, id, "key", "w").Check();
  engine->Flush().Check();  // The job of the first has ended.
  ASSERT_EQ(FilesEndingWith(*memory, ".reserve").size(), 1u);
  faults.StopAt(faults.calls() + 1);
  engine->Close().IgnoreError();  // Why: it is as good as dead.
  ASSERT_EQ(FilesEndingWith(*memory, ".reserve").size(), 1u);
  EXPECT_EQ(GetOne(OpenEngine(*memory)->View().value(), id, "key"), "w");
  EXPECT_TRUE(FilesEndingWith(*memory, ".reserve").empty());
}

}  // namespace
}  // namespace logwood::testing
