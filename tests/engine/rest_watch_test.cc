#include "engine/rest_watch.h"

#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "logwood/testing/simulator.h"

namespace logwood::testing {
namespace {

using namespace std::chrono_literals;

TEST(RestWatch, IsWorthMoreTheLongerItLasts) {
  const struct {
    std::chrono::nanoseconds rest;
    RestWork work;
  } cases[] = {
      {0s, {}},
      {500ms, {}},
      {3999ms, {}},
      {4s, {.merge_cost_max = 1}},
      {10s, {.merge_cost_max = 2, .memtable_share = 8}},
      {128s, {.merge_cost_max = 32, .memtable_share = 8}},
      {255s, {.merge_cost_max = 63, .memtable_share = 8}},
      {256s, {.merge_cost_max = 64, .memtable_share = 8, .any_memtable = true}},
      {10h, {.merge_cost_max = 64, .memtable_share = 8, .any_memtable = true}},
  };
  for (const auto& row : cases) EXPECT_EQ(WorthAtRest(row.rest, {}), row.work) << row.rest.count();
}

// A watch in a simulation, of which an actor is the only writer.
class RestWatchTest : public ::testing::Test {
 protected:
  void Wait(std::chrono::nanoseconds duration) {
    Mutex mutex(simulator_);
    Condition never(simulator_);
    const MutexLock lock(mutex);
    never.WaitFor(mutex, duration);
  }
  void Run(const std::function<void()>& body) {
    simulator_.Spawn("writer", body);
    const SimulationReport report = simulator_.Run();
    EXPECT_TRUE(report.completed()) << report;
  }

  Simulator simulator_{1};
  std::vector<RestWork> seen_;
  const std::shared_ptr<RestWatch> watch_ =
      RestWatch::New(simulator_, {.look = 1s, .seal = 5s, .end = 64s}, [this](const RestWork& work) {
        EXPECT_EQ(watch_->merge_cost_max(), work.merge_cost_max);
        seen_.push_back(work);
      });
};

TEST_F(RestWatchTest, SeesNoRestWithoutAWriteBefore) {
  Run([&] { Wait(10h); });
  EXPECT_TRUE(seen_.empty());
}

TEST_F(RestWatchTest, SeesNoRestWhileSomebodyWrites) {
  Run([&] {
    for (int i = 0; i < 100; ++i) {
      watch_->OnWrite();
      EXPECT_EQ(watch_->merge_cost_max(), std::nullopt);
      Wait(900ms);
    }
    EXPECT_TRUE(seen_.empty());
  });
}

TEST_F(RestWatchTest, LooksEverMoreRarelyAndStopsInTheEnd) {
  Run([&] {
    watch_->OnWrite();
    Wait(900ms);
    EXPECT_TRUE(seen_.empty());
    Wait(1200ms);
    EXPECT_EQ(seen_.size(), 1u);
    Wait(10h);
  });
  EXPECT_LT(seen_.size(), 25u);
  EXPECT_EQ(seen_.back(), (RestWork{.merge_cost_max = 64, .memtable_share = 8, .any_memtable = true}));
}

TEST_F(RestWatchTest, SeesTheNextRestAsSoonHoweverLongTheLastOneWas) {
  Run([&] {
    watch_->OnWrite();
    Wait(50s);
    seen_.clear();
    watch_->OnWrite();
    EXPECT_EQ(watch_->merge_cost_max(), std::nullopt);
    Wait(2100ms);
    EXPECT_EQ(seen_, std::vector{RestWork{.merge_cost_max = 1}});
  });
}

TEST_F(RestWatchTest, SeesNothingOnceItIsStopped) {
  Run([&] {
    watch_->OnWrite();
    Wait(1500ms);
    watch_->Stop();
    watch_->OnWrite();
  });
  EXPECT_TRUE(seen_.empty());
}

}  // namespace
}  // namespace logwood::testing
