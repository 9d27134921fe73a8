// Ten things that a program does, and some more: each with the k-th storage call failing, for every k, once and for
// ever, before its effect, halfway and after it. Then either Resume() or another open finds what the model says, and
// the database works again. A call that never returns ends the program: see QueueRuntime.
#include "tests/crash/failure_scenario.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>
#include <memory>
#include <string>
#include <tuple>

#include "logwood/testing/simulator.h"
#include "tests/crash/queue_runtime.h"

namespace logwood::testing {
namespace {

enum class Way : uint8_t { kResume = 0, kReopen = 1 };

struct Attempt {
  uint64_t call = 0;  // That fails, counted from the beginning of what is done; 0: none.
  Fault fault;
  Way way = Way::kResume;
};

struct Tally {
  uint64_t calls = 0;  // Of the kinds, while the scenario went on.
  bool made_file = false;
};

// Faults have been lifted. All that was acknowledged is there, and no more; another open finds the same.
void Resume(FailureWorld& world) {
  world.ExpectModel();
  EXPECT_EQ(world.Resume(), Status::Ok());
  world.ExpectModel();
  world.Reopen();
  world.ExpectModel();
}

void Act(const FailureScenario& scenario, const Attempt& attempt, FailureWorld& world, Tally& tally) {
  scenario.prepare(world);
  FaultStore& faults = world.faults();
  const std::vector<std::string> before = faults.List().value();
  const uint64_t calls_before = faults.calls(attempt.fault.kinds);
  if (attempt.call > 0) faults.FailAt(calls_before + attempt.call, attempt.fault);
  scenario.act(world);
  tally.calls = faults.calls(attempt.fault.kinds) - calls_before;
  const bool can_resume = world.is_open() && world.database().NewView().ok();
  if (can_resume && attempt.way == Way::kResume) {
    faults.Heal();
    Resume(world);
  } else {
    world.Reopen();  // Closed while calls still fail.
    world.ExpectModelOrUnknown();
  }
  if (attempt.call > 0) return world.ExpectAllWorks();
  const std::vector<std::string> after = world.faults().List().value();
  tally.made_file = std::ranges::any_of(after, [&](const std::string& name) {
    return name.ends_with(scenario.makes) && std::ranges::find(before, name) == before.end();
  });
}

Tally Play(const FailureScenario& scenario, const Attempt& attempt) {
  SCOPED_TRACE(scenario.name + ", call " + std::to_string(attempt.call) + " fails");
  const std::unique_ptr<Store> memory = NewMemoryStore();
  Tally tally;
  if (scenario.needs == FailureScenario::Needs::kActors) {
    Simulator simulator({.seed = attempt.call + 1, .policy = SchedulingPolicy::kUniform, .disposal = Disposal::kPark});
    simulator.Spawn("driver", [&] {
      FailureWorld world(*memory, simulator, scenario.options, [] {});
      Act(scenario, attempt, world, tally);
    });
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
    return tally;
  }
  QueueRuntime runtime(1);
  int calls = 0;
  FailureWorld world(*memory, runtime, scenario.options, [&] {
    if (++calls % 2 == 0) runtime.RunOneJob();
  });
  Act(scenario, attempt, world, tally);
  return tally;
}

using Parameters = std::tuple<FailureScenario, FaultWhen, FaultFor>;

class FailureScenarioTest : public ::testing::TestWithParam<Parameters> {};

std::string NameOf(const ::testing::TestParamInfo<Parameters>& info) {
  const auto& [scenario, when, how_long] = info.param;
  constexpr const char* kWhen[] = {"Before", "Halfway", "After"};
  std::string name = scenario.name + kWhen[static_cast<size_t>(when)];
  name += how_long == FaultFor::kOnce ? "Once" : "ForEver";
  std::erase(name, ' ');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, FailureScenarioTest,
                         ::testing::Combine(::testing::ValuesIn(FailureScenarios()),
                                            ::testing::Values(FaultWhen::kBeforeEffect, FaultWhen::kHalfway,
                                                              FaultWhen::kAfterEffect),
                                            ::testing::Values(FaultFor::kOnce, FaultFor::kForEver)),
                         NameOf);

// In the short form every other call is followed by Resume() and every other by another open.
TEST_P(FailureScenarioTest, LosesNothingAndHangsNowhereWhicheverCallFails) {
  const auto& [scenario, when, how_long] = GetParam();
  const bool is_full = std::getenv("LOGWOOD_FULL") != nullptr;
  Fault fault{.when = when, .how_long = how_long};
  if (when == FaultWhen::kHalfway) fault.kinds = {StoreCallKind::kAppend};
  const uint64_t stride = is_full ? 1 : scenario.stride;
  bool reached = true;
  for (uint64_t call = 1; reached && !HasFailure(); call += stride) {
    for (const Way way : {Way::kResume, Way::kReopen}) {
      if (!is_full && call % 2 != static_cast<uint64_t>(way)) continue;
      reached = Play(scenario, {.call = call, .fault = fault, .way = way}).calls >= call;
    }
  }
}

// A store that is full at one number of bytes after the other.
TEST(FailureScenario, WritingComesBackAfterAFullStoreWhateverCallHasFoundItFull) {
  const auto all = std::ranges::find(FailureScenarios(), "all", &FailureScenario::name);
  constexpr uint64_t kBlock = 4096;
  const uint64_t stride = std::getenv("LOGWOOD_FULL") != nullptr ? kBlock : 3 * kBlock;
  int full = 0;
  for (uint64_t capacity = 0; capacity < 100 * kBlock && !HasFailure(); capacity += stride) {
    SCOPED_TRACE("capacity " + std::to_string(capacity));
    const std::unique_ptr<Store> memory = NewMemoryStore();
    QueueRuntime runtime(1);
    int calls = 0;
    FailureWorld world(*memory, runtime, all->options, [&] {
      if (++calls % 2 == 0) runtime.RunOneJob();
    });
    world.faults().SetCapacity(world.faults().bytes_used() + capacity);
    all->act(world);
    world.ExpectModel();
    const Status status = world.Put("is it", "full");
    full += status.code() == StatusCode::kNoSpace ? 1 : 0;
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kNoSpace) << status;
    world.faults().SetCapacity(UINT64_MAX);
    EXPECT_EQ(world.PutUntilItIsLet(), Status::Ok());
    world.ExpectModel();
    world.ExpectAllWorks();
  }
  EXPECT_GT(full, 5);
}

TEST(FailureScenario, DoesWhatItIsCalled) {
  for (const FailureScenario& scenario : FailureScenarios()) {
    const Tally tally = Play(scenario, {});
    std::cout << scenario.name << ": " << tally.calls << " calls\n";
    EXPECT_GT(tally.calls, 0u) << scenario.name;
    EXPECT_TRUE(scenario.makes.empty() || tally.made_file) << scenario.name << " made no " << scenario.makes;
  }
}

}  // namespace
}  // namespace logwood::testing
