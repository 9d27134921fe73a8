#include <gtest/gtest.h>
#include <string>

#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

TEST(DeleteVerb, DeletesEntriesOfTreesAndOfTheLog) {
  const StoredDatabase database;
  for (const char* key : {"ada", "grace"}) {
    const CommandEnd end = RunCommand({"delete", database.path(), "users", key});
    EXPECT_EQ(end.exit_code, 0) << end.err;
    EXPECT_EQ(end.out + end.err, "");
    EXPECT_EQ(RunCommand({"get", database.path(), "users", key}).exit_code, 1);
  }
  EXPECT_EQ(RunCommand({"scan", database.path(), "users"}).out, "");
}

TEST(DeleteVerb, TakesAbsenceForDoneUnlessAskedToLook) {
  const StoredDatabase database;
  EXPECT_EQ(RunCommand({"delete", database.path(), "users", "nobody"}).exit_code, 0);
  const CommandEnd absent = RunCommand({"delete", "--must-exist", database.path(), "users", "nobody"});
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_EQ(absent.err, "logwood delete: collection users has no key nobody\n");
  EXPECT_EQ(RunCommand({"delete", "--must-exist", database.path(), "users", "ada", "--no-sync"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"delete", "--must-exist", database.path(), "users", "ada"}).exit_code, 1);
}

TEST(DeleteVerb, TellsInJsonWhatItDid) {
  const StoredDatabase database;
  const std::string rest = ",\"database\":\"" + database.path() + "\",\"collection\":\"users\",\"key\":\"ada\"}\n";
  const CommandEnd there = RunCommand({"delete", "--must-exist", "--json", database.path(), "users", "ada"});
  EXPECT_EQ(there.out, "{\"done\":\"delete\"" + rest);
  const CommandEnd absent = RunCommand({"delete", "--must-exist", "--json", database.path(), "users", "ada"});
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_EQ(absent.out, "{\"done\":null" + rest);
  EXPECT_EQ(absent.err, "");
}

TEST(DeleteVerb, TakesKeysInHexadecimalAndBehindADoubleDash) {
  const StoredDatabase database;
  ASSERT_EQ(RunCommand({"put", "--hex", database.path(), "users", "00ff", "01"}).exit_code, 0);
  ASSERT_EQ(RunCommand({"put", database.path(), "users", "--", "-k", "v"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"delete", "--must-exist", "--hex", database.path(), "users", "00FF"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"delete", "--must-exist", database.path(), "users", "--", "-k"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"count", database.path(), "users"}).out, "2\n");
}

}  // namespace
}  // namespace logwood::testing
