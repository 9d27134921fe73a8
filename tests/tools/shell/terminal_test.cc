#include <csignal>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <sys/stat.h>

#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/pseudo_terminal.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

constexpr const char* kUp = "\x1b[A";
constexpr const char* kInterrupt = "\x03";
constexpr const char* kEnd = "\x04";

class ShellAtTerminal : public ::testing::Test {
 protected:
  [[nodiscard]] std::map<std::string, std::string> Environment() const {
    return {{"TERM", "vt100"}, {"LC_ALL", "C.UTF-8"}, {"XDG_STATE_HOME", (database_.parent() / "state").string()}};
  }
  [[nodiscard]] std::string HistoryPath() const { return (database_.parent() / "state/logwood/history").string(); }
  [[nodiscard]] std::string Get(const std::string& key) const {
    return RunCommand({"get", database_.path(), "users", key}).out;
  }

  StoredDatabase database_;
};

TEST_F(ShellAtTerminal, PromptsAndEndsAtCtrlD) {
  PseudoTerminal terminal({"shell", database_.path()}, Environment());
  terminal.WaitFor("help");
  terminal.WaitFor("logwood> ");
  terminal.Type("use users\n");
  terminal.WaitFor("users> ");
  terminal.Type("get ada\n");
  terminal.WaitFor("\n1815\r\n");
  terminal.WaitFor("users> ");
  terminal.Type("get nobody\n");
  terminal.WaitFor("\nthere is no key nobody\r\n");
  terminal.WaitFor("users> ");
  terminal.Type(kEnd);
  EXPECT_EQ(terminal.WaitForEnd(), 0);
}

TEST_F(ShellAtTerminal, TellsAnErrorAndGoesOn) {
  PseudoTerminal terminal({"shell", database_.path()}, Environment());
  terminal.WaitFor("logwood> ");
  terminal.Type("nonsense\n");
  terminal.WaitFor("\nthere is no command nonsense; all there are: help\r\n");
  terminal.WaitFor("logwood> ");
  terminal.Type("quit\n");
  EXPECT_EQ(terminal.WaitForEnd(), 0);
}

TEST_F(ShellAtTerminal, CompletesCommandsAndCollections) {
  PseudoTerminal terminal({"shell", database_.path()}, Environment());
  terminal.WaitFor("logwood> ");
  terminal.Type("coll\t");
  terminal.WaitFor("coll");
  terminal.WaitFor("ections");
  terminal.Type("\n");
  terminal.WaitFor("\nusers\r\nempty\r\n");
  terminal.Type("use u\t\n");
  terminal.WaitFor("users> ");
  terminal.Type("use \t");
  terminal.WaitFor("empty  users");
  terminal.Type("em\t\n");
  terminal.WaitFor("empty> ");
  terminal.Type("create \"two words\"\nuse two\t\n");
  terminal.WaitFor("two words> ");
  terminal.Type("quit\n");
  EXPECT_EQ(terminal.WaitForEnd(), 0);
}

TEST_F(ShellAtTerminal, TakesATabInsideAValueAsItIs) {
  PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
  terminal.WaitFor("users> ");
  terminal.Type("put tab \"one\n");
  terminal.WaitFor("... ");
  terminal.Type("co\tl\"\n");
  terminal.WaitFor("users> ");
  terminal.Type("get tab\n");
  terminal.WaitFor("\none\\nco\\tl\r\n");
  terminal.WaitFor("users> ");
  terminal.Type(kEnd);
  EXPECT_EQ(terminal.WaitForEnd(), 0);
}

TEST_F(ShellAtTerminal, RemembersCommandsInTheNextSession) {
  {
    PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
    terminal.WaitFor("users> ");
    terminal.Type("put kept \"two\nlines\"\n");
    terminal.WaitFor("... ");
    terminal.WaitFor("users> ");
    terminal.Type("  put kept secret\n");
    terminal.WaitFor("users> ");
    terminal.Type("quit\n");
    EXPECT_EQ(terminal.WaitForEnd(), 0);
  }
  EXPECT_EQ(ReadFile(HistoryPath()), "put kept \"two\\nlines\"\nquit\n");
  struct stat found{};
  ASSERT_EQ(::stat(HistoryPath().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);

  EXPECT_EQ(Get("kept"), "secret\n");
  PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
  terminal.WaitFor("users> ");
  terminal.Type(kUp);
  terminal.WaitFor("quit");
  terminal.Type(kUp);
  terminal.WaitFor("lines\"");
  terminal.Type("\n");
  terminal.WaitFor("users> ");
  terminal.Type("get kept\n");
  terminal.WaitFor("two\\nlines\r\n");
  terminal.WaitFor("users> ");
  terminal.Type(kEnd);
  EXPECT_EQ(terminal.WaitForEnd(), 0);
}

TEST_F(ShellAtTerminal, CtrlCGivesUpTheLineAndWhatItGoesOnWith) {
  PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
  terminal.WaitFor("users> ");
  terminal.Type("put lost 1");
  terminal.WaitFor("lost 1");
  terminal.Type(kInterrupt);
  terminal.WaitFor("users> ");
  terminal.Type("put lost \"open\n");
  terminal.WaitFor("... ");
  terminal.Type("more");
  terminal.WaitFor("more");
  terminal.Type(kInterrupt);
  terminal.WaitFor("users> ");
  terminal.Type("count\n");
  terminal.WaitFor("\n2\r\n");
  terminal.WaitFor("users> ");
  terminal.Type(kEnd);
  EXPECT_EQ(terminal.WaitForEnd(), 0);
  EXPECT_EQ(Get("lost"), "");
}

// As Ctrl-C is where it meets the terminal before lines are edited.
TEST_F(ShellAtTerminal, AnInterruptThatIsASignalGivesUpTheLine) {
  PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
  terminal.WaitFor("users> ");
  for (int i = 0; i < 3; ++i) {
    terminal.Type("put lost 1");
    terminal.WaitFor("lost 1");
    terminal.Send(SIGINT);
    terminal.WaitFor("^C\r\nusers> ");
  }
  terminal.Type("put lost \x1b[");  // A key that is begun.
  terminal.WaitFor("lost");
  terminal.Type(kInterrupt);
  terminal.WaitFor("^C\r\nusers> ");
  terminal.Type("get ada\n");
  terminal.WaitFor("\n1815\r\n");
  terminal.WaitFor("users> ");
  terminal.Type(kEnd);
  EXPECT_EQ(terminal.WaitForEnd(), 0);
  EXPECT_EQ(Get("lost"), "");
}

TEST_F(ShellAtTerminal, EndsInOrderWhenItIsTerminated) {
  for (const int signal : {SIGHUP, SIGTERM}) {
    PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
    terminal.WaitFor("users> ");
    terminal.Type("batch begin\nput new 1\n");
    terminal.WaitFor("users batch:1> ");
    terminal.Send(signal);
    terminal.WaitFor("the batch of 1 writes was not committed");
    EXPECT_EQ(terminal.WaitForEnd(), -1);
  }
}

TEST_F(ShellAtTerminal, EndsWithItsTerminal) {
  PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
  terminal.WaitFor("users> ");
  terminal.Type("put kept 1\n");
  terminal.WaitFor("users> ");
  terminal.Type("put lost 1");
  terminal.WaitFor("lost 1");
  EXPECT_EQ(terminal.Disconnect(), SIGHUP);
  EXPECT_EQ(Get("kept"), "1\n");
  EXPECT_EQ(Get("lost"), "");
}

TEST_F(ShellAtTerminal, GoesOnWithItsLineAfterCtrlZ) {
  std::map<std::string, std::string> environment = Environment();
  environment["PS1"] = "outside: ";
  PseudoTerminal terminal({"-i"}, environment, "/bin/sh");
  terminal.WaitFor("outside: ");
  terminal.Type(std::string(LOGWOOD_PROGRAM) + " shell " + database_.path() + " users\n");
  terminal.WaitFor("users> ");
  terminal.Type("put kept 1");
  terminal.WaitFor("kept 1");
  terminal.Type("\x1a");
  terminal.WaitFor("Stopped");
  terminal.WaitFor("outside: ");
  terminal.Type("fg\n");
  terminal.WaitFor("users> put kept 1");
  terminal.Type("5\n");
  terminal.WaitFor("users> ");
  terminal.Type("get kept\n");
  terminal.WaitFor("\n15\r\n");
  terminal.WaitFor("users> ");
  terminal.Type(kEnd);
  terminal.WaitFor("outside: ");
  terminal.Type("exit\n");
  EXPECT_EQ(terminal.WaitForEnd(), 0);
}

TEST_F(ShellAtTerminal, CtrlCEndsAScanAndNotTheShell) {
  {
    Database database = Database::Open(database_.path()).value();
    Collection many = database.CreateCollection("many").value();
    Batch batch;
    for (int i = 0; i < 200'000; ++i) batch.Put(many, std::to_string(i), std::string(100, 'v'));
    database.Commit(batch).Check();
    database.Close().Check();
  }
  PseudoTerminal terminal({"shell", database_.path(), "many"}, Environment());
  terminal.WaitFor("many> ");
  terminal.Type("scan\n");
  terminal.WaitFor("100\tv");
  terminal.Type(kInterrupt);
  terminal.WaitFor("interrupted after ");
  terminal.WaitFor("many> ");
  terminal.Type("get 7\n");
  terminal.WaitFor("\nvvvv");
  terminal.WaitFor("many> ");
  terminal.Type(kEnd);
  EXPECT_EQ(terminal.WaitForEnd(), 0);
}

TEST_F(ShellAtTerminal, ShowsABatchAndAViewInThePrompt) {
  PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
  terminal.WaitFor("users> ");
  terminal.Type("batch begin\n");
  terminal.WaitFor("users batch:0> ");
  terminal.Type("put new 1\n");
  terminal.WaitFor("users batch:1> ");
  terminal.Type("view take\n");
  terminal.WaitFor("users batch:1 view> ");
  terminal.Type(kEnd);
  terminal.WaitFor("the batch of 1 writes was not committed");
  EXPECT_EQ(terminal.WaitForEnd(), 0);
  EXPECT_EQ(Get("new"), "");
}

TEST_F(ShellAtTerminal, TakesKeysOfManyBytesACharacter) {
  PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
  terminal.WaitFor("users> ");
  terminal.Type("put größe ja\n");
  terminal.WaitFor("users> ");
  terminal.Type(kEnd);
  EXPECT_EQ(terminal.WaitForEnd(), 0);
  EXPECT_EQ(Get("größe"), "ja\n");
}

TEST_F(ShellAtTerminal, SaysThatHistoryCannotBeKept) {
  WriteFile(database_.parent() / "state", "a file, no directory");
  PseudoTerminal terminal({"shell", database_.path(), "users"}, Environment());
  terminal.WaitFor("History is not kept: ");
  terminal.WaitFor("users> ");
  terminal.Type("get ada\n");
  terminal.WaitFor("\n1815\r\n");
  terminal.WaitFor("users> ");
  terminal.Type(kUp);
  terminal.WaitFor("get ada");
  terminal.Type(kInterrupt);
  terminal.WaitFor("users> ");
  terminal.Type(kEnd);
  EXPECT_EQ(terminal.WaitForEnd(), 0);
}

}  // namespace
}  // namespace logwood::testing
