#include <gtest/gtest.h>
#include <string>

#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

TEST(VerifyVerb, SaysWhatItReadAndThatAllIsWell) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"verify", database.path()});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "blocks read\t6\ndamages\t0\n");  // A leaf, a filter and a footer for each of two trees.
}

TEST(VerifyVerb, NamesStrangersWhichAreNoDamage) {
  const StoredDatabase database;
  WriteFile(database.path_of("notes.txt"), "mine");
  const CommandEnd end = RunCommand({"verify", database.path()});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_NE(end.out.find("stranger\tnotes.txt\n"), std::string::npos) << end.out;
  EXPECT_EQ(RunCommand({"verify", "--json", database.path()}).out,
            "{\"blocks\":6,\"strangers\":[\"notes.txt\"],\"damages\":[]}\n");
}

TEST(VerifyVerb, NamesEachDamageAndExitsWithOne) {
  const StoredDatabase database;
  const std::string tree = database.Files(FileType::kTree).front();
  Damage(database.path_of(tree), 100);  // Its leaf.
  const CommandEnd end = RunCommand({"verify", database.path()});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_NE(end.out.find("tree file 4 "), std::string::npos) << end.out;
  EXPECT_NE(end.out.find("offset 48: block checksum"), std::string::npos) << end.out;
  EXPECT_NE(end.out.find("damages\t1\n"), std::string::npos) << end.out;
}

TEST(VerifyVerb, CountsWhatKeepsADatabaseFromBeingOpenedAsDamage) {
  const StoredDatabase database;
  Damage(database.path_of(database.Files(FileType::kManifest).front()), 100);
  const CommandEnd end = RunCommand({"verify", "--json", database.path()});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_NE(end.out.find("\"damages\":[\"open "), std::string::npos) << end.out;
}

}  // namespace
}  // namespace logwood::testing
