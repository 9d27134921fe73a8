#include "base/quoted.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>

namespace logwood {
namespace {

TEST(Quoted, ShowsEveryByteAndNoMoreThanSixtyFour) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("key 1~"), "\"key 1~\"");
  EXPECT_EQ(Quoted(std::string_view("a\0\n\x7f\xff\"\\", 7)), R"("a\x00\x0a\x7f\xff\"\\")");
  EXPECT_EQ(Quoted(std::string(64, 'k')), "\"" + std::string(64, 'k') + "\"");
  EXPECT_EQ(Quoted(std::string(65, 'k')), "\"" + std::string(64, 'k') + "\"... (65 bytes)");
}

}  // namespace
}  // namespace logwood
