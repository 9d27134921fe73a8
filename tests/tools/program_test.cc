#include <fcntl.h>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

TEST(Program, ShowsFiveCommandsThatWork) {
  const CommandEnd end = RunCommand({});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.err, "");
  const TemporaryDirectory directory;
  const auto enter = [&] {
    if (::chdir(directory.path().c_str()) != 0) ::_exit(125);
  };
  std::vector<std::string> verbs;
  for (size_t at = end.out.find("\n  logwood "); at != std::string::npos; at = end.out.find("\n  logwood ", at + 1)) {
    const size_t begin = at + std::string("\n  logwood ").size();
    std::vector<std::string> words(1);
    for (const char c : end.out.substr(begin, end.out.find_first_of("#\n", begin) - begin)) {
      if (c != ' ') words.back() += c;
      if (c == ' ' && !words.back().empty()) words.emplace_back();
    }
    if (words.back().empty()) words.pop_back();
    verbs.push_back(words.front());
    const CommandEnd run = RunCommand(words, {.in_child = enter});
    EXPECT_EQ(run.exit_code, 0) << words.front() << ": " << run.err;
  }
  EXPECT_EQ(verbs, (std::vector<std::string>{"create", "put", "get", "scan", "verify"}));
}

TEST(Program, TellsItsVersion) {
  const CommandEnd end = RunCommand({"--version"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.out, "logwood 0.1.0, file format 0\n");
}

TEST(Program, ExplainsItselfAndEveryVerb) {
  const CommandEnd end = RunCommand({"--help"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_NE(end.out.find("\nVerbs:\n"), std::string::npos) << end.out;
  for (const char* verb : {"create", "drop", "collections", "put", "get", "delete", "scan", "count", "flush", "compact",
                           "verify", "repair", "stats", "dump", "load", "export", "bench", "shell"}) {
    EXPECT_NE(end.out.find(std::string("\n  ") + verb + " "), std::string::npos) << end.out;
    const CommandEnd help = RunCommand({verb, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.out.find(std::string("Usage: logwood ") + verb), std::string::npos) << help.out;
    EXPECT_EQ(help.err, "");
  }
}

TEST(Program, NamesTheRightUsageWhereTheCallIsWrong) {
  const std::vector<std::vector<std::string>> calls = {{"bogus"},
                                                       {"get"},
                                                       {"get", "db"},
                                                       {"get", "db", "c"},
                                                       {"put", "db", "c", "k"},
                                                       {"get", "db", "c", "k", "more"},
                                                       {"scan", "db", "c", "--nope"},
                                                       {"get", "db", "c", "k", "--raw", "--json"},
                                                       {"drop", "db"},
                                                       {"drop", "db", "c", "more"},
                                                       {"collections"},
                                                       {"delete", "db", "c"},
                                                       {"count", "db"},
                                                       {"count", "db", "c", "--reverse"},
                                                       {"count", "db", "c", "--limit", "-1"},
                                                       {"flush"},
                                                       {"flush", "db", "c"},
                                                       {"compact"},
                                                       {"stats"},
                                                       {"stats", "db", "--hex"},
                                                       {"verify"},
                                                       {"repair", "db"},
                                                       {"dump"},
                                                       {"--nope"}};
  for (const auto& call : calls) {
    const CommandEnd end = RunCommand(call);
    EXPECT_EQ(end.exit_code, 2) << call.front();
    EXPECT_EQ(end.out, "");
    EXPECT_NE(end.err.find("--help"), std::string::npos) << end.err;
  }
  EXPECT_EQ(RunCommand({"bogus"}).err, "logwood: there is no verb \"bogus\"\nAll there are: logwood --help\n");
  EXPECT_EQ(RunCommand({"Scn"}).err,
            "logwood: there is no verb \"Scn\"; near to it: scan\nAll there are: logwood --help\n");
  EXPECT_EQ(RunCommand({"stat\n"}).err,
            "logwood: there is no verb \"stat\\n\"; near to it: stats\nAll there are: logwood --help\n");
  EXPECT_NE(RunCommand({"get", "db", "c"}).err.find("KEY"), std::string::npos);
}

// What `message` says behind `mark`, up to the end of the line.
std::string LineBehind(const std::string& mark, const std::string& message) {
  const size_t at = message.find(mark);
  if (at == std::string::npos) return "no \"" + mark + "\" in: " + message;
  return message.substr(at + mark.size(), message.find('\n', at) - at - mark.size());
}

TEST(Program, AdvisesCommandsThatAShellReadsBack) {
  const StoredDatabase database;
  for (const std::string name :
       {"a\\b", "it's", "\x1b[31mred", "line\nend\t\x7f", "\xff'\\x", "gr\xc3\xbc\xc3\x9f dich"}) {
    const CommandEnd end = RunCommand({"get", database.path(), name, "k"});
    EXPECT_EQ(end.exit_code, 2);
    const std::string word = LineBehind("logwood create " + database.path() + " ", end.err);
    const CommandEnd echoed = RunCommand({"-c", "printf %s " + word}, {.program = "/bin/bash"});
    EXPECT_EQ(echoed.out, name) << word;
  }
}

TEST(Program, SendsNoControlCharactersToStandardError) {
  const StoredDatabase database;
  const std::string name = "\x1b[31mred\x07\xc2\x9b";
  for (const CommandEnd& end : {RunCommand({"get", database.path(), name, "k"}), RunCommand({"get", name, "c", "k"}),
                                RunCommand({"load", database.path(), "c", name})}) {
    EXPECT_EQ(end.exit_code, 2);
    EXPECT_EQ(end.err.find_first_of("\x1b\x07\xc2"), std::string::npos) << end.err;
    EXPECT_NE(end.err.find("\\x1b[31mred\\x07\\xc2\\x9b"), std::string::npos) << end.err;
  }
}

TEST(Program, MakesNoDatabaseForACollectionThatCannotBe) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "data";
  for (const std::string& name : {std::string(), std::string(256, 'x')}) {
    for (const std::vector<std::string>& call : std::vector<std::vector<std::string>>{
             {"create", path, name}, {"put", path, name, "k", "v", "--create"}, {"load", path, name}}) {
      const CommandEnd end = RunCommand(call, {.input = "k\tv\n"});
      EXPECT_EQ(end.exit_code, 2) << call.front();
      EXPECT_NE(end.err.find("a collection's name has " + std::to_string(name.size()) + " bytes; it may have 1 to 255"),
                std::string::npos)
          << end.err;
      EXPECT_FALSE(std::filesystem::exists(path)) << call.front();
    }
  }
}

TEST(Program, EndsQuietlyWhenNobodyReads) {
  const StoredDatabase database;
  const std::vector<std::vector<std::string>> calls = {{"scan", database.path(), "users"},
                                                       {"count", database.path(), "users"},
                                                       {"collections", database.path()},
                                                       {"stats", database.path()},
                                                       {"verify", database.path()},
                                                       {"dump", database.path(), "--trees"},
                                                       {"delete", database.path(), "users", "ada", "--json"},
                                                       {"flush", database.path()},
                                                       {"compact", database.path()},
                                                       {"drop", database.path(), "users"}};
  for (const auto& call : calls) {
    const CommandEnd end = RunCommandForHead(call, 0);
    EXPECT_EQ(end.exit_code, 0) << call.front();
    EXPECT_EQ(end.out + end.err, "") << call.front();
  }
}

TEST(Program, FailsWhereItsOutputCannotBeWritten) {
  const StoredDatabase database;
  const auto into_full_device = [] {
    const int full = ::open("/dev/full", O_WRONLY);
    if (full < 0 || ::dup2(full, STDOUT_FILENO) < 0) ::_exit(125);
  };
  const CommandEnd end = RunCommand({"get", database.path(), "users", "ada"}, {.in_child = into_full_device});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_NE(end.err.find("standard output"), std::string::npos) << end.err;
}

}  // namespace
}  // namespace logwood::testing
