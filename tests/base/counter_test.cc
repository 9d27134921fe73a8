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

}  // namespace
}  // namespace logwood
