#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "engine/read_state.h"

namespace logwood {
namespace {

using Watch = std::weak_ptr<const Generation>;

// Makes a state with a generation of its own the current one, and returns what tells whether somebody keeps it.
Watch ReplaceState(ReadStates& states) {
  auto generation = std::make_shared<Generation>();
  const Watch watch = generation;
  states.Update([&](ReadState& state) { state.generations = {std::move(generation)}; });
  return watch;
}

// Every read takes the state, that of a collection which is not there included.
void Read(const ReadStates& states) {
  EXPECT_EQ(states.Get(CollectionId(1), "key").status().code(), StatusCode::kNotFound);
}

TEST(ReadStates, AThreadThatHasReadKeepsNothingOnceTheStateIsReplaced) {
  ReadStates states(Runtime::Default());
  const Watch first = ReplaceState(states);
  Read(states);
  Read(states);
  EXPECT_FALSE(first.expired());
  const Watch second = ReplaceState(states);
  EXPECT_TRUE(first.expired());
  EXPECT_FALSE(second.expired());
}

TEST(ReadStates, AThreadThatHasEndedKeepsNothing) {
  ReadStates states(Runtime::Default());
  const Watch watch = ReplaceState(states);
  {
    ThreadPool pool(1);
    pool.Run([&] { Read(states); });
  }
  ReplaceState(states);
  EXPECT_TRUE(watch.expired());
}

TEST(ReadStates, AThreadReadsSeveralAndKeepsNothingOfThoseThatEnd) {
  ReadStates first(Runtime::Default());
  const Watch of_first = ReplaceState(first);
  Read(first);
  Watch of_second;
  {
    ReadStates second(Runtime::Default());
    of_second = ReplaceState(second);
    Read(second);
    Read(first);
  }
  EXPECT_TRUE(of_second.expired());
  EXPECT_FALSE(of_first.expired());
  // One at the address of another that ended is not taken for it.
  for (int i = 0; i < 10; ++i) {
    const auto states = std::make_unique<ReadStates>(Runtime::Default());
    const Watch watch = ReplaceState(*states);
    EXPECT_EQ(states->View().state->generations.front(), watch.lock());
    EXPECT_EQ(states->View().state->generations.front(), watch.lock());
  }
}

TEST(ReadStates, AViewKeepsWhatItHas) {
  ReadStates states(Runtime::Default());
  const Watch watch = ReplaceState(states);
  {
    const ReadView view = states.View();
    ReplaceState(states);
    EXPECT_EQ(view.state->generations.front(), watch.lock());
  }
  EXPECT_TRUE(watch.expired());
}

// What each thread reads is never older than what it knows to be current, and all go in the end.
TEST(ReadStates, AreReadWhileTheyAreReplacedAndThreadsComeAndGo) {
  constexpr uint64_t kLast = 2000;
  ReadStates states(Runtime::Default());
  std::atomic<uint64_t> replaced = 0;
  std::vector<Watch> watches;
  const auto read_all = [&] {
    while (replaced.load(std::memory_order_acquire) < kLast) {  // Partner of the release below.
      const uint64_t known = replaced.load(std::memory_order_acquire);
      ASSERT_GE(states.View().state->flushed.value(), known);
      Read(states);
    }
  };
  {
    ThreadPool readers(3);
    for (int i = 0; i < 3; ++i) readers.Run(read_all);
    for (uint64_t i = 1; i <= kLast; ++i) {
      watches.push_back(ReplaceState(states));
      states.Update([i](ReadState& state) { state.flushed = Sequence(i); });
      replaced.store(i, std::memory_order_release);
      if (i % 100 != 0) continue;
      ThreadPool passing(1);
      passing.Run([&] { Read(states); });
    }
  }
  watches.pop_back();
  for (const Watch& watch : watches) EXPECT_TRUE(watch.expired());
}

TEST(ViewSlot, KeepsWhatIsGivenBackUnlessItWasRevokedMeanwhile) {
  ReadStates owner(Runtime::Default());
  ViewSlot slot(&owner);
  EXPECT_EQ(slot.Take(), nullptr);
  EXPECT_EQ(slot.GiveBack(std::make_unique<const ViewSlot::Reference>(owner.Load())), nullptr);
  auto reference = slot.Take();
  EXPECT_NE(reference, nullptr);
  EXPECT_EQ(slot.Revoke(), nullptr) << "the thread has it";
  EXPECT_NE(slot.GiveBack(std::move(reference)), nullptr);
  EXPECT_EQ(slot.Revoke(), nullptr);
}

TEST(ViewSlot, AReadWithinAReadTakesNothing) {
  ReadStates owner(Runtime::Default());
  ViewSlot slot(&owner);
  EXPECT_EQ(slot.Take(), nullptr);
  slot.GiveBack(std::make_unique<const ViewSlot::Reference>(owner.Load()));
  auto outer = slot.Take();
  EXPECT_EQ(slot.Take(), nullptr);
  EXPECT_EQ(slot.GiveBack(std::make_unique<const ViewSlot::Reference>(owner.Load())), nullptr);
  EXPECT_NE(slot.GiveBack(std::move(outer)), nullptr);
  EXPECT_NE(slot.Revoke(), nullptr);
}

}  // namespace
}  // namespace logwood
