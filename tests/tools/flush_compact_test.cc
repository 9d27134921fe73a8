#include <gtest/gtest.h>
#include <string>

#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

TEST(FlushVerb, BringsAllThatTheLogHoldsIntoTrees) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"flush", database.path()});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "Flushed " + database.path() + ": all entries are in trees.\n");
  EXPECT_EQ(database.Files(FileType::kTree).size(), 3u);
  EXPECT_EQ(RunCommand({"dump", database.path(), "--log"}).out, "# the log holds no writes\n");
  EXPECT_EQ(RunCommand({"scan", database.path(), "users"}).out, "ada\t1815\ngrace\t1906\n");
}

TEST(FlushVerb, TellsInJsonWhatItDidAndMayBeRepeated) {
  const StoredDatabase database;
  const std::string done = "{\"done\":\"flush\",\"database\":\"" + database.path() + "\"}\n";
  EXPECT_EQ(RunCommand({"flush", database.path(), "--json"}).out, done);
  EXPECT_EQ(RunCommand({"flush", database.path(), "--json"}).out, done);
  EXPECT_EQ(database.Files(FileType::kTree).size(), 3u);
}

TEST(CompactVerb, MergesACollectionDownToOneTree) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"compact", database.path(), "users"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "Compacted collection users of " + database.path() + ".\n");
  EXPECT_EQ(database.Files(FileType::kTree).size(), 1u);
  EXPECT_EQ(RunCommand({"scan", database.path(), "users"}).out, "ada\t1815\ngrace\t1906\n");
  EXPECT_EQ(RunCommand({"dump", database.path(), "--trees"}).out.find("tombstone\t"), std::string::npos);
}

TEST(CompactVerb, MergesAllWhereNoneIsNamed) {
  const StoredDatabase database;
  ASSERT_EQ(RunCommand({"put", database.path(), "empty", "k", "v"}).exit_code, 0);
  const auto line = [&](const std::string& name) {
    return "{\"done\":\"compact\",\"database\":\"" + database.path() + "\",\"collection\":\"" + name + "\"}\n";
  };
  EXPECT_EQ(RunCommand({"compact", database.path(), "--json"}).out, line("users") + line("empty"));
  EXPECT_EQ(RunCommand({"scan", database.path(), "empty"}).out, "k\tv\n");
}

}  // namespace
}  // namespace logwood::testing
