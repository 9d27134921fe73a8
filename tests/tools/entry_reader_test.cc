#include "tools/command_line/entry_reader.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>

#include "base/random.h"
#include "tests/tools/read_entries.h"

namespace logwood::testing {
namespace {

using command_line::EntryFormat;
using command_line::EntryReader;
using std::string_literals::operator""s;

// Bytes that mean something to one of the formats come often.
std::string RandomBytes(SeededRandom& random, size_t size_max) {
  constexpr std::string_view kSpecial = "\t\n\r\\\",x0a \x00{}:\xef\xbb\xbf\xc3\xa9";
  std::string bytes(random.Below(size_max + 1), '\0');
  for (char& byte : bytes) {
    byte = random.OneIn(3) ? static_cast<char>(random.Below(256)) : kSpecial[random.Below(kSpecial.size())];
  }
  return bytes;
}

Entries RandomEntries(SeededRandom& random, size_t count_max) {
  Entries entries(random.Below(count_max + 1));
  for (auto& [key, value] : entries) {
    key = RandomBytes(random, 12);
    value = RandomBytes(random, 20);
  }
  return entries;
}

// Every byte alone, every pair of bytes that means something, and the empty string.
Entries TellingEntries() {
  Entries entries{{"", ""}};
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    entries.emplace_back(one, one + one);
  }
  for (const char first : "\t\n\r\\\", \xef\xbb\xbf"s) {
    for (const char second : "\t\n\r\\\", xt\xbb\xbf"s) entries.emplace_back(std::string{first, second}, "v");
  }
  entries.emplace_back("\xef\xbb\xbf", "\xef\xbb\xbf");
  return entries;
}

TEST(EntryReader, GivesBackEveryByteString) {
  for (const EntryFormat format : kEntryFormats) {
    const std::string text = WriteText(format, TellingEntries());
    const ReadEntries read = ReadText(format, text);
    ASSERT_TRUE(read.status.ok()) << read.status;
    EXPECT_EQ(read.entries, TellingEntries());
    EXPECT_EQ(read.position, text.size());
    EXPECT_TRUE(read.ends_with_line_end);
  }
}

TEST(EntryReader, GivesBackAFirstKeyThatBeginsLikeAMarkedFile) {
  for (const EntryFormat format : kEntryFormats) {
    const Entries entries{{"\xef\xbb\xbfkey", "\xef\xbb\xbf"}, {"\xef\xbb\xbf\xef\xbb\xbf", ""}};
    EXPECT_EQ(ReadText(format, WriteText(format, entries)).entries, entries);
  }
}

TEST(EntryReader, GivesBackRandomEntriesInRandomPieces) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const Entries entries = RandomEntries(random, 8);
    for (const EntryFormat format : kEntryFormats) {
      std::vector<size_t> sizes(random.Below(20));
      std::ranges::generate(sizes, [&random] { return 1 + random.Below(9); });
      const ReadEntries read = ReadText(format, WriteText(format, entries), sizes);
      ASSERT_TRUE(read.status.ok()) << read.status;
      ASSERT_EQ(read.entries, entries);
    }
  }
}

TEST(EntryReader, DoesNotCareWhereAPieceEnds) {
  const Entries entries{{"a\"\r\n,", "\t\\\xff"}, {"", "é\0"s}, {"long enough", ""}};
  for (const EntryFormat format : kEntryFormats) {
    const std::string text = WriteText(format, entries);
    for (size_t border = 1; border < text.size(); ++border) {
      ASSERT_EQ(ReadText(format, text, {border}).entries, entries) << "border at " << border;
      ASSERT_EQ(ReadText(format, text, {border, 1, 1, 1}).entries, entries) << "border at " << border;
    }
    EXPECT_EQ(ReadText(format, text, std::vector<size_t>(text.size(), 1)).entries, entries);
  }
}

TEST(EntryReader, SaysTheSameOfAFaultWhereverAPieceEnds) {
  const std::pair<EntryFormat, std::string> inputs[] = {
      {EntryFormat::kTsv, "a\tb\r\nc\\x41\td\\x4\ne\tf\n"},
      {EntryFormat::kCsv, "key,value\r\n\"a\n\"\"b\",c\r\nd,\"e\"f\r\n"},
      {EntryFormat::kJsonl, "{\"key\":\"a\",\"value\":\"b\"}\n{\"key\":\"a\",\"value\":7}\n"}};
  for (const auto& [format, text] : inputs) {
    const ReadEntries whole = ReadText(format, text);
    ASSERT_FALSE(whole.status.ok());
    EXPECT_EQ(whole.entries.size(), 1u);
    for (size_t border = 1; border < text.size(); ++border) {
      const ReadEntries cut = ReadText(format, text, {border, 1});
      EXPECT_EQ(cut.status, whole.status) << "border at " << border;
      EXPECT_EQ(cut.entries, whole.entries);
    }
  }
}

// Of a cut input at most the last entry is not what it was, and then the reader says that a line end is missing.
TEST(EntryReader, NoticesThatAnInputWasCut) {
  const Entries entries{{"first", "one, two"}, {"sec\"ond", "\xff\n"}, {"third", "x"}};
  for (const EntryFormat format : kEntryFormats) {
    const std::string text = WriteText(format, entries);
    for (size_t size = 0; size < text.size(); ++size) {
      const ReadEntries read = ReadText(format, text.substr(0, size));
      const size_t whole = read.entries.size() - (read.ends_with_line_end || read.entries.empty() ? 0 : 1);
      ASSERT_TRUE(
          std::equal(read.entries.begin(), read.entries.begin() + static_cast<std::ptrdiff_t>(whole), entries.begin()));
      const bool at_border = size == 0 || text[size - 1] == '\n';
      EXPECT_TRUE(!read.status.ok() || read.ends_with_line_end == at_border) << text.substr(0, size);
    }
  }
}

TEST(EntryReader, RefusesAnEntryThatNeverEnds) {
  const std::pair<EntryFormat, std::string> starts[] = {
      {EntryFormat::kTsv, ""}, {EntryFormat::kCsv, "key,value\n\""}, {EntryFormat::kJsonl, "{\"key\":\""}};
  for (const auto& [format, start] : starts) {
    uint64_t given = 0;
    EntryReader reader(format, "endless", [&](std::span<char> into) -> Result<size_t> {
      std::ranges::fill(into, 'x');
      if (given == 0) start.copy(into.data(), start.size());
      given += into.size();
      return into.size();
    });
    const auto entry = reader.Next();
    EXPECT_EQ(entry.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(entry.status().message().find("found no end of it"), std::string_view::npos) << entry.status();
    EXPECT_LT(given, uint64_t{300} << 20);
  }
}

TEST(EntryReader, WaitsForNoMoreThanTheEndOfALine) {
  std::vector<std::string> pieces{"\n", "a key and a valu\te"};
  EntryReader reader(EntryFormat::kTsv, "input", [&](std::span<char> into) -> Result<size_t> {
    if (pieces.empty()) return Status::Io("read on");
    const std::string piece = pieces.back();
    pieces.pop_back();
    return piece.copy(into.data(), into.size());
  });
  EXPECT_TRUE(reader.Next()->has_value());
}

TEST(EntryReader, PassesOnWhatItsSourceSaysAndStaysSo) {
  int calls = 0;
  EntryReader reader(EntryFormat::kTsv, "input", [&](std::span<char> into) -> Result<size_t> {
    if (++calls > 1) return Status::Io("input: the device is gone");
    return std::string_view("k\tv\nk").copy(into.data(), into.size());
  });
  EXPECT_TRUE(reader.Next().value().has_value());
  EXPECT_EQ(reader.Next().status(), Status::Io("input: the device is gone"));
  EXPECT_EQ(reader.Next().status(), Status::Io("input: the device is gone"));
  EXPECT_EQ(calls, 2);
}

TEST(EntryReader, StaysAtItsFirstFault) {
  EntryReader reader(EntryFormat::kTsv, "input", [is_first = true](std::span<char> into) mutable -> Result<size_t> {
    return std::exchange(is_first, false) ? std::string_view("bad\nk\tv\n").copy(into.data(), into.size()) : 0;
  });
  const Status first = reader.Next().status();
  EXPECT_FALSE(first.ok());
  EXPECT_EQ(reader.Next().status(), first);
}

}  // namespace
}  // namespace logwood::testing
