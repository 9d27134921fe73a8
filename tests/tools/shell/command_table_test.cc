#include "tools/command_line/shell/command_table.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace logwood::command_line {
namespace {

TEST(CommandTable, NamesEachCommandOnceAndSaysWhatItDoes) {
  std::set<std::string_view> names;
  for (const Command& command : Commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_EQ(FindCommand(command.name), &command);
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_NE(command.run, nullptr) << command.name;
  }
  EXPECT_EQ(FindCommand("nonsense"), nullptr);
  EXPECT_EQ(FindCommand(""), nullptr);
}

TEST(CommandTable, CountsArgumentsByTheirDescription) {
  const auto count_of = [](std::string_view arguments) { return CountOf({.arguments = arguments}); };
  const auto expect = [&](std::string_view arguments, size_t min, size_t max) {
    EXPECT_EQ(count_of(arguments).min, min) << arguments;
    EXPECT_EQ(count_of(arguments).max, max) << arguments;
  };
  expect("", 0, 0);
  expect("KEY VALUE", 2, 2);
  expect("[COLLECTION]", 0, 1);
  expect("begin|commit|abort", 1, 1);
  expect("KEY [prefix P] [reverse]", 1, 4);
}

}  // namespace
}  // namespace logwood::command_line
