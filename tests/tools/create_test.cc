#include <filesystem>
#include <gtest/gtest.h>

#include "logwood/testing/temporary_directory.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

TEST(CreateVerb, MakesADatabase) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "new";
  const CommandEnd end = RunCommand({"create", path});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "Created database " + path + ".\n");
  EXPECT_EQ(RunCommand({"verify", path}).exit_code, 0);
}

TEST(CreateVerb, MakesACollectionAndItsDatabase) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "new";
  EXPECT_EQ(RunCommand({"create", path, "users"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"create", path, "more", "--block-size", "512"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"scan", path, "users"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"scan", path, "more"}).exit_code, 0);
}

TEST(CreateVerb, TellsInJsonWhatItMade) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "new";
  EXPECT_EQ(RunCommand({"create", path, "--json"}).out, "{\"done\":\"create\",\"database\":\"" + path + "\"}\n");
  EXPECT_EQ(RunCommand({"create", path, "users", "--json"}).out,
            "{\"done\":\"create\",\"database\":\"" + path + "\",\"collection\":\"users\"}\n");
}

TEST(CreateVerb, RefusesWhatIsThereAlready) {
  const StoredDatabase database;
  const CommandEnd again = RunCommand({"create", database.path()});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_NE(again.err.find("there is a database here"), std::string::npos) << again.err;
  const CommandEnd collection = RunCommand({"create", database.path(), "users"});
  EXPECT_EQ(collection.exit_code, 2);
  EXPECT_NE(collection.err.find("collection \"users\" exists"), std::string::npos) << collection.err;
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "ada"}).out, "1815\n");
}

TEST(CreateVerb, NamesTheBoundsOfABlockSize) {
  const TemporaryDirectory directory;
  const CommandEnd end = RunCommand({"create", directory.path() / "new", "users", "--block-size", "100"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_NE(end.err.find("256"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("1048576"), std::string::npos) << end.err;
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "new"));
}

TEST(CreateVerb, PromisesNoMoreOfVerifyThanItShows) {
  const StoredDatabase database;
  for (const std::string& name : database.Files(FileType::kManifest)) std::filesystem::remove(database.path_of(name));
  const CommandEnd end = RunCommand({"create", database.path(), "new"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_NE(end.err.find("All damage there is, where the database still opens: logwood verify DB."), std::string::npos)
      << end.err;
}

}  // namespace
}  // namespace logwood::testing
