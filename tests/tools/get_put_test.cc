#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

TEST(GetVerb, ShowsAValueOfATreeAndOfTheLog) {
  const StoredDatabase database;
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "ada"}).out, "1815\n");
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "grace"}).out, "1906\n");
}

TEST(PutVerb, KeepsItsFilesApartFromStandardStreamsThatAreClosed) {
  const StoredDatabase database;
  const auto close_streams = [] {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(stream);
  };
  const std::vector<std::string> arguments = {"put", database.path(), "users", "new", "1", "--json"};
  EXPECT_EQ(RunCommand(arguments, {.in_child = close_streams}).exit_code, 0);
  EXPECT_EQ(RunCommand({"put", database.path(), "nothing", "k", "v"}, {.in_child = close_streams}).exit_code, 2);
  EXPECT_EQ(RunCommand({"verify", database.path()}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "new"}).out, "1\n");
}

TEST(GetVerb, SaysNoByItsExitCode) {
  const StoredDatabase database;
  for (const char* key : {"nobody", "charles", "alan"}) {
    const CommandEnd end = RunCommand({"get", database.path(), "users", key});
    EXPECT_EQ(end.exit_code, 1) << key;
    EXPECT_EQ(end.out, "");
    EXPECT_EQ(end.err, std::string("logwood get: collection users has no key ") + key + "\n");
  }
}

TEST(GetVerb, ShowsJson) {
  const StoredDatabase database;
  EXPECT_EQ(RunCommand({"get", "--json", database.path(), "users", "ada"}).out,
            "{\"key\":\"ada\",\"value\":\"1815\"}\n");
  const CommandEnd absent = RunCommand({"get", "--json", database.path(), "users", "nobody"});
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_EQ(absent.out, "{\"key\":\"nobody\",\"value\":null}\n");
}

TEST(PutVerb, WritesWhatGetShows) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"put", database.path(), "users", "joan", "1917"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.out + end.err, "");
  EXPECT_EQ(RunCommand({"put", database.path(), "users", "ada", "other", "--no-sync"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "joan"}).out, "1917\n");
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "ada"}).out, "other\n");
}

TEST(PutVerb, TellsInJsonWhatItDid) {
  const StoredDatabase database;
  EXPECT_EQ(
      RunCommand({"put", "--json", "--hex", database.path(), "users", "ff", "00"}).out,
      "{\"done\":\"put\",\"database\":\"" + database.path() + "\",\"collection\":\"users\",\"key_base64\":\"/w==\"}\n");
}

TEST(PutVerb, ReadsTheValueFromStandardInputByteForByte) {
  const StoredDatabase database;
  std::string value = std::string("a\0b\xff\n", 5);
  for (int i = 0; i < 100'000; ++i) value += static_cast<char>(i * 7);
  ASSERT_EQ(RunCommand({"put", database.path(), "users", "bytes", "-"}, {.input = value}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", "--raw", database.path(), "users", "bytes"}).out, value);
}

TEST(PutVerb, TakesKeysAndValuesInHexadecimal) {
  const StoredDatabase database;
  ASSERT_EQ(RunCommand({"put", "--hex", database.path(), "users", "00FF2d", "0a00"}).exit_code, 0);
  ASSERT_EQ(RunCommand({"put", "--hex", database.path(), "users", "01", "-"}, {.input = "dead\nBEEF\n"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", "--hex", database.path(), "users", "00ff2d"}).out, "0a00\n");
  EXPECT_EQ(RunCommand({"get", "--hex", database.path(), "users", "01"}).out, "deadbeef\n");
  EXPECT_EQ(RunCommand({"get", "--hex", "--json", database.path(), "users", "00ff2d"}).out,
            "{\"key_base64\":\"AP8t\",\"value\":\"\\n\\u0000\"}\n");
}

TEST(PutVerb, RefusesWhatIsNotHexadecimal) {
  const StoredDatabase database;
  for (const char* key : {"0", "0g", "xyz1"}) {
    const CommandEnd end = RunCommand({"put", "--hex", database.path(), "users", key, "00"});
    EXPECT_EQ(end.exit_code, 2) << key;
    EXPECT_NE(end.err.find("KEY"), std::string::npos) << end.err;
    EXPECT_NE(end.err.find("two digits"), std::string::npos) << end.err;
  }
}

// What a command line parser might take for something of its own.
TEST(PutVerb, TakesAnyKeyAndValueAsTheyAre) {
  const StoredDatabase database;
  for (const char* text :
       {"-k", "--help", "--", "", "[a,b]", "{}", "\"q\"", "'s'", "%%x", "get", "put", "a=b", "#", "$"}) {
    ASSERT_EQ(RunCommand({"put", database.path(), "users", "--", text, text}).exit_code, 0) << text;
    EXPECT_EQ(RunCommand({"get", database.path(), "users", "--", text}).out, std::string(text) + "\n");
  }
  ASSERT_EQ(RunCommand({"put", database.path(), "users", "scan", "verify"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "scan"}).out, "verify\n");
}

TEST(PutVerb, MakesDatabaseAndCollectionOnlyWhenAsked) {
  const StoredDatabase database;
  const std::string path = database.parent() / "other";
  ASSERT_EQ(RunCommand({"put", path, "c", "k", "v"}).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_EQ(RunCommand({"put", "--create", path, "c", "k", "v"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", path, "c", "k"}).out, "v\n");
}

}  // namespace
}  // namespace logwood::testing
