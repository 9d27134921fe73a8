#include <gtest/gtest.h>
#include <string>

#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

TEST(CollectionsVerb, ListsNamesInTheOrderOfTheirCreation) {
  const StoredDatabase database;
  EXPECT_EQ(RunCommand({"collections", database.path()}).out, "users\nempty\n");
}

TEST(CollectionsVerb, EscapesNamesAndShowsHexAndJson) {
  const StoredDatabase database;
  ASSERT_EQ(RunCommand({"create", database.path(), "a\n\xff"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"collections", database.path()}).out, "users\nempty\na\\n\\xff\n");
  EXPECT_EQ(RunCommand({"collections", database.path(), "--hex"}).out, "7573657273\n656d707479\n610aff\n");
  EXPECT_EQ(RunCommand({"collections", database.path(), "--json"}).out,
            "{\"collection\":\"users\"}\n{\"collection\":\"empty\"}\n{\"collection_base64\":\"YQr/\"}\n");
}

TEST(CollectionsVerb, ShowsNothingWhereThereAreNone) {
  const StoredDatabase database;
  const std::string path = database.parent() / "new";
  ASSERT_EQ(RunCommand({"create", path}).exit_code, 0);
  const CommandEnd end = RunCommand({"collections", path});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.out + end.err, "");
}

TEST(DropVerb, RemovesACollectionForGood) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"drop", database.path(), "users"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "Dropped collection users of " + database.path() + ".\n");
  EXPECT_EQ(RunCommand({"collections", database.path()}).out, "empty\n");
  EXPECT_EQ(RunCommand({"drop", database.path(), "users"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"create", database.path(), "users"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"scan", database.path(), "users"}).out, "");
  EXPECT_EQ(RunCommand({"verify", database.path()}).exit_code, 0);
}

TEST(DropVerb, TellsInJsonWhatItDid) {
  const StoredDatabase database;
  EXPECT_EQ(RunCommand({"drop", database.path(), "empty", "--json"}).out,
            "{\"done\":\"drop\",\"database\":\"" + database.path() + "\",\"collection\":\"empty\"}\n");
}

}  // namespace
}  // namespace logwood::testing
