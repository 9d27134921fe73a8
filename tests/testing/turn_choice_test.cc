#include "testing/turn_choice.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <vector>

namespace logwood::testing {
namespace {

std::vector<uint64_t> Turns(SchedulingPolicy policy, uint64_t seed, int count) {
  const std::vector<uint64_t> runnable = {1, 2, 3};
  TurnChoice choice(policy, seed);
  std::vector<uint64_t> turns;
  for (int i = 0; i < count; ++i) turns.push_back(choice.Next(runnable));
  return turns;
}

int Switches(const std::vector<uint64_t>& turns) {
  int switches = 0;
  for (size_t i = 1; i < turns.size(); ++i) switches += turns[i] != turns[i - 1] ? 1 : 0;
  return switches;
}

TEST(TurnChoice, TheSameSeedGivesTheSameTurns) {
  for (const auto policy : {SchedulingPolicy::kUniform, SchedulingPolicy::kPriorities, SchedulingPolicy::kFromSeed}) {
    EXPECT_EQ(Turns(policy, 5, 100), Turns(policy, 5, 100));
  }
}

TEST(TurnChoice, UniformPolicyGivesEveryActorItsShare) {
  std::map<uint64_t, int> counts;
  for (const uint64_t id : Turns(SchedulingPolicy::kUniform, 5, 3000)) ++counts[id];
  for (const uint64_t id : std::vector<uint64_t>{1, 2, 3}) EXPECT_NEAR(counts[id], 1000, 150) << id;
}

TEST(TurnChoice, PriorityPolicySwitchesSeldom) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    EXPECT_LE(Switches(Turns(SchedulingPolicy::kPriorities, seed, 200)), 4) << "seed " << seed;
  }
}

TEST(TurnChoice, PriorityPolicyStartsWithAnyActorAndChangesInSomeRuns) {
  std::set<uint64_t> firsts;
  int changed = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const auto turns = Turns(SchedulingPolicy::kPriorities, seed, 200);
    firsts.insert(turns.front());
    changed += Switches(turns) > 0 ? 1 : 0;
  }
  EXPECT_EQ(firsts.size(), 3u);
  EXPECT_GT(changed, 5);
  EXPECT_LT(changed, 50);
}

TEST(TurnChoice, PriorityPolicyStarvesNobodyForever) {
  const auto turns = Turns(SchedulingPolicy::kPriorities, 5, 3000);
  EXPECT_EQ(std::set<uint64_t>(turns.begin(), turns.end()).size(), 3u);
}

TEST(TurnChoice, SeedPicksBothPolicies) {
  std::set<bool> often;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    often.insert(Switches(Turns(SchedulingPolicy::kFromSeed, seed, 200)) > 50);
  }
  EXPECT_EQ(often.size(), 2u);
}

TEST(TurnChoice, PicksOnlyFromThoseThatCanRun) {
  for (const auto policy : {SchedulingPolicy::kUniform, SchedulingPolicy::kPriorities}) {
    TurnChoice choice(policy, 5);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(choice.Next(std::vector<uint64_t>{7}), 7u);
  }
}

}  // namespace
}  // namespace logwood::testing
