#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/read_entries.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

using std::string_literals::operator""s;

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A database whose collection `bytes` has keys and values of every byte, `many` more than a pipe holds, beside those of
// a stored database.
class ExportVerb : public ::testing::Test {
 protected:
  ExportVerb() {
    Database database = Database::Open(path_).value();
    Collection bytes = database.CreateCollection("bytes").value();
    bytes.Put("", "").Check();
    for (int byte = 0; byte < 256; ++byte) {
      const std::string text(2, static_cast<char>(byte));
      bytes.Put(text, text + ",\"" + text, {.sync = Sync::kNo}).Check();
    }
    bytes.Put("\xef\xbb\xbf", "\r\n").Check();
    Collection many = database.CreateCollection("many").value();
    Batch batch;
    for (int i = 100'000; i < 150'000; ++i) batch.Put(many, std::to_string(i), "value");
    database.Commit(batch).Check();
    database.Close().Check();
  }

  CommandEnd Export(std::vector<std::string> options) {
    options.insert(options.begin(), {"export", path_});
    return RunCommand(options);
  }

  void ExpectRefusal(const std::vector<std::string>& options, const std::vector<std::string>& parts) {
    const CommandEnd end = Export(options);
    EXPECT_EQ(end.exit_code, 2) << end.out;
    EXPECT_TRUE(end.err.starts_with("logwood export: ")) << end.err;
    for (const std::string& part : parts) EXPECT_TRUE(Has(end.err, part)) << part << "\n" << end.err;
  }

  StoredDatabase database_;
  std::string path_ = database_.path();
  std::string file_ = database_.parent() / "out";
};

TEST_F(ExportVerb, IsTheInverseOfLoadForEveryByte) {
  const std::string before = RunCommand({"scan", path_, "bytes", "--hex"}).out;
  const std::string other = database_.parent() / "other";
  for (const std::string format : {"tsv", "csv", "jsonl"}) {
    const CommandEnd exported = Export({"bytes", "--format", format});
    ASSERT_EQ(exported.exit_code, 0) << exported.err;
    EXPECT_EQ(exported.err, "");
    const CommandEnd loaded = RunCommand({"load", other, format, "--format", format}, {.input = exported.out});
    ASSERT_EQ(loaded.exit_code, 0) << loaded.err;
    EXPECT_EQ(RunCommand({"scan", other, format, "--hex"}).out, before) << format;
    EXPECT_EQ(RunCommand({"export", other, format, "--format", format}).out, exported.out);
  }
}

TEST_F(ExportVerb, WritesEachFormat) {
  EXPECT_EQ(Export({"users"}).out, "ada\t1815\ngrace\t1906\n");
  EXPECT_EQ(Export({"users", "-", "--format", "csv"}).out, "key,value\r\nada,1815\r\ngrace,1906\r\n");
  EXPECT_EQ(Export({"users", "--format", "jsonl"}).out,
            "{\"key\":\"ada\",\"value\":\"1815\"}\n{\"key\":\"grace\",\"value\":\"1906\"}\n");
  EXPECT_EQ(Export({"empty", "--format", "csv"}).out, "key,value\r\n");
  EXPECT_EQ(Export({"empty"}).out, "");
}

TEST_F(ExportVerb, WritesAFileInTheFormatOfItsEnding) {
  const CommandEnd end = Export({"users", file_ + ".csv"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.out, "");
  EXPECT_TRUE(end.err.starts_with("Exported 2 entries, 33 bytes, ")) << end.err;
  EXPECT_EQ(ReadFile(file_ + ".csv"), "key,value\r\nada,1815\r\ngrace,1906\r\n");
  EXPECT_EQ(Export({"many", file_, "--quiet"}).err, "");
  EXPECT_EQ(std::filesystem::file_size(file_), 50'000 * 13u);
}

TEST_F(ExportVerb, KeepsToItsBounds) {
  EXPECT_EQ(Export({"users", "--prefix", "a"}).out, "ada\t1815\n");
  EXPECT_EQ(Export({"users", "--from", "b"}).out, "grace\t1906\n");
  EXPECT_EQ(Export({"users", "--to", "b"}).out, "ada\t1815\n");
  EXPECT_EQ(Export({"bytes", "--hex", "--prefix", "ff"}).out, "\\xff\\xff\t\\xff\\xff,\"\\xff\\xff\n");
  ExpectRefusal({"bytes", file_, "--hex", "--from", "f"}, {"--from", "hexadecimal"});
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(ExportVerb, LeavesAloneWhatIsThereUnlessForced) {
  WriteFile(file_, "something that is longer than what comes");
  ExpectRefusal({"users", file_}, {file_ + ": is there already", "--force"});
  EXPECT_EQ(ReadFile(file_), "something that is longer than what comes");
  EXPECT_EQ(Export({"users", file_, "--force", "--prefix", "a"}).exit_code, 0);
  EXPECT_EQ(ReadFile(file_), "ada\t1815\n");
}

TEST_F(ExportVerb, TellsWhereItCannotWrite) {
  ExpectRefusal({"users", database_.parent() / "none" / "file"}, {"none/file: no such directory"});
  ExpectRefusal({"users", database_.parent(), "--force"}, {"is a directory; name a file"});
  ExpectRefusal({"users", path_ + "/LOCK/file"}, {"LOCK/file", "Not a directory"});
}

TEST_F(ExportVerb, SaysThatAFileOnAFullDeviceIsPartial) {
  ExpectRefusal({"many", "/dev/full", "--force"}, {"/dev/full: write", "No space left"});
}

TEST_F(ExportVerb, ThatFailsLeavesWhatWasThereBefore) {
  const auto limit_files = [] {
    const rlimit limit{.rlim_cur = 100'000, .rlim_max = 100'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(125);
  };
  std::filesystem::create_directory(file_);
  const std::string file = file_ + "/file";
  EXPECT_EQ(RunCommand({"export", path_, "many", file}, {.in_child = limit_files}).exit_code, 2);
  EXPECT_TRUE(std::filesystem::is_empty(file_)) << "the part that was written stays";
  WriteFile(file, "old");
  EXPECT_EQ(RunCommand({"export", path_, "many", file, "--force"}, {.in_child = limit_files}).exit_code, 2);
  EXPECT_EQ(ReadFile(file), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file_), {}), 1);
  EXPECT_EQ(Export({"users", file, "--force"}).exit_code, 0);
  EXPECT_NE(ReadFile(file), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file_), {}), 1);
}

TEST_F(ExportVerb, FailsWhenStandardOutputIsFull) {
  const auto into_full_device = [] {
    const int full = ::open("/dev/full", O_WRONLY);
    if (full < 0 || ::dup2(full, STDOUT_FILENO) < 0) ::_exit(125);
  };
  const CommandEnd end = RunCommand({"export", path_, "many"}, {.in_child = into_full_device});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, "standard output: write")) << end.err;
}

TEST_F(ExportVerb, EndsQuietlyWhenNobodyReadsOn) {
  const CommandEnd end = RunCommandForHead({"export", path_, "many"}, 13);
  EXPECT_EQ(end.out, "100000\tvalue\n");
  EXPECT_EQ(end.err, "");
  EXPECT_EQ(end.exit_code, 0);
}

TEST_F(ExportVerb, NeedsDatabaseAndCollectionAndMakesNone) {
  ExpectRefusal({"nothing", file_}, {"there is no collection \"nothing\"", "All there are: logwood collections"});
  EXPECT_FALSE(std::filesystem::exists(file_));
  const std::string none = database_.parent() / "nodb";
  const CommandEnd end = RunCommand({"export", none, "c"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, none)) << end.err;
  EXPECT_FALSE(std::filesystem::exists(none));
}

TEST_F(ExportVerb, ChangesNothingInTheDatabase) {
  const auto before = Contents(path_);
  EXPECT_EQ(Export({"users"}).exit_code, 0);
  EXPECT_EQ(Contents(path_), before);
}

// What stands in a tree that is damaged ends the export, and the file is said to be partial.
TEST_F(ExportVerb, LeavesNoFileWhenTheDatabaseIsDamaged) {
  Damage(database_.path_of(database_.Files(FileType::kTree).front()), 100);
  ExpectRefusal({"users", file_}, {"checksum", "logwood verify"});
}

}  // namespace
}  // namespace logwood::testing
