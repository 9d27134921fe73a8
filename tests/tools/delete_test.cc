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

TEST(DeleteVerb, DeletesARange) {
  const StoredDatabase database;
  for (const char* key : {"b1", "b2", "c1", "d1"}) {
    ASSERT_EQ(RunCommand({"put", database.path(), "users", key, "v"}).exit_code, 0);
  }
  const CommandEnd end = RunCommand({"delete", database.path(), "users", "--prefix", "b"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "b2"}).exit_code, 1);
  EXPECT_EQ(RunCommand({"count", database.path(), "users"}).out, "4\n");
  const CommandEnd json = RunCommand({"delete", "--json", database.path(), "users", "--from", "c1", "--to", "d1"});
  EXPECT_EQ(json.out, "{\"done\":\"delete\",\"database\":\"" + database.path() + "\",\"collection\":\"users\"}\n");
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "c1"}).exit_code, 1);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "d1"}).exit_code, 0);
}

TEST(DeleteVerb, NeedsEitherAKeyOrARangeWithKeys) {
  const StoredDatabase database;
  for (const CommandEnd& end : {RunCommand({"delete", database.path(), "users"}),
                                RunCommand({"delete", database.path(), "users", "ada", "--to", "b"}),
                                RunCommand({"delete", database.path(), "users", "--must-exist", "--to", "b"}),
                                RunCommand({"delete", database.path(), "users", "--from", "b", "--to", "a"})}) {
    EXPECT_EQ(end.exit_code, 2);
    EXPECT_NE(end.err, "");
  }
  EXPECT_EQ(RunCommand({"count", database.path(), "users"}).out, "2\n");
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
