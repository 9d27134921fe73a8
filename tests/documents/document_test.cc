#include "tests/documents/document.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace logwood::testing {
namespace {

std::vector<std::string> TextsOf(const std::vector<Mention>& mentions) {
  std::vector<std::string> texts;
  for (const Mention& mention : mentions) texts.push_back(mention.text);
  return texts;
}

TEST(Document, NamesPathsInBackticks) {
  const Document document = ParseDocument("a.md",
                                          "`src/log` and `logwood/store.h`, not src/base, `/usr/bin`, `a word/two`,\n"
                                          "`tests/<module>`, `get`\n\n`./demo`\n");
  EXPECT_EQ(TextsOf(document.paths), (std::vector<std::string>{"src/log", "logwood/store.h", "./demo"}));
  EXPECT_EQ(document.paths.front().line, 1u);
  EXPECT_EQ(document.paths.back().line, 4u);
}

TEST(Document, LeavesFencedCodeOut) {
  const Document document = ParseDocument("a.md", "```sh\nrun `build/bin` [x](y.md)\n| a |\n```\n`src/log`\n");
  EXPECT_EQ(TextsOf(document.paths), std::vector<std::string>{"src/log"});
  EXPECT_TRUE(document.links.empty());
  EXPECT_TRUE(document.rows.empty());
}

TEST(Document, GathersCodeOverTheEndOfALineButNotOfAParagraph) {
  const Document document = ParseDocument("a.md", "`one\ntwo` `src/log`\n\na lone ` here\n\n`src/base`\n");
  EXPECT_EQ(TextsOf(document.paths), (std::vector<std::string>{"src/log", "src/base"}));
}

TEST(Document, NamesRelativeLinksWithoutTheirParts) {
  const Document document =
      ParseDocument("a.md", "[a](docs/A.md) and [b](B.md#part), not [c](#here), [d](https://example.org/d)\n");
  EXPECT_EQ(TextsOf(document.links), (std::vector<std::string>{"docs/A.md", "B.md"}));
}

TEST(Document, NamesTests) {
  const Document document =
      ParseDocument("a.md", "`tests/a_test.cc: Suite.Name`, `file 7: a.b`, `tests/a.cc: no name`\n");
  ASSERT_EQ(document.tests.size(), 1u);
  EXPECT_EQ(document.tests.front().path, "tests/a_test.cc");
  EXPECT_EQ(document.tests.front().suite, "Suite");
  EXPECT_EQ(document.tests.front().name, "Name");
  EXPECT_TRUE(document.paths.empty());
}

TEST(Document, HasTheRowsOfItsTables) {
  const Document document = ParseDocument("a.md", "text\n| one | two words |\n| --- | --- |\n");
  ASSERT_EQ(document.rows.size(), 2u);
  EXPECT_EQ(document.rows.front().cells, (std::vector<std::string>{"one", "two words"}));
  EXPECT_EQ(document.rows.front().line, 2u);
}

TEST(HoldsTest, FindsEachFormAndNothingElse) {
  const TestMention test{.path = "a.cc", .suite = "Suite", .name = "Name", .line = 1};
  EXPECT_TRUE(HoldsTest("TEST(Suite, Name) {", test));
  EXPECT_TRUE(HoldsTest("TEST_F(Suite,\n       Name) {", test));
  EXPECT_FALSE(HoldsTest("TEST(Suite, Names) {", test));
  EXPECT_FALSE(HoldsTest("TEST(ASuite, Name) {", test));
  EXPECT_FALSE(HoldsTest("Run(Suite, Name);", test));
}

}  // namespace
}  // namespace logwood::testing
