#include <gtest/gtest.h>
#include <string>

#include "log/log_format.h"
#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The lines that are no remarks.
std::string EntriesOf(const std::string& dump) {
  std::string entries;
  for (size_t begin = 0; begin < dump.size();) {
    const size_t end = dump.find('\n', begin) + 1;
    if (dump[begin] != '#') entries += dump.substr(begin, end - begin);
    begin = end;
  }
  return entries;
}

constexpr const char* kColumns = "SEQ\tTYPE\tCOLLECTION\tKEY\tVALUE\n";

TEST(DumpVerb, ShowsAllWritesNotYetFlushed) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"dump", database.path(), "--log"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "# " + database.LogWithCommits() + ": log, writes not yet flushed\n" + kColumns +
                         "1:5\tput\tusers\tgrace\t1906\n1:6\ttombstone\tusers\talan\t\n");
}

TEST(DumpVerb, ShowsAllThatIsInTrees) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"dump", database.path(), "--trees"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  const auto trees = database.Files(FileType::kTree);
  ASSERT_EQ(trees.size(), 2u);
  EXPECT_EQ(end.out,
            "# " + trees[1] +
                ": tree of collection users, segment 2, in 1 of 1 partitions, 1 entries, 1 of them tombstones\n" +
                kColumns + "-\ttombstone\tusers\tcharles\t\n# " + trees[0] +
                ": tree of collection users, segment 1, in 1 of 1 partitions, 3 entries, 0 of them tombstones\n" +
                kColumns + "-\tput\tusers\tada\t1815\n-\tput\tusers\talan\t1912\n" + "-\tput\tusers\tcharles\t1791\n");
}

TEST(DumpVerb, EscapesControlBytesAndShowsHexAndJson) {
  const StoredDatabase database;
  ASSERT_EQ(RunCommand({"put", "--hex", database.path(), "empty", "0009ff", "0a"}).exit_code, 0);
  EXPECT_TRUE(Has(RunCommand({"dump", database.path(), "--log"}).out, "2:1\tput\tempty\t\\x00\\t\\xff\t\\n\n"));
  EXPECT_TRUE(Has(RunCommand({"dump", database.path(), "--log", "--hex"}).out, "2:1\tput\tempty\t0009ff\t0a\n"));
  const std::string json = RunCommand({"dump", database.path(), "--log", "--json"}).out;
  EXPECT_TRUE(Has(json, "{\"seq\":\"1:6\",\"type\":\"tombstone\",\"collection\":\"users\",\"key\":\"alan\"}\n"))
      << json;
  EXPECT_TRUE(Has(json, "\"collection\":\"empty\",\"key_base64\":\"AAn/\",\"value\":\"\\n\"}\n")) << json;
}

TEST(DumpVerb, LeavesOutOfJsonWhatIsNotStored) {
  const StoredDatabase database;
  const std::string tombstone = "{\"type\":\"tombstone\",\"collection\":\"users\",\"key\":\"charles\"}\n";
  EXPECT_TRUE(Has(RunCommand({"dump", database.path(), "--trees", "--json"}).out, tombstone));
  const std::string file = database.path_of(database.Files(FileType::kTree).front());
  EXPECT_TRUE(Has(RunCommand({"dump", file, "--json"}).out, "{\"type\":\"put\",\"key\":\"ada\",\"value\":\"1815\"}\n"));
}

TEST(DumpVerb, EscapesControlBytesOfTrees) {
  const StoredDatabase database;
  ASSERT_EQ(RunCommand({"create", database.path(), "odd\x1b[2J"}).exit_code, 0);
  ASSERT_EQ(RunCommand({"put", "--hex", database.path(), "odd\x1b[2J", "1b5b324a", "070a"}).exit_code, 0);
  ASSERT_EQ(RunCommand({"flush", database.path()}).exit_code, 0);
  const CommandEnd end = RunCommand({"dump", database.path(), "--trees"});
  EXPECT_TRUE(Has(end.out, ": tree of collection odd\\x1b[2J, ")) << end.out;
  EXPECT_TRUE(Has(end.out, "-\tput\todd\\x1b[2J\t\\x1b[2J\t\\x07\\n\n")) << end.out;
}

TEST(DumpVerb, SaysWhereThereIsNothing) {
  const StoredDatabase database;
  const std::string path = database.parent() / "new";
  ASSERT_EQ(RunCommand({"create", path}).exit_code, 0);
  EXPECT_EQ(RunCommand({"dump", path, "--log"}).out, "# the log holds no writes\n");
  EXPECT_EQ(RunCommand({"dump", path, "--trees"}).out, "# there are no trees\n");
}

TEST(DumpVerb, ShowsALogFileWithItsRecordsMarksAndEnd) {
  const StoredDatabase database;
  const std::string path = database.path_of(database.LogWithCommits());
  const CommandEnd end = RunCommand({"dump", path});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with("# " + path + ": log\n")) << end.out;
  EXPECT_TRUE(Has(end.out, "epoch                1\n")) << end.out;
  EXPECT_TRUE(Has(end.out, "# offset 88: record of 1 operation, ")) << end.out;
  EXPECT_TRUE(Has(end.out, ": mark, all up to 1:6 is durable\n")) << end.out;
  const auto size = std::filesystem::file_size(path);
  EXPECT_TRUE(Has(end.out, "# the valid part ends at offset " + std::to_string(size) + ": nothing follows\n"))
      << end.out;
  EXPECT_EQ(EntriesOf(end.out), kColumns + std::string("1:5\tput\t#1\tgrace\t1906\n1:6\ttombstone\t#1\talan\t\n"));
}

TEST(DumpVerb, ShowsWhereATornLogEndsAndThatNothingSyncedIsMissing) {
  const StoredDatabase database;
  const std::string path = database.path_of(database.LogWithCommits());
  const std::string bytes = ReadFile(path);
  WriteFile(path, bytes.substr(0, bytes.size() - kLogRecordHeaderSize - 3));  // In the last operation.
  const CommandEnd end = RunCommand({"dump", path});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(Has(end.out, "the valid part ends at offset ")) << end.out;
  EXPECT_TRUE(Has(end.out, "runs past the end of the file")) << end.out;
  EXPECT_EQ(EntriesOf(end.out), kColumns + std::string("1:5\tput\t#1\tgrace\t1906\n"));
}

TEST(DumpVerb, ExitsWithOneWhereALogLostWhatWasSynced) {
  const StoredDatabase database;
  const std::string path = database.path_of(database.LogWithCommits());
  Damage(path, kLogDataStart + kLogRecordHeaderSize + 6);
  const CommandEnd end = RunCommand({"dump", path});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_TRUE(Has(end.out, "the valid part ends at offset 88: body checksum ")) << end.out;
  EXPECT_TRUE(Has(end.out, "# damaged: ")) << end.out;
  EXPECT_TRUE(Has(end.out, "says that 1:6 was synced")) << end.out;
}

TEST(DumpVerb, ShowsATreeFileWithoutItsManifest) {
  const StoredDatabase database;
  const std::string path = database.parent() / "A Copy";
  std::filesystem::copy_file(database.path_of(database.Files(FileType::kTree).front()), path);
  const CommandEnd end = RunCommand({"dump", path});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with("# " + path + ": tree\n")) << end.out;
  EXPECT_EQ(EntriesOf(end.out), kColumns + std::string("-\tput\t-\tada\t1815\n-\tput\t-\talan\t1912\n"
                                                       "-\tput\t-\tcharles\t1791\n"));
  EXPECT_TRUE(Has(end.out, "# offset 48: leaf of 3 entries\n")) << end.out;
  EXPECT_TRUE(Has(end.out, "footer, the tree ends\n")) << end.out;
  EXPECT_TRUE(Has(end.out, "keys \"ada\" to \"charles\"\n")) << end.out;
}

TEST(DumpVerb, PassesOverADamagedBlockAndExitsWithOne) {
  const StoredDatabase database;
  const std::string path = database.path_of(database.Files(FileType::kTree).front());
  Damage(path, 100);
  const CommandEnd end = RunCommand({"dump", path});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_TRUE(Has(end.out, "# damaged: tree file ")) << end.out;
  EXPECT_TRUE(Has(end.out, "offset 48: block checksum")) << end.out;
  EXPECT_TRUE(Has(end.out, "footer, the tree ends\n")) << end.out;
}

TEST(DumpVerb, SaysWhereATreeFileWasCut) {
  const StoredDatabase database;
  const std::string path = database.path_of(database.Files(FileType::kTree).front());
  WriteFile(path, ReadFile(path).substr(0, 300));
  const CommandEnd end = RunCommand({"dump", path});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_TRUE(Has(end.out, "no whole block begins here")) << end.out;
}

TEST(DumpVerb, TellsAManifestInWords) {
  const StoredDatabase database;
  const std::string path = database.path_of(database.Files(FileType::kManifest).front());
  const CommandEnd end = RunCommand({"dump", path});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with("# " + path + ": manifest\n")) << end.out;
  EXPECT_TRUE(Has(end.out, "#   epoch 1\n")) << end.out;
  EXPECT_TRUE(Has(end.out,
                  "#   collection created: 1 \"users\": lsm, blocks of 4096 bytes, 0 segments in 1 partition; "
                  "partition from \"\": nothing\n"))
      << end.out;
  EXPECT_TRUE(Has(end.out, "added: id 0x")) << end.out;
  EXPECT_TRUE(Has(end.out, "3 entries, 0 tombstones")) << end.out;
  EXPECT_TRUE(Has(end.out, "keys \"ada\" to \"charles\"")) << end.out;
  EXPECT_TRUE(Has(end.out, "mark, all records up to 1 are durable\n")) << end.out;
  EXPECT_TRUE(Has(RunCommand({"dump", "--json", path}).out, "\"details\":[")) << end.out;
}

TEST(DumpVerb, FindsNoDamageInALogThatIsReadToItsFirstLinesOnly) {
  const StoredDatabase database;
  Database writer = Database::Open(database.path()).value();
  Collection users = writer.OpenOrCreate("users").value();
  for (int i = 0; i < 400; ++i) users.Put("key", std::string(1000, 'v'), {.sync = Sync::kNo}).Check();
  users.Put("key", "synced").Check();
  writer.Close().Check();
  const std::string path = database.path_of(database.LogWithCommits());
  const CommandEnd end = RunCommandForHead({"dump", path}, 8);
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.err, "");
  EXPECT_EQ(RunCommand({"dump", path}).exit_code, 0);
}

TEST(DumpVerb, FindsNoDamageInAManifestThatIsReadToItsFirstLinesOnly) {
  const StoredDatabase database;
  Database writer = Database::Open(database.path()).value();
  for (int i = 100; i < 400; ++i) writer.CreateCollection(std::string(252, 'c') + std::to_string(i)).status().Check();
  writer.Close().Check();
  const std::string path = database.path_of(database.Files(FileType::kManifest).back());
  const CommandEnd end = RunCommandForHead({"dump", path}, 8);
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.err, "");
  EXPECT_EQ(RunCommand({"dump", path}).exit_code, 0);
}

TEST(DumpVerb, WorksBesideAWriterOnFilesButNotOnTheWhole) {
  const StoredDatabase database;
  Database writer = Database::Open(database.path()).value();
  EXPECT_EQ(RunCommand({"dump", database.path_of(database.Files(FileType::kTree).front())}).exit_code, 0);
  const CommandEnd end = RunCommand({"dump", database.path(), "--log"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, "close or stop it first")) << end.err;
}

TEST(DumpVerb, AsksWhatOfADatabase) {
  const StoredDatabase database;
  const CommandEnd end = RunCommand({"dump", database.path()});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, "logwood dump " + database.path() + " --log\n")) << end.err;
}

}  // namespace
}  // namespace logwood::testing
