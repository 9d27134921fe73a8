#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

std::string Into(const StoredDatabase& database) { return (database.parent() / "new").string(); }

TEST(RepairVerb, CopiesASoundDatabaseWhole) {
  const StoredDatabase database;
  const auto before = Contents(database.path());
  const CommandEnd end = RunCommand({"repair", database.path(), "--into", Into(database)});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "collections\t2\nentries\t2\nlosses\t0\n");
  EXPECT_EQ(RunCommand({"scan", Into(database), "users"}).out, "ada\t1815\ngrace\t1906\n");
  EXPECT_EQ(RunCommand({"count", Into(database), "empty"}).out, "0\n");
  EXPECT_EQ(RunCommand({"verify", Into(database)}).exit_code, 0);
  EXPECT_EQ(Contents(database.path()), before);
}

TEST(RepairVerb, TellsWhichKeysMayBeOlderOrMissingAndExitsWithOne) {
  const StoredDatabase database;
  Damage(database.path_of(database.Files(FileType::kTree).back()), 100);  // Where charles is deleted.
  const auto before = Contents(database.path());
  const CommandEnd end = RunCommand({"repair", database.path(), "--into", Into(database)});
  EXPECT_EQ(end.exit_code, 1) << end.err;
  EXPECT_NE(end.out.find("lost\ttree file "), std::string::npos) << end.out;
  EXPECT_NE(end.out.find("\tcollection users, keys from charles to below charles\\x00\n"), std::string::npos)
      << end.out;
  EXPECT_NE(end.out.find("\nlosses\t1\n"), std::string::npos) << end.out;
  EXPECT_EQ(RunCommand({"scan", Into(database), "users"}).out, "ada\t1815\ncharles\t1791\ngrace\t1906\n");
  EXPECT_EQ(Contents(database.path()), before);
}

TEST(RepairVerb, TellsItInJson) {
  const StoredDatabase database;
  const std::string tree = database.Files(FileType::kTree).back();
  Damage(database.path_of(tree), 100);
  const CommandEnd end = RunCommand({"repair", "--json", database.path(), "--into", Into(database)});
  EXPECT_EQ(end.exit_code, 1) << end.err;
  EXPECT_TRUE(end.out.starts_with("{\"into\":\"" + Into(database) + "\",\"collections\":2,\"entries\":3,\"losses\":1,"))
      << end.out;
  EXPECT_NE(end.out.find("{\"file\":\"" + tree + "\",\"offset\":48,"), std::string::npos) << end.out;
  EXPECT_NE(end.out.find("\"lost\":1,\"collection\":\"users\",\"start\":\"charles\","), std::string::npos) << end.out;
}

TEST(RepairVerb, GoesByTreesAndLogsWhereTheManifestIsGone) {
  const StoredDatabase database;
  for (const std::string& manifest : database.Files(FileType::kManifest)) {
    std::filesystem::remove(database.path_of(manifest));
  }
  const CommandEnd end = RunCommand({"repair", database.path(), "--into", Into(database)});
  EXPECT_EQ(end.exit_code, 1) << end.err;
  EXPECT_EQ(RunCommand({"get", Into(database), "collection 1", "grace"}).out, "1906\n");
  EXPECT_NE(RunCommand({"collections", Into(database)}).out.find("tree file "), std::string::npos);
}

TEST(RepairVerb, WritesToNothingThatIsThere) {
  const StoredDatabase database;
  std::filesystem::create_directory(Into(database));
  for (const std::string& into : {Into(database), database.path(), database.path_of("new")}) {
    const CommandEnd end = RunCommand({"repair", database.path(), "--into", into});
    EXPECT_EQ(end.exit_code, 2) << into;
    EXPECT_NE(end.err.find(into), std::string::npos) << end.err;
  }
  EXPECT_TRUE(std::filesystem::is_empty(Into(database)));
  EXPECT_FALSE(std::filesystem::exists(database.path_of("new")));
}

TEST(RepairVerb, NamesAPlaceWithoutADatabase) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"repair", database.parent() / "none", "--into", Into(database)});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(Into(database)));
}

}  // namespace
}  // namespace logwood::testing
