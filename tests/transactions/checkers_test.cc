// The checkers find what is wrong in histories that are made up for it, by the names of Adya and of Berenson et al.
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tests/transactions/commit_order_checker.h"
#include "tests/transactions/cycle_checker.h"

namespace logwood::testing {
namespace {

using Kind = HistoryStep::Kind;

HistoryStep Get(const char* key, const char* value) {
  HistoryStep step{.kind = Kind::kGet, .key = {.key = key}};
  if (*value != '\0') step.value = value;
  return step;
}
HistoryStep Put(const char* key, const char* value) {
  return {.kind = Kind::kPut, .key = {.key = key}, .value = value};
}

// All at the same time, in the order given where the database tells one.
History Concurrent(std::vector<std::vector<HistoryStep>> steps) {
  History history;
  for (auto& each : steps) {
    history.push_back({.begun = 0,
                       .ended = 100,
                       .steps = std::move(each),
                       .fate = Fate::kCommitted,
                       .place = SequenceStatistics{.epoch = 1, .counter = history.size() + 1}});
  }
  return history;
}

TEST(Checkers, AcceptWhatIsInOrder) {
  const History history =
      Concurrent({{Get("x", ""), Put("x", "1")}, {Get("x", "1"), Put("x", "1,2")}, {Get("x", "1,2")}});
  EXPECT_TRUE(CheckForCycles(history).empty());
  EXPECT_TRUE(CheckCommitOrder(history).empty());
}

TEST(Checkers, FindALostUpdate) {
  const History history =
      Concurrent({{Get("x", ""), Put("x", "1")}, {Get("x", "1"), Put("x", "1,2")}, {Get("x", "1"), Put("x", "1,3")}});
  EXPECT_FALSE(CheckForCycles(history).empty());
  EXPECT_FALSE(CheckCommitOrder(history).empty());
}

TEST(Checkers, FindADirtyRead) {
  History history = Concurrent({{Get("x", ""), Put("x", "1")}, {Get("x", "1")}});
  history[0].fate = Fate::kAborted;
  EXPECT_FALSE(CheckForCycles(history).empty());
  EXPECT_FALSE(CheckCommitOrder(history).empty());
}

TEST(Checkers, FindAValueOfNobody) {
  const History history = Concurrent({{Get("x", "7")}});
  EXPECT_FALSE(CheckForCycles(history).empty());
  EXPECT_FALSE(CheckCommitOrder(history).empty());
}

TEST(Checkers, FindAReadSkew) {
  const History history = Concurrent({{Get("x", ""), Put("x", "1"), Get("y", ""), Put("y", "2")},
                                      {Get("x", "1"), Put("x", "1,3"), Get("y", "2"), Put("y", "2,4")},
                                      {Get("x", "1"), Get("y", "2,4")}});
  EXPECT_FALSE(CheckForCycles(history).empty());
  EXPECT_FALSE(CheckCommitOrder(history).empty());
}

TEST(Checkers, FindAWriteSkew) {
  const History history = Concurrent({{Put("x", "1"), Put("y", "2")},
                                      {Get("x", "1"), Get("y", "2"), Put("x", "1,3")},
                                      {Get("x", "1"), Get("y", "2"), Put("y", "2,4")}});
  EXPECT_FALSE(CheckForCycles(history).empty());
  EXPECT_FALSE(CheckCommitOrder(history).empty());
}

TEST(Checkers, FindALongFork) {
  const History history = Concurrent({{Put("x", "1"), Put("y", "2")},
                                      {Get("x", "1"), Put("x", "1,3")},
                                      {Get("y", "2"), Put("y", "2,4")},
                                      {Get("x", "1,3"), Get("y", "2")},
                                      {Get("x", "1"), Get("y", "2,4")}});
  EXPECT_FALSE(CheckForCycles(history).empty());
  EXPECT_FALSE(CheckCommitOrder(history).empty());
}

TEST(Checkers, FindWhatWasNotSeenAlthoughItHadEnded) {
  History history = Concurrent({{Get("x", ""), Put("x", "1")}, {Get("x", "1"), Put("x", "1,2")}, {Get("x", "1")}});
  history[2].begun = 200;
  history[2].ended = 300;
  EXPECT_FALSE(CheckForCycles(history).empty());
}

TEST(Checkers, FindAPhantom) {
  History history = Concurrent({{Put("a", "1")}, {}});
  history[1].steps = {{.kind = Kind::kScan, .key = {.key = "a"}, .limit = "b"}, Put("z", "2")};
  EXPECT_FALSE(CheckCommitOrder(history).empty());
  history[1].steps[0].found = {{"a", "1"}};
  EXPECT_TRUE(CheckCommitOrder(history).empty());
}

}  // namespace
}  // namespace logwood::testing
