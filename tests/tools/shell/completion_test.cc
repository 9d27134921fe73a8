#include "tools/command_line/shell/completion.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tools/command_line/shell/command_table.h"

namespace logwood::command_line {
namespace {

using Words = std::vector<std::string>;

const Words kCollections = {"users", "logs", "my logs"};

Words Of(const std::string& line) { return Complete(line, kCollections).words; }

TEST(Completion, BeginsWithAllCommands) {
  EXPECT_EQ(Of("").size(), Commands().size());
  EXPECT_EQ(Of("co"), (Words{"collections", "compact", "count"}));
  EXPECT_EQ(Of("zz"), Words());
}

TEST(Completion, KnowsWhereCollectionsStand) {
  EXPECT_EQ(Of("use "), (Words{"\"my logs\"", "logs", "users"}));
  EXPECT_EQ(Of("drop u"), (Words{"users"}));
  EXPECT_EQ(Of("compact l"), (Words{"logs"}));
  EXPECT_EQ(Of("use users "), Words());
  EXPECT_EQ(Of("create u"), Words());
  EXPECT_EQ(Of("get u"), Words());
}

TEST(Completion, KnowsTheWordsOfACommand) {
  EXPECT_EQ(Of("batch "), (Words{"abort", "begin", "commit"}));
  EXPECT_EQ(Of("set j"), (Words{"json"}));
  EXPECT_EQ(Of("set json o"), (Words{"off", "on"}));
  EXPECT_EQ(Of("help sc"), (Words{"scan"}));
  EXPECT_EQ(Of("nonsense "), Words());
}

TEST(Completion, OffersOptionsButNotForTheirValues) {
  EXPECT_EQ(Of("scan "), (Words{"from", "limit", "prefix", "reverse", "to"}));
  EXPECT_EQ(Of("scan prefix "), Words());
  EXPECT_EQ(Of("scan prefix t "), (Words{"from", "limit", "prefix", "reverse", "to"}));
  EXPECT_EQ(Of("scan reverse l"), (Words{"limit"}));
  EXPECT_EQ(Of("count l"), Words());
}

TEST(Completion, ReplacesTheWholeWordThatIsTyped) {
  const Completion found = Complete("use \"my l", kCollections);
  EXPECT_EQ(found.word_start, 4u);
  EXPECT_EQ(found.words, (Words{"\"my logs\""}));
  EXPECT_EQ(Complete("use ", kCollections).word_start, 4u);
  EXPECT_EQ(Of("use my"), (Words{"\"my logs\""}));
}

TEST(Completion, GivesNothingForALineThatIsNoCommand) {
  EXPECT_EQ(Of("# u"), Words());
  EXPECT_EQ(Of("\\q"), Words());
  EXPECT_EQ(Of("use \\"), Words());
}

TEST(Completion, FindsWhatWordsHaveInCommon) {
  EXPECT_EQ(CommonStart({"collections", "compact", "count"}), "co");
  EXPECT_EQ(CommonStart({"one"}), "one");
  EXPECT_EQ(CommonStart({"a", "b"}), "");
  EXPECT_EQ(CommonStart({}), "");
}

}  // namespace
}  // namespace logwood::command_line
