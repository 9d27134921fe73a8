#include <gtest/gtest.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

class ShellScript : public ::testing::Test {
 protected:
  [[nodiscard]] CommandEnd Run(const std::string& script, std::vector<std::string> options = {"users"}) const {
    options.insert(options.begin(), {"shell", database_.path()});
    return RunCommand(options, {.input = script});
  }
  // What a script shows whose answers are all yes.
  [[nodiscard]] std::string Shown(const std::string& script,
                                  const std::vector<std::string>& options = {"users"}) const {
    const CommandEnd end = Run(script, options);
    EXPECT_EQ(end.err, "");
    EXPECT_EQ(end.exit_code, 0);
    return end.out;
  }
  // The first line on standard error of a script that ends with an error.
  [[nodiscard]] std::string Error(const std::string& script,
                                  const std::vector<std::string>& options = {"users"}) const {
    const CommandEnd end = Run(script, options);
    EXPECT_EQ(end.exit_code, 2);
    return end.err.substr(0, end.err.find('\n'));
  }

  StoredDatabase database_;
};

TEST_F(ShellScript, RunsItsLinesWithoutPromptOrBanner) {
  EXPECT_EQ(Shown("collections\nuse users\n# comment\n\nscan\nget ada", {}),
            "users\nempty\nada\t1815\ngrace\t1906\n1815\n");
  EXPECT_EQ(Shown("", {}), "");
}

TEST_F(ShellScript, MakesAndRemovesCollections) {
  EXPECT_EQ(Shown("create new\nuse new\nput a 1\ncount\nuse users\ndrop new\ncollections\n"), "1\nusers\nempty\n");
  EXPECT_EQ(Error("create users\n").find("logwood shell: line 1: create: "), 0u);
  EXPECT_EQ(Error("drop nobody\n").find("logwood shell: line 1: drop: "), 0u);
  EXPECT_EQ(Error("use nobody\n", {"users", "--read-only"}),
            "logwood shell: line 1: use: there is no collection \"nobody\"; there are: users empty");
  EXPECT_NE(Error("get a\n", {}).find("no collection is in use"), std::string::npos);
  EXPECT_NE(Error("drop users\nget ada\n").find("line 2: get: no collection is in use"), std::string::npos);
}

TEST_F(ShellScript, WritesAndReadsEntries) {
  EXPECT_EQ(Shown("put \"a b\" 'c d'\nget 'a b'\ndelete ada\nfirst\nlast\n"), "c d\na b\tc d\ngrace\t1906\n");
  EXPECT_EQ(RunCommand({"get", database_.path(), "users", "a b"}).out, "c d\n");
  EXPECT_EQ(Shown("flush\ncompact\ncompact empty\ncount\nverify\n").substr(0, 14), "2\nblocks read\t");
}

TEST_F(ShellScript, KeepsEveryByte) {
  EXPECT_EQ(Shown("put \"\\x00\\n\\xff\" \"1\n2\\\\\"\nscan to a\nset hex on\nscan to 61\nset json on\nget 000aff\n"),
            "\\x00\\n\\xff\t1\\n2\\\\\n000aff\t310a325c\n{\"key_base64\":\"AAr/\",\"value\":\"1\\n2\\\\\"}\n");
  EXPECT_EQ(Shown(std::string("put a \0\xff\nget a\n", 15)), "\\x00\\xff\n");
  EXPECT_EQ(Shown("put a <<END\n  it's\n\\n\nEND\nget a\n"), "  it's\\n\\\\n\\n\n");
  EXPECT_EQ(Shown("put a <<END\r\n1\r\nEND\r\nget a\r\n"), "1\\r\\n\n");
  EXPECT_EQ(Shown("get 616461\n", {"users", "--hex"}), "31383135\n");
  EXPECT_NE(Error("get ada\n", {"users", "--hex"}).find("\"ada\" is not hexadecimal"), std::string::npos);
}

TEST_F(ShellScript, TellsWhatWasWrittenAsTheVerbsDoInJson) {
  const std::string database = "\"database\":\"" + database_.path() + "\"";
  EXPECT_EQ(
      Shown("create new\nuse new\nput k v\ndelete k\nbatch begin\nput a 1\nbatch commit\nflush\ncompact\ndrop new\n",
            {"--json"}),
      "{\"done\":\"create\"," + database + ",\"collection\":\"new\"}\n" +                    //
          "{\"done\":\"put\"," + database + ",\"collection\":\"new\",\"key\":\"k\"}\n" +     //
          "{\"done\":\"delete\"," + database + ",\"collection\":\"new\",\"key\":\"k\"}\n" +  //
          "{\"done\":\"batch commit\"," + database + "}\n" +                                 //
          "{\"done\":\"flush\"," + database + "}\n" +                                        //
          "{\"done\":\"compact\"," + database + ",\"collection\":\"new\"}\n" +               //
          "{\"done\":\"drop\"," + database + ",\"collection\":\"new\"}\n");
}

TEST_F(ShellScript, ScansWithinBounds) {
  const std::string filled = "use empty\nput a 1\nput b1 2\nput b2 3\nput c 4\n";
  EXPECT_EQ(Shown(filled + "scan prefix b\nscan from b2 reverse\nscan --to b2 --limit 1\nscan limit 0\n"),
            "b1\t2\nb2\t3\nc\t4\nb2\t3\na\t1\n");
  EXPECT_EQ(Shown("count from b1 to c\nfirst from b2\nlast prefix b\n", {"empty", "--read-only"}), "2\nb2\t3\nb2\t3\n");
  EXPECT_NE(Error("scan limit -1\n", {"users", "--read-only"}).find("-1 is no number"), std::string::npos);
  EXPECT_NE(Error("scan sideways\n", {"users", "--read-only"}).find("sideways is no option"), std::string::npos);
  EXPECT_NE(Error("scan prefix\n", {"users", "--read-only"}).find("prefix needs a word"), std::string::npos);
}

TEST_F(ShellScript, SaysNoWithOne) {
  for (const char* script : {"get nobody\nget ada\n", "use empty\nfirst\nuse users\nget ada\n"}) {
    const CommandEnd end = Run(script);
    EXPECT_EQ(end.exit_code, 1) << script;
    EXPECT_EQ(end.out, "1815\n");
    EXPECT_EQ(end.err.find("logwood shell: line "), 0u) << end.err;
  }
  EXPECT_EQ(Run("set json on\nget nobody\n").out, "{\"key\":\"nobody\",\"value\":null}\n");
}

TEST_F(ShellScript, EndsAtTheFirstErrorAndNamesItsLine) {
  const CommandEnd end = Run("get ada\n\nput a \"1\n2\"\nput b\nput c 3\n");
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_EQ(end.out, "1815\n");
  EXPECT_EQ(end.err, "logwood shell: line 5: put has 1 argument; its usage: put KEY VALUE\n");
  EXPECT_EQ(Shown("count\n"), "3\n");
  EXPECT_EQ(Error("put a \"\n\\q\"").find("logwood shell: line 2: column 1: \\q is no escape"), 0u);
  EXPECT_EQ(Error("nonsense\n", {"users", "--read-only"}),
            "logwood shell: line 1: there is no command nonsense; all there are: help");
  EXPECT_NE(Error("help nonsense\n", {"users", "--read-only"}).find("there is no command nonsense"), std::string::npos);
}

TEST_F(ShellScript, KeepsGoingWhereAskedTo) {
  const CommandEnd end = Run("nonsense\nput a\nget ada\n", {"users", "--keep-going"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_EQ(end.out, "1815\n");
  EXPECT_EQ(end.err,
            "logwood shell: line 1: there is no command nonsense; all there are: help\n"
            "logwood shell: line 2: put has 1 argument; its usage: put KEY VALUE\n"
            "logwood shell: 2 commands failed\n");
  const CommandEnd unreadable = Run("put a \\q\nget ada\n", {"users", "--keep-going"});
  EXPECT_EQ(unreadable.exit_code, 2);
  EXPECT_EQ(unreadable.out, "");
}

TEST_F(ShellScript, TellsThatItEndedInsideOfACommand) {
  EXPECT_EQ(Error("get ada\nput a \"b\nc\n", {"users", "--read-only"}),
            "logwood shell: line 2: the input ended before a closing \"");
  EXPECT_EQ(Error("put a <<END\nb\n", {"users", "--read-only"}),
            "logwood shell: line 1: the input ended before a line that is END");
  EXPECT_EQ(Error("put a b\\\n", {"users", "--read-only"}),
            "logwood shell: line 1: the input ended before the line after a \\");
  EXPECT_EQ(Shown("count\n"), "2\n");
}

TEST_F(ShellScript, CommitsABatchAsAWhole) {
  EXPECT_EQ(
      Shown("batch begin\nput a 1\ndelete ada\nuse empty\nput b 2\ncount\nbatch commit\ncount\nuse users\nscan\n"),
      "0\n1\na\t1\ngrace\t1906\n");
  EXPECT_EQ(Shown("batch begin\nput x 1\nbatch abort\ncount\n"), "2\n");
  EXPECT_NE(Error("batch begin\nput x 1\n", {"users", "--read-only"}).find("the batch of 1 writes was not committed"),
            std::string::npos);
  EXPECT_NE(
      Error("batch begin\nput x 1\nquit\n", {"users", "--read-only"}).find("the batch of 1 writes was not committed"),
      std::string::npos);
  EXPECT_NE(Error("batch commit\n", {"users", "--read-only"}).find("no batch is begun"), std::string::npos);
  EXPECT_NE(Error("batch begin\nbatch begin\n", {"users", "--read-only"}).find("is begun already"), std::string::npos);
  EXPECT_NE(Error("batch end\n", {"users", "--read-only"}).find("end is none of: begin, commit, abort"),
            std::string::npos);
  EXPECT_EQ(Shown("count\n"), "2\n");
}

TEST_F(ShellScript, SaysThatABatchIsSpoilt) {
  const std::string large(kKeySizeMax + 1, 'k');
  EXPECT_NE(Error("batch begin\nput " + large + " v\n").find("batch abort"), std::string::npos);
}

TEST_F(ShellScript, ReadsThroughAView) {
  EXPECT_EQ(Shown("view take\nput a 1\ndelete ada\nscan\ncount\nget ada\nview drop\nscan\n"),
            "ada\t1815\ngrace\t1906\n2\n1815\na\t1\ngrace\t1906\n");
  EXPECT_EQ(Shown("view take\ndrop users\nget grace\n"), "1906\n");
  EXPECT_NE(Error("view drop\n", {"empty"}).find("no view is taken"), std::string::npos);
}

TEST_F(ShellScript, OpensForReadingOnly) {
  const auto before = Contents(database_.path());
  EXPECT_EQ(Shown("get ada\n", {"users", "--read-only"}), "1815\n");
  EXPECT_NE(Error("put a 1\n", {"users", "--read-only"}).find("opened for reading only"), std::string::npos);
  EXPECT_EQ(Contents(database_.path()), before);
}

TEST_F(ShellScript, TakesAVeryLongLine) {
  const std::string value(kValueSizeMax, 'v');
  const CommandEnd end = Run("put large " + value + "\nget large\nput large v" + value + "\n");
  EXPECT_TRUE(end.out == value + "\n") << end.out.size();
  EXPECT_EQ(end.err.find("logwood shell: line 3: put: "), 0u) << end.err;
}

TEST_F(ShellScript, WritesOnWhenNobodyReadsOn) {
  const std::string value(1 << 20, 'v');
  const std::string script = "put large " + value + "\nscan\nscan\nput after 1\n";
  const CommandEnd end = RunCommandForHead({"shell", database_.path(), "users"}, 8, {.input = script});
  EXPECT_EQ(end.out, "ada\t1815");
  EXPECT_EQ(end.err, "");
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(Shown("get after\n"), "1\n");
}

TEST_F(ShellScript, StaysUsableForReadsAfterAWriteFailed) {
  const auto limit = [] {
    const rlimit size{.rlim_cur = 8192, .rlim_max = 8192};
    if (::setrlimit(RLIMIT_FSIZE, &size) != 0) ::_exit(125);
  };
  const std::string script = "put large " + std::string(100'000, 'x') + "\nget ada\nput small 1\nget grace\n";
  const CommandEnd end =
      RunCommand({"shell", database_.path(), "users", "--keep-going"}, {.input = script, .in_child = limit});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_EQ(end.out, "1815\n1906\n");
  EXPECT_NE(end.err.find("line 1: put: "), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("Whether it was written is not known.\nReads go on"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("line 3: put: writing stopped after an earlier failure"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("when the database was closed"), std::string::npos) << end.err;
  EXPECT_EQ(Shown("get ada\n"), "1815\n");
}

TEST_F(ShellScript, NamesTheDatabaseThatIsNotThere) {
  const CommandEnd end = RunCommand({"shell", database_.path() + "2"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_NE(end.err.find("logwood create"), std::string::npos) << end.err;
}

}  // namespace
}  // namespace logwood::testing
