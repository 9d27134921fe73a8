#include "tools/command_line/entry_format.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tools/read_entries.h"

namespace logwood::testing {
namespace {

using command_line::EntryFormat;
using std::string_literals::operator""s;

constexpr EntryFormat kTsv = EntryFormat::kTsv;
constexpr EntryFormat kCsv = EntryFormat::kCsv;
constexpr EntryFormat kJsonl = EntryFormat::kJsonl;

Entries ReadWhole(EntryFormat format, const std::string& text) {
  const ReadEntries read = ReadText(format, text);
  EXPECT_TRUE(read.status.ok()) << read.status << "\n" << text;
  EXPECT_EQ(read.position, text.size());
  return read.entries;
}

// A text, and what the error says of it behind "input ".
struct Fault {
  std::string text;
  std::string says;
};

void ExpectFaults(EntryFormat format, const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    const ReadEntries read = ReadText(format, fault.text);
    EXPECT_EQ(read.status.code(), StatusCode::kInvalidArgument) << fault.text;
    EXPECT_TRUE(read.status.message().starts_with("input " + fault.says)) << fault.text << "\n" << read.status;
  }
}

TEST(EntryFormat, GoesByNameOrByTheEndingOfAFile) {
  EXPECT_EQ(command_line::EntryFormatByName("tsv"), kTsv);
  EXPECT_EQ(command_line::EntryFormatByName("csv"), kCsv);
  EXPECT_EQ(command_line::EntryFormatByName("jsonl"), kJsonl);
  EXPECT_EQ(command_line::EntryFormatByName("json"), std::nullopt);
  EXPECT_EQ(command_line::EntryFormatOfFile("a/b.csv"), kCsv);
  EXPECT_EQ(command_line::EntryFormatOfFile("b.jsonl"), kJsonl);
  EXPECT_EQ(command_line::EntryFormatOfFile("b.ndjson"), kJsonl);
  EXPECT_EQ(command_line::EntryFormatOfFile("b.tsv"), kTsv);
  EXPECT_EQ(command_line::EntryFormatOfFile("-"), kTsv);
}

TEST(EntryFormat, WritesTsv) {
  EXPECT_EQ(WriteText(kTsv, {{"a\tb", "c\nd\re\\"}, {"", ""}, {"\0\xff"s, "é"}}),
            "a\\tb\tc\\nd\\re\\\\\n\t\n\\x00\\xff\té\n");
  EXPECT_EQ(WriteText(kTsv, {{"\xef\xbb\xbfk", "\xef\xbb\xbf"}}), "\\xef\\xbb\\xbfk\t\xef\xbb\xbf\n");
}

TEST(EntryFormat, WritesCsv) {
  EXPECT_EQ(WriteText(kCsv, {}), "key,value\r\n");
  EXPECT_EQ(WriteText(kCsv, {{"a", ""}, {"b,c", "say \"so\""}, {" x", "y\t"}, {"l\nm", "r\rs"}, {"\0"s, "\xff"}}),
            "key,value\r\na,\r\n\"b,c\",\"say \"\"so\"\"\"\r\n\" x\",\"y\t\"\r\n\"l\nm\",\"r\rs\"\r\n\0,\xff\r\n"s);
}

TEST(EntryFormat, WritesJsonl) {
  EXPECT_EQ(WriteText(kJsonl, {{"a\"\\\n", "é"}, {"\0"s, "\xff\xfe"}}),
            "{\"key\":\"a\\\"\\\\\\n\",\"value\":\"é\"}\n{\"key\":\"\\u0000\",\"value_base64\":\"//4=\"}\n");
}

TEST(EntryFormat, ReadsTsvThatOthersWrote) {
  EXPECT_EQ(ReadWhole(kTsv, "a\tb\r\nc\td"), (Entries{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(ReadWhole(kTsv, "\xef\xbb\xbf"s + "a\tb\n"), (Entries{{"a", "b"}}));
  EXPECT_EQ(ReadWhole(kTsv, "\\x41\\x4a\\x4A\t\0\x01\rx\xff\n"s), (Entries{{"AJJ", "\0\x01\rx\xff"s}}));
  EXPECT_EQ(ReadWhole(kTsv, ""), Entries());
}

TEST(EntryFormat, ReadsCsvThatOthersWrote) {
  EXPECT_EQ(ReadWhole(kCsv, "\xef\xbb\xbf\"key\",\"value\"\n\"\",\"\"\nx,\"a\"\"\r\n\"\"b\"\r\ny z , 1"),
            (Entries{{"", ""}, {"x", "a\"\r\n\"b"}, {"y z ", " 1"}}));
  EXPECT_EQ(ReadWhole(kCsv, "key,value"), Entries());
  EXPECT_EQ(ReadWhole(kCsv, "key,value\nkey,value\n,"), (Entries{{"key", "value"}, {"", ""}}));
}

TEST(EntryFormat, ReadsJsonlThatOthersWrote) {
  EXPECT_EQ(ReadWhole(kJsonl, "\xef\xbb\xbf { \"value_base64\" : \"\" , \"key\" : \"\\ud834\\udd1e\\/\" } \r\n"),
            (Entries{{"𝄞/", ""}}));
  EXPECT_EQ(ReadWhole(kJsonl, "{\"key_base64\":\"YQ==\",\"value\":\"v\"}"), (Entries{{"a", "v"}}));
}

TEST(EntryFormat, TellsWhatIsWrongInTsv) {
  ExpectFaults(kTsv, {
                         {"\n", "line 1 column 1: expected KEY<TAB>VALUE, found an empty line"},
                         {"a\tb\n\r\nc\td\n", "line 2 column 1: expected KEY<TAB>VALUE, found an empty line"},
                         {"a\tb\nkey\n", "line 2 column 4: expected KEY<TAB>VALUE, found a line without a tab"},
                         {"a\tb\nkey", "line 2 column 4: expected KEY<TAB>VALUE, found a line without a tab"},
                         {"a\tb\tc\n", "line 1 column 4: expected the end of the line, found a second tab"},
                         {"a\\q\tb\n", "line 1 column 2: expected \\t, \\n, \\r, \\\\ or \\x"},
                         {"a\tb\\", "line 1 column 4: expected \\t"},
                         {"a\tb\\x4", "line 1 column 4: expected \\t"},
                         {"a\tb\\x4g\n", "line 1 column 4: expected \\t"},
                         {"a\\x\t41\n", "line 1 column 2: expected \\t"},
                         {"\xef\xbb\xbfk\n", "line 1 column 5: expected KEY<TAB>VALUE"},
                     });
}

TEST(EntryFormat, TellsWhatIsWrongInCsv) {
  const std::string header = "key,value\n";
  ExpectFaults(kCsv, {
                         {"", "line 1 column 1: expected the header key,value, found the end of the input"},
                         {"a,b\n", "line 1 column 1: expected the header key,value, found another line"},
                         {"key,value,more\n", "line 1 column 1: expected the header key,value"},
                         {"\"" + std::string(10'000, 'x'), "line 1 column 1: expected the header key,value, found"},
                         {header + "\n", "line 2 column 1: expected KEY,VALUE, found an empty line"},
                         {header + "abc\n", "line 2 column 4: expected KEY,VALUE, found a record of one field"},
                         {header + "abc", "line 2 column 4: expected KEY,VALUE, found a record of one field"},
                         {header + "a,b,c\n", "line 2 column 4: expected the end of the line, found a third field"},
                         {header + "\"a\nb\",c\nx,y\"z\n", "line 4 column 4: expected a field with quotes around all"},
                         {header + "\"a\"b,c\n", "line 2 column 4: expected a comma, found more behind the closing"},
                         {header + "a,\"b\"c\n", "line 2 column 6: expected the end of the line, found more behind"},
                         {header + "a\rb,c\n", "line 2 column 2: expected a comma, found a CR without its LF"},
                         {header + "a,b\r", "line 2 column 4: expected the end of the line, found a CR without its LF"},
                         {header + "\"a\nb\",\"c\n\nd", "line 3 column 4: expected a second quote behind this one"},
                     });
}

TEST(EntryFormat, TellsWhatIsWrongInJsonl) {
  const std::string deep(100'000, '[');
  ExpectFaults(
      kJsonl,
      {
          {"\n", "line 1 column 1: expected an object of JSON, found an empty line"},
          {"{\"key\":\"a\",\"value\":\"b\"}\n\n", "line 2 column 1: expected an object of JSON, found an empty line"},
          {"[1]", "line 1 column 1: expected an object of JSON, found an array"},
          {"\"a\"", "line 1 column 3: expected an object of JSON, found a string"},
          {"{\"key\":\"a\",\"val", "line 1 column 15: expected an object of JSON, found syntax error"},
          {"{\"key\":\"a\",\"value\":\"b\"} x", "line 1 column 25: expected an object of JSON, found syntax error"},
          {"{\"key\":\"a\",\"value\":\"b\"}{\"key\":\"a\",\"value\":\"b\"}", "line 1 column 24: expected an object"},
          {"{\"key\":\"a\",\"value\":\"b\"}\0x"s, "line 1 column 24: expected an object of JSON, found a NUL byte"},
          {"{}", "line 1 column 2: expected a member key or key_base64, found neither"},
          {"{\"key\":\"a\"}", "line 1 column 11: expected a member value or value_base64, found neither"},
          {"{\"key\":\"a\",\"key\":\"a\"}", "line 1 column 16: expected one key, found a second"},
          {"{\"key\":\"a\",\"key_base64\":\"YQ==\"}", "line 1 column 23: expected one key, found a second"},
          {"{\"value\":\"a\",\"value_base64\":\"\"}", "line 1 column 27: expected one value, found a second"},
          {"{\"more\":1}", "line 1 column 7: expected key, value, key_base64 or value_base64, found member \"more\""},
          {"{\"_base64\":1}", "line 1 column 10: expected key, value, key_base64 or value_base64"},
          {"{\"key\":1}", "line 1 column 9: expected a string as member \"key\", found a number"},
          {"{\"key\":1e999}", "line 1 column 13: expected an object of JSON, found number overflow"},
          {"{\"key\":123456789012345678901234567890}",
           "line 1 column 38: expected a string as member \"key\", found a"},
          {"{\"key\":null}", "line 1 column 11: expected a string as member \"key\", found null"},
          {"{\"key\":true}", "line 1 column 11: expected a string as member \"key\", found a boolean"},
          {"{\"key\":{}}", "line 1 column 8: expected a string as member \"key\", found an object"},
          {"{\"key\":" + deep, "line 1 column 8: expected a string as member \"key\", found an array"},
          {"{\"key\":\"\xff\"}", "line 1 column 9: expected an object of JSON, found syntax error"},
          {"{\"key\":\"\\ud800\"}", "line 1 column 15: expected an object of JSON, found syntax error"},
          {"{\"key_base64\":\"YQ\"}", "line 1 column 18: expected base64 of RFC 4648"},
          {"{\"key_base64\":\"YR==\"}", "line 1 column 20: expected base64"},
          {"{\"key_base64\":\"Y===\"}", "line 1 column 20: expected base64"},
          {"{\"key_base64\":\" YQ==\"}", "line 1 column 21: expected base64"},
          {"{\"key_base64\":\"Y-==\"}", "line 1 column 20: expected base64"},
          {"{\"key\":\"a\",\"value\":\"b\"}\n\xef\xbb\xbf{}",
           "line 2 column 1: expected an object of JSON, found a byte"},
      });
}

TEST(EntryFormat, ClipsWhatAMessageShows) {
  const ReadEntries read = ReadText(kJsonl, "{\"" + std::string(1'000'000, 'x') + "\":\"\"}");
  EXPECT_LT(read.status.message().size(), 400u);
  EXPECT_LT(ReadText(kJsonl, "{\"key\":\"" + std::string(1'000'000, 'x')).status.message().size(), 400u);
}

TEST(EntryFormat, HoldsTheLargestEntryAndNoLargerOne) {
  const std::string key(kKeySizeMax, '\x01');
  const std::string value(kValueSizeMax, '"');
  for (const EntryFormat format : kEntryFormats) {
    const ReadEntries read = ReadText(format, WriteText(format, {{key, value}, {"next", ""}}));
    ASSERT_TRUE(read.status.ok()) << read.status;
    EXPECT_TRUE(read.entries == (Entries{{key, value}, {"next", ""}}));
    const ReadEntries large_key = ReadText(format, WriteText(format, {{key + "k", "v"}}));
    EXPECT_NE(large_key.status.message().find("expected a key of at most 65536 bytes, found one of 65537"),
              std::string::npos)
        << large_key.status;
    const ReadEntries large_value = ReadText(format, WriteText(format, {{"k", value + "v"}}));
    EXPECT_NE(large_value.status.message().find("expected a value of at most 16777216 bytes, found one of 16777217"),
              std::string::npos)
        << large_value.status;
  }
}

}  // namespace
}  // namespace logwood::testing
