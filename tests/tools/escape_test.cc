#include "tools/command_line/escape.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace logwood::command_line {
namespace {

TEST(Escape, LeavesTextAlone) {
  EXPECT_EQ(Escape("plain text, \"quotes\" & more"), "plain text, \"quotes\" & more");
  EXPECT_EQ(Escape("é € 𝄞"), "é € 𝄞");
  EXPECT_EQ(Escape(""), "");
}

TEST(Escape, NamesControlBytesAndWhatIsNoUtf8) {
  EXPECT_EQ(Escape("\t\n\r\\"), "\\t\\n\\r\\\\");
  EXPECT_EQ(Escape(std::string("\0\x1b\x7f", 3)), "\\x00\\x1b\\x7f");
  EXPECT_EQ(Escape("\xc2\x9b"), "\\xc2\\x9b");  // U+009B moves a terminal's cursor.
  EXPECT_EQ(Escape("\x80\xc0\x80\xff"), "\\x80\\xc0\\x80\\xff");
  EXPECT_EQ(Escape("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // A surrogate.
  EXPECT_EQ(Escape("\xe2\x82"), "\\xe2\\x82");                    // Cut short.
  EXPECT_EQ(Escape("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // Beyond U+10FFFF.
}

TEST(Escape, KeepsDifferentBytesDifferent) {
  std::set<std::string> seen;
  for (int first = 0; first < 256; ++first) {
    seen.insert(Escape(std::string(1, static_cast<char>(first))));
    for (int second = 0; second < 256; ++second) {
      seen.insert(Escape(std::string{static_cast<char>(first), static_cast<char>(second)}));
    }
  }
  EXPECT_EQ(seen.size(), 256u + 256u * 256u);
}

TEST(Hex, GoesBothWays) {
  EXPECT_EQ(ToHex(std::string("\0\xff", 2)), "00ff");
  EXPECT_EQ(FromHex("00fF"), std::string("\0\xff", 2));
  EXPECT_EQ(FromHex(""), "");
  EXPECT_EQ(FromHex("0"), std::nullopt);
  EXPECT_EQ(FromHex("0g"), std::nullopt);
}

TEST(Base64, IsReadInItsOneFormOnly) {
  EXPECT_EQ(FromBase64(""), "");
  EXPECT_EQ(FromBase64("Zg=="), "f");
  EXPECT_EQ(FromBase64("Zm8="), "fo");
  EXPECT_EQ(FromBase64("Zm9v"), "foo");
  EXPECT_EQ(FromBase64("+//+"), "\xfb\xff\xfe");
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "=", "Zg==Zg==", "Zm9v\n", "Zm-_", "Zm 8"}) {
    EXPECT_EQ(FromBase64(text), std::nullopt) << text;
  }
}

TEST(Base64, IsThatOfRfc4648) {
  EXPECT_EQ(ToBase64(""), "");
  EXPECT_EQ(ToBase64("f"), "Zg==");
  EXPECT_EQ(ToBase64("fo"), "Zm8=");
  EXPECT_EQ(ToBase64("foo"), "Zm9v");
  EXPECT_EQ(ToBase64("foob"), "Zm9vYg==");
  EXPECT_EQ(ToBase64("\xfb\xff\xfe"), "+//+");
}

}  // namespace
}  // namespace logwood::command_line
