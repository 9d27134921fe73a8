#include "tools/bench/value_source.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace logwood::bench {
namespace {

TEST(ValueSource, DecidesAValueBySeedAndIndex) {
  const ValueSource values(100, 1);
  EXPECT_EQ(values.ValueOf(5).size(), 100u);
  EXPECT_EQ(values.ValueOf(5), ValueSource(100, 1).ValueOf(5));
  EXPECT_NE(values.ValueOf(5), values.ValueOf(6));
  EXPECT_NE(values.ValueOf(5), ValueSource(100, 2).ValueOf(5));
}

TEST(ValueSource, RepeatsHalfOfItself) {
  const ValueSource values(1000, 1);
  const std::string value = values.ValueOf(3).ToString();
  size_t repeated = 0;
  for (size_t i = 50; i < value.size(); ++i) repeated += value[i] == value[i - 50] ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(repeated), 500, 60);
}

TEST(ValueSource, HasValuesOfAnySize) {
  EXPECT_TRUE(ValueSource(0, 1).ValueOf(9).empty());
  EXPECT_EQ(ValueSource(1 << 20, 1).ValueOf(9).size(), size_t{1} << 20);
}

}  // namespace
}  // namespace logwood::bench
