#include "base/counter.h"

#include <gtest/gtest.h>

namespace logwood {
namespace {

TEST(Counter, AddsUp) {
  Counter counter;
  EXPECT_EQ(counter.value(), 0u);
  counter.Add(3);
  counter.Add(0);
  counter.Add(uint64_t{1} << 40);
  EXPECT_EQ(counter.value(), (uint64_t{1} << 40) + 3);
}

TEST(Counter, TellsWhatItWasBefore) {
  Counter counter;
  EXPECT_EQ(counter.Next(), 0u);
  EXPECT_EQ(counter.Next(), 1u);
  EXPECT_EQ(counter.value(), 2u);
}

}  // namespace
}  // namespace logwood
