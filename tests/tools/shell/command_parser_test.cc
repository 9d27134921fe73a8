#include "tools/command_line/shell/command_parser.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

namespace logwood::command_line {
namespace {

using Words = std::vector<std::string>;
using Progress = CommandParser::Progress;

Words WordsOf(std::string_view line) {
  CommandParser parser;
  EXPECT_EQ(parser.AddLine(line).value(), Progress::kComplete) << line;
  return parser.TakeWords();
}

std::string ErrorOf(std::string_view line) {
  CommandParser parser;
  return std::string(parser.AddLine(line).status().message());
}

TEST(CommandParser, SplitsAtBlanks) {
  EXPECT_EQ(WordsOf("put key value"), (Words{"put", "key", "value"}));
  EXPECT_EQ(WordsOf(" \tput  key\tvalue \r"), (Words{"put", "key", "value"}));
  EXPECT_EQ(WordsOf(""), Words());
  EXPECT_EQ(WordsOf("  "), Words());
}

TEST(CommandParser, TakesQuotesAndEscapes) {
  EXPECT_EQ(WordsOf(R"(put "a b" 'c "d" \n')"), (Words{"put", "a b", R"(c "d" \n)"}));
  EXPECT_EQ(WordsOf(R"("\n\t\r\"\\\x00\xfF" \x41\ b)"), (Words{std::string("\n\t\r\"\\\0\xff", 7), "A b"}));
  EXPECT_EQ(WordsOf(R"(a"b"'c'\x64 "" '')"), (Words{"abcd", "", ""}));
}

TEST(CommandParser, SkipsCommentsThatBeginALine) {
  EXPECT_EQ(WordsOf("# put a b"), Words());
  EXPECT_EQ(WordsOf("  # put 'a"), Words());
  EXPECT_EQ(WordsOf("put a #b"), (Words{"put", "a", "#b"}));
  EXPECT_EQ(WordsOf("\\#a"), (Words{"#a"}));
  CommandParser parser;
  EXPECT_EQ(parser.AddLine("\\").value(), Progress::kOpen);
  EXPECT_EQ(parser.AddLine("# put").value(), Progress::kComplete);
  EXPECT_EQ(parser.TakeWords(), (Words{"#", "put"}));
}

TEST(CommandParser, GoesOnInAnOpenQuote) {
  CommandParser parser;
  EXPECT_EQ(parser.AddLine("put a \"one").value(), Progress::kOpen);
  EXPECT_EQ(parser.missing(), "a closing \"");
  EXPECT_EQ(parser.AddLine("# two").value(), Progress::kOpen);
  EXPECT_EQ(parser.AddLine("").value(), Progress::kOpen);
  EXPECT_EQ(parser.AddLine("three\" 'x").value(), Progress::kOpen);
  EXPECT_EQ(parser.missing(), "a closing '");
  EXPECT_EQ(parser.AddLine("\\y'").value(), Progress::kComplete);
  EXPECT_EQ(parser.missing(), "");
  EXPECT_EQ(parser.TakeWords(), (Words{"put", "a", "one\n# two\n\nthree", "x\n\\y"}));
}

TEST(CommandParser, JoinsLinesAtABackslash) {
  CommandParser parser;
  EXPECT_EQ(parser.AddLine("put a\\").value(), Progress::kOpen);
  EXPECT_EQ(parser.AddLine("b \"c\\").value(), Progress::kOpen);
  EXPECT_EQ(parser.AddLine("d\"").value(), Progress::kComplete);
  EXPECT_EQ(parser.TakeWords(), (Words{"put", "ab", "cd"}));
}

TEST(CommandParser, TakesTheLinesUpToAMark) {
  CommandParser parser;
  EXPECT_EQ(parser.AddLine("put a <<END").value(), Progress::kOpen);
  EXPECT_EQ(parser.missing(), "a line that is END");
  EXPECT_EQ(parser.AddLine("it's \\raw \"").value(), Progress::kOpen);
  EXPECT_EQ(parser.AddLine(" END").value(), Progress::kOpen);
  EXPECT_EQ(parser.AddLine("END").value(), Progress::kComplete);
  EXPECT_EQ(parser.TakeWords(), (Words{"put", "a", "it's \\raw \"\n END\n"}));
  EXPECT_EQ(WordsOf("put <<a b"), (Words{"put", "<<a", "b"}));
  EXPECT_EQ(WordsOf("put a <<"), (Words{"put", "a", "<<"}));
  EXPECT_EQ(WordsOf("put a \"<<END\""), (Words{"put", "a", "<<END"}));
}

TEST(CommandParser, NamesTheColumnOfAnEscapeThatIsNone) {
  EXPECT_EQ(ErrorOf("put a\\q").substr(0, 25), "column 6: \\q is no escape");
  EXPECT_EQ(ErrorOf("put \"\\x4\"").substr(0, 9), "column 6:");
  EXPECT_EQ(ErrorOf("\\xg0").substr(0, 9), "column 1:");
}

TEST(CommandParser, ForgetsACommandThatIsWrong) {
  CommandParser parser;
  EXPECT_EQ(parser.AddLine("put \"a").value(), Progress::kOpen);
  EXPECT_FALSE(parser.AddLine("\\q").ok());
  EXPECT_EQ(parser.missing(), "");
  EXPECT_EQ(parser.AddLine("get b").value(), Progress::kComplete);
  EXPECT_EQ(parser.TakeWords(), (Words{"get", "b"}));
}

TEST(CommandParser, RefusesACommandThatIsTooLarge) {
  for (const std::string_view start : {"put a \"", "put a <<END"}) {
    CommandParser parser;
    const std::string line(kCommandSizeMax / 2, 'x');
    EXPECT_TRUE(parser.AddLine(start).ok());
    EXPECT_TRUE(parser.AddLine(line).ok());
    EXPECT_FALSE(parser.AddLine(line).ok()) << start;
    EXPECT_EQ(parser.missing(), "");
  }
}

TEST(QuoteWord, GivesWhatTheParserReadsBack) {
  for (const std::string& text :
       {std::string(""), std::string("plain"), std::string("a b"), std::string("\"'\\"), std::string("#x"),
        std::string("<<END"), std::string("\0\n\t\r\xff\x7f", 6), std::string("größe"), std::string("\xc2\x85")}) {
    EXPECT_EQ(WordsOf(QuoteWord(text)), Words{text}) << QuoteWord(text);
  }
  EXPECT_EQ(QuoteWord("plain"), "plain");
}

}  // namespace
}  // namespace logwood::command_line
