#include "logwood/bytes.h"

#include <array>
#include <compare>
#include <gtest/gtest.h>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace logwood {
namespace {

using std::string_view_literals::operator""sv;

struct CompareCase {
  std::string_view a;
  std::string_view b;
  std::strong_ordering order;
};

const CompareCase kCompareCases[] = {
    {""sv, ""sv, std::strong_ordering::equal},
    {""sv, "\0"sv, std::strong_ordering::less},
    {"a"sv, "a"sv, std::strong_ordering::equal},
    {"a"sv, "b"sv, std::strong_ordering::less},
    {"a"sv, "aa"sv, std::strong_ordering::less},
    {"a"sv, "a\0"sv, std::strong_ordering::less},
    {"ab"sv, "b"sv, std::strong_ordering::less},
    {"a\0b"sv, "a\0c"sv, std::strong_ordering::less},
    {"\x7f"sv, "\x80"sv, std::strong_ordering::less},
    {"a\x7f"sv, "a\xff"sv, std::strong_ordering::less},
    {"\xff"sv, "\xff\xff"sv, std::strong_ordering::less},
};

TEST(Bytes, CompareAsUnsignedBytesAndPrefixesFirst) {
  for (const auto& [a, b, order] : kCompareCases) {
    SCOPED_TRACE(::testing::PrintToString(a) + " and " + ::testing::PrintToString(b));
    EXPECT_EQ(Bytes(a) <=> Bytes(b), order);
    EXPECT_EQ(Bytes(b) <=> Bytes(a), 0 <=> order);
    EXPECT_EQ(Bytes(a) == Bytes(b), order == 0);
    EXPECT_EQ(Bytes(a) < Bytes(b), order < 0);
  }
}

TEST(Bytes, AreEmptyByDefault) {
  const Bytes bytes;
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(bytes.size(), 0u);
  EXPECT_EQ(bytes.begin(), bytes.end());
  EXPECT_EQ(bytes, Bytes(""));
  EXPECT_EQ(bytes.ToString(), "");
  EXPECT_TRUE(bytes.StartsWith({}));
  EXPECT_EQ(bytes.First(0), bytes);
  EXPECT_EQ(bytes.From(0), bytes);
}

struct PrefixCase {
  std::string_view text;
  std::string_view prefix;
  bool starts;
};

const PrefixCase kPrefixCases[] = {
    {""sv, ""sv, true},       {""sv, "a"sv, false},       {"a"sv, ""sv, true},     {"abc"sv, "ab"sv, true},
    {"abc"sv, "abc"sv, true}, {"abc"sv, "abcd"sv, false}, {"abc"sv, "b"sv, false}, {"a\0b"sv, "a\0"sv, true},
};

TEST(Bytes, StartWithEachOfTheirPrefixes) {
  for (const auto& [text, prefix, starts] : kPrefixCases) {
    EXPECT_EQ(Bytes(text).StartsWith(prefix), starts) << text << " and " << prefix;
  }
}

TEST(Bytes, AreCutIntoParts) {
  const Bytes bytes = "abc";
  EXPECT_EQ(bytes.First(0), "");
  EXPECT_EQ(bytes.First(2), "ab");
  EXPECT_EQ(bytes.First(3), "abc");
  EXPECT_EQ(bytes.From(0), "abc");
  EXPECT_EQ(bytes.From(2), "c");
  EXPECT_EQ(bytes.From(3), "");
  EXPECT_EQ(bytes[1], std::byte{'b'});
}

TEST(Bytes, ComeFromAllThatHoldsBytes) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(Bytes(text).size(), 3u);
  EXPECT_EQ(Bytes(std::string_view(text)).size(), 3u);
  EXPECT_EQ(Bytes(text.c_str()).size(), 1u);
  std::vector<std::byte> vector = {std::byte{1}, std::byte{2}};
  std::array<std::byte, 2> array = {std::byte{1}, std::byte{2}};
  const Bytes expected("\1\2");
  EXPECT_EQ(Bytes(vector), expected);
  EXPECT_EQ(Bytes(array), expected);
  EXPECT_EQ(Bytes(std::as_const(vector)), expected);
  EXPECT_EQ(Bytes(std::span<std::byte>(vector)), expected);
  EXPECT_EQ(Bytes(std::span<const std::byte>(vector)), expected);
  EXPECT_EQ((Bytes(std::span<std::byte, 2>(array))), expected);
  EXPECT_EQ(Bytes(vector).data(), vector.data());
}

TEST(Bytes, PrintAsTheyAre) {
  std::ostringstream out;
  out << Bytes("a\0b"sv) << Bytes();
  EXPECT_EQ(out.str(), "a\0b"sv);
}

}  // namespace
}  // namespace logwood
