#include <filesystem>
#include <functional>
#include <grp.h>
#include <gtest/gtest.h>
#include <string>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "log/log_format.h"
#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

// What can be wrong around a database, and what is said of it: what, where, and what to do next. Nothing is lost by it,
// and nothing comes into being.

namespace logwood::testing {
namespace {

using Arguments = std::vector<std::string>;

// Runs a command that must fail as an error, with all of `parts` in its message.
void ExpectError(const Arguments& arguments, const std::vector<std::string>& parts,
                 const CommandSetting& setting = {}) {
  const CommandEnd end = RunCommand(arguments, setting);
  EXPECT_EQ(end.exit_code, 2) << arguments.front() << "\n" << end.out << end.err;
  EXPECT_EQ(end.out, "");
  EXPECT_TRUE(end.err.starts_with("logwood " + arguments.front() + ": ")) << end.err;
  for (const std::string& part : parts) EXPECT_NE(end.err.find(part), std::string::npos) << part << "\n" << end.err;
}

// Every verb that reads.
std::vector<Arguments> ReadingCalls(const std::string& path) {
  return {{"get", path, "users", "ada"}, {"scan", path, "users"}, {"count", path, "users"},
          {"collections", path},         {"stats", path},         {"verify", path},
          {"export", path, "users"},     {"dump", path, "--log"}, {"dump", path, "--trees"}};
}

// Every verb that writes to a database that is there.
std::vector<Arguments> WritingCalls(const std::string& path) {
  return {{"put", path, "users", "k", "v"},
          {"delete", path, "users", "ada"},
          {"flush", path},
          {"compact", path},
          {"drop", path, "users"}};
}

std::vector<Arguments> AllCalls(const std::string& path) {
  std::vector<Arguments> calls = ReadingCalls(path);
  for (Arguments& call : WritingCalls(path)) calls.push_back(std::move(call));
  return calls;
}

TEST(BadInput, AMissingDirectoryIsNamedAndNotMade) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "none";
  for (const Arguments& call : AllCalls(path)) {
    ExpectError(call, {path, "no such directory", "logwood create " + path});
    EXPECT_FALSE(std::filesystem::exists(path)) << call.front();
  }
  ExpectError({"create", path + "/below"}, {path, "no such directory"});
  ExpectError({"dump", path}, {path, "no such file"});
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(BadInput, AnEmptyDirectoryIsNoDatabaseAndStaysEmpty) {
  const TemporaryDirectory directory;
  for (const Arguments& call : AllCalls(directory.path())) {
    ExpectError(call, {directory.path(), "there is no database here", "logwood create "});
    EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << call.front();
  }
}

TEST(BadInput, ADirectoryOfOtherThingsIsNotMadeADatabase) {
  const TemporaryDirectory directory;
  WriteFile(directory.path() / "letter.txt", "dear");
  for (const Arguments& call : AllCalls(directory.path()))
    ExpectError(call, {"there is no database here; name the directory of one"});
  ExpectError({"create", directory.path()}, {"letter.txt", "name a new or an empty directory"});
  ExpectError({"create", directory.path(), "users"}, {"letter.txt"});
  ExpectError({"put", "--create", directory.path(), "c", "k", "v"}, {"letter.txt"});
  EXPECT_EQ(Contents(directory.path()).size(), 1u);
}

TEST(BadInput, AFileIsNoDirectory) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "file";
  WriteFile(path, "text");
  for (const Arguments& call : AllCalls(path)) ExpectError(call, {path, "not a directory"});
  ExpectError({"create", path}, {path, "not a directory"});
  ExpectError({"dump", path}, {path});
  EXPECT_EQ(ReadFile(path), "text");
}

TEST(BadInput, StrangeFilesAreReportedAndLeftAlone) {
  const StoredDatabase database;
  // Shorter than a header and longer, with numbers that the database may use and others.
  const std::vector<std::string> short_names = {"notes.txt",       "Upper",      "000010.log",  "000011.tree",
                                                "000012.manifest", "000900.log", "000901.tree", "000902.manifest"};
  const std::vector<std::string> long_names = {"000013.log", "000014.tree", "000015.manifest"};
  for (const std::string& name : short_names) WriteFile(database.path_of(name), "mine");
  for (const std::string& name : long_names) WriteFile(database.path_of(name), "mine" + std::string(200, '.'));
  std::vector<std::string> names = short_names;
  names.insert(names.end(), long_names.begin(), long_names.end());
  std::filesystem::create_directory(database.path_of("folder"));
  ASSERT_EQ(RunCommand({"put", database.path(), "users", "k", "v"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "ada"}).out, "1815\n");
  const CommandEnd verified = RunCommand({"verify", database.path()});
  EXPECT_EQ(verified.exit_code, 0);
  for (const std::string& name : names) {
    if (name == "Upper") continue;  // No name that a store's file can have.
    EXPECT_NE(verified.out.find("stranger\t" + name + "\n"), std::string::npos) << name << "\n" << verified.out;
  }
  for (const std::string& name : names) {
    EXPECT_TRUE(ReadFile(database.path_of(name)).starts_with("mine")) << name << " was touched";
  }
}

TEST(BadInput, AFileOfANewerFormatIsRefused) {
  for (const FileType type : {FileType::kManifest, FileType::kLog, FileType::kTree}) {
    const StoredDatabase database;
    const std::string name = database.Files(type).back();
    MakeNewer(database.path_of(name));
    const auto before = Contents(database.path());
    const std::string what = std::string(ToString(type)) + " file";
    const std::string says = "written in format version 1, this Logwood reads up to 0: open it with a newer one";
    for (const Arguments& call : AllCalls(database.path())) {
      if (type == FileType::kTree && call.back() == "--log") continue;  // Which does not look at trees.
      ExpectError(call, {what, says});
    }
    ExpectError({"dump", database.path_of(name)}, {name, says});
    EXPECT_EQ(Contents(database.path()), before) << what;
  }
}

TEST(BadInput, ADamagedManifestIsNamedWithTheOffset) {
  const StoredDatabase database;
  const std::string name = database.Files(FileType::kManifest).front();
  const std::string whole = ReadFile(database.path_of(name));
  Damage(database.path_of(name), kLogDataStart + kLogRecordHeaderSize + 2);
  const auto before = Contents(database.path());
  for (const Arguments& call :
       {Arguments{"get", database.path(), "users", "ada"}, {"put", database.path(), "users", "k", "v"}}) {
    ExpectError(call, {"manifest file", "offset 88", "backup"});
  }
  EXPECT_EQ(Contents(database.path()), before);
  WriteFile(database.path_of(name), whole);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "grace"}).out, "1906\n");
}

TEST(BadInput, ADamagedOrMissingRootIsNeverAnEmptyDatabase) {
  const StoredDatabase database;
  const std::string name = database.Files(FileType::kManifest).front();
  const std::string whole = ReadFile(database.path_of(name));
  Damage(database.path_of(name), 20);
  for (const Arguments& call :
       {Arguments{"create", database.path(), "c"}, {"put", database.path(), "users", "k", "v"}}) {
    ExpectError(call, {"manifest", "offset 0"});
  }
  std::filesystem::remove(database.path_of(name));
  ExpectError({"create", database.path()}, {"manifest"});
  ExpectError({"get", database.path(), "users", "ada"}, {"manifest", "restore a backup"});
  WriteFile(database.path_of(name), whole);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "grace"}).out, "1906\n");
}

TEST(BadInput, ADamagedLogIsNamedWithTheOffset) {
  const StoredDatabase database;
  const std::string name = database.LogWithCommits();
  const std::string whole = ReadFile(database.path_of(name));
  Damage(database.path_of(name), kLogDataStart + kLogRecordHeaderSize + 6);
  const auto before = Contents(database.path());
  for (const Arguments& call :
       {Arguments{"get", database.path(), "users", "ada"}, {"put", database.path(), "users", "k", "v"}}) {
    ExpectError(call, {"logwood verify",
                       "log file " + std::to_string(ParseFileName(name)->number.value()) + " offset 88", "was synced"});
  }
  EXPECT_EQ(Contents(database.path()), before);
  WriteFile(database.path_of(name), whole);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "grace"}).out, "1906\n");
}

// The last record says that all before it is durable; without it nothing says that what is torn ever was.
TEST(BadInput, ATornEndOfTheLogIsNoDamage) {
  const StoredDatabase database;
  const std::string path = database.path_of(database.LogWithCommits());
  const std::string whole = ReadFile(path);
  for (size_t cut = 1; cut <= kLogRecordHeaderSize; ++cut) {
    WriteFile(path, whole.substr(0, whole.size() - cut));
    ASSERT_EQ(RunCommand({"get", database.path(), "users", "grace"}).out, "1906\n") << cut;
  }
  EXPECT_EQ(RunCommand({"put", database.path(), "users", "k", "v"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"scan", database.path(), "users"}).out, "ada\t1815\ngrace\t1906\nk\tv\n");
}

TEST(BadInput, ADamagedTreeIsNamedWithTheOffset) {
  const StoredDatabase database;
  const std::string name = database.Files(FileType::kTree).front();
  const std::string whole = ReadFile(database.path_of(name));
  const std::string where = "tree file " + std::to_string(ParseFileName(name)->number.value()) + " offset 48";
  Damage(database.path_of(name), 100);
  ExpectError({"get", database.path(), "users", "ada"}, {where, "checksum"});
  ExpectError({"scan", database.path(), "users"}, {where, "checksum"});
  ExpectError({"count", database.path(), "users"}, {where, "checksum"});
  ExpectError({"delete", "--must-exist", database.path(), "users", "ada"}, {where, "checksum"});
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "grace"}).out, "1906\n") << "the log still has it";
  WriteFile(database.path_of(name), whole);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "ada"}).out, "1815\n");
}

TEST(BadInput, ACutOrMissingTreeIsNamed) {
  const StoredDatabase database;
  const std::string name = database.Files(FileType::kTree).front();
  const std::string where = "tree file " + std::to_string(ParseFileName(name)->number.value());
  WriteFile(database.path_of(name), ReadFile(database.path_of(name)).substr(0, 200));
  ExpectError({"get", database.path(), "users", "ada"}, {where, "200 bytes"});
  std::filesystem::remove(database.path_of(name));
  ExpectError({"get", database.path(), "users", "ada"}, {where, "missing"});
}

TEST(BadInput, AFullDeviceIsToldAndLosesNothing) {
  const StoredDatabase database;
  const std::string path = database.parent() / "small";
  std::filesystem::create_directory(path);
  if (::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=128k") != 0) GTEST_SKIP() << "this user cannot mount a tmpfs";
  ASSERT_EQ(RunCommand({"put", "--create", path, "c", "k", "v"}).exit_code, 0);
  ExpectError({"put", path, "c", "large", "-"}, {path, "No space left on device", "free space", "logwood get"},
              {.input = std::string(200'000, 'x')});
  EXPECT_EQ(RunCommand({"get", path, "c", "k"}).out, "v\n");
  EXPECT_EQ(RunCommand({"get", path, "c", "large"}).exit_code, 1);
  EXPECT_EQ(RunCommand({"verify", path}).exit_code, 0);
  ASSERT_EQ(::umount(path.c_str()), 0);
}

TEST(BadInput, AFileSystemMountedReadOnlyIsToldToWritersAndReadByReaders) {
  const StoredDatabase database;
  const std::string path = database.parent() / "fixed";
  std::filesystem::create_directory(path);
  if (::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=1m") != 0) GTEST_SKIP() << "this user cannot mount a tmpfs";
  ASSERT_EQ(RunCommand({"put", "--create", path, "users", "ada", "1815"}).exit_code, 0);
  ASSERT_EQ(::mount("tmpfs", path.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=1m"), 0);
  for (const Arguments& call : WritingCalls(path)) ExpectError(call, {path, "mounted read-only; open for reading"});
  ExpectError({"create", path, "c"}, {path, "mounted read-only"});
  for (const Arguments& call : ReadingCalls(path)) EXPECT_EQ(RunCommand(call).exit_code, 0) << call.front();
  ASSERT_EQ(::umount(path.c_str()), 0);
}

TEST(BadInput, AFileThatMayNotGrowIsToldAndLosesNothing) {
  const StoredDatabase database;
  const auto limit = [] {
    const rlimit size{.rlim_cur = 8192, .rlim_max = 8192};
    if (::setrlimit(RLIMIT_FSIZE, &size) != 0) ::_exit(125);
  };
  ExpectError({"put", database.path(), "users", "large", "-"}, {".log", "ulimit -f"},
              {.input = std::string(100'000, 'x'), .in_child = limit});
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "grace"}).out, "1906\n");
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "large"}).exit_code, 1);
  EXPECT_EQ(RunCommand({"put", database.path(), "users", "k", "v"}).exit_code, 0);
}

// Nobody, who owns nothing; no-op for a user who is nobody in particular.
void BecomeNobody() {
  constexpr uid_t kNobody = 65'534;
  if (::geteuid() != 0) return;
  if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) ::_exit(125);
}

TEST(BadInput, ADirectoryWithoutPermissionIsTold) {
  const StoredDatabase database;
  ASSERT_EQ(::chmod(database.parent().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(database.path().c_str(), 0), 0);
  for (const Arguments& call : AllCalls(database.path())) {
    ExpectError(call, {database.path(), "Permission denied", "give this user"}, {.in_child = BecomeNobody});
  }
  ASSERT_EQ(::chmod(database.path().c_str(), 0700), 0);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "ada"}).out, "1815\n");
}

TEST(BadInput, ADirectoryThatMayOnlyBeReadIsToldToWritersAndReadByReaders) {
  const StoredDatabase database;
  const auto before = Contents(database.path());
  ASSERT_EQ(::chmod(database.parent().c_str(), 0755), 0);
  for (const auto& entry : std::filesystem::directory_iterator(database.path())) {
    ASSERT_EQ(::chmod(entry.path().c_str(), 0444), 0);
  }
  ASSERT_EQ(::chmod(database.path().c_str(), 0555), 0);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "ada"}, {.in_child = BecomeNobody}).out, "1815\n");
  for (const Arguments& call : WritingCalls(database.path())) {
    ExpectError(call, {database.path(), "Permission denied", "give this user"}, {.in_child = BecomeNobody});
  }
  EXPECT_EQ(Contents(database.path()), before);
  ASSERT_EQ(::chmod(database.path().c_str(), 0700), 0);
}

TEST(BadInput, AKeyOrValueThatIsTooLargeIsRefused) {
  const StoredDatabase database;
  const auto before = Contents(database.path());
  const std::string large(65'537, 'k');
  for (const Arguments& call : {Arguments{"put", database.path(), "users", large, "v"},
                                {"get", database.path(), "users", large},
                                {"delete", database.path(), "users", large}}) {
    ExpectError(call, {"key", "65537 bytes", "at most 65536"});
  }
  ExpectError({"put", database.path(), "users", "k", "-"}, {"VALUE", "16777216"},
              {.input = std::string(16'777'217, 'v')});
  EXPECT_EQ(Contents(database.path()), before);
  EXPECT_EQ(RunCommand({"put", database.path(), "users", std::string(65'536, 'k'), "v"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", database.path(), "users", std::string(65'536, 'k')}).out, "v\n");
}

// Every verb that names a collection which must be there.
std::vector<Arguments> CallsOn(const std::string& path, const std::string& collection) {
  return {{"get", path, collection, "ada"},    {"scan", path, collection},        {"count", path, collection},
          {"put", path, collection, "k", "v"}, {"delete", path, collection, "k"}, {"drop", path, collection},
          {"compact", path, collection}};
}

TEST(BadInput, AnUnknownCollectionIsNamedBesideThoseNearToIt) {
  const StoredDatabase database;
  const auto before = RunCommand({"scan", database.path(), "users"}).out;
  for (const Arguments& call : CallsOn(database.path(), "user")) {
    ExpectError(call, {database.path() + ": there is no collection \"user\"; near to it: users\n",
                       "All there are: logwood collections " + database.path() + "\n"});
  }
  EXPECT_EQ(RunCommand({"scan", database.path(), "users"}).out, before);
}

TEST(BadInput, AnUnknownCollectionWithNoneNearToItIsToldHowItIsMade) {
  const StoredDatabase database;
  for (const Arguments& call : CallsOn(database.path(), "quite another")) {
    ExpectError(call, {"there is no collection \"quite another\"\n", "logwood collections " + database.path() + "\n",
                       "To make it: logwood create " + database.path() + " 'quite another'\n"});
  }
  const std::string path = database.parent() / "new";
  ASSERT_EQ(RunCommand({"create", path}).exit_code, 0);
  for (const Arguments& call : CallsOn(path, "users")) ExpectError(call, {"there is none at all\n"});
}

TEST(BadInput, AWrongNameAmongSeveralKeepsAllFromBeingCompacted) {
  const StoredDatabase database;
  ExpectError({"compact", database.path(), "users", "user"}, {"there is no collection \"user\""});
  EXPECT_EQ(database.Files(FileType::kTree).size(), 2u);
}

TEST(BadInput, WhatIsNotHexadecimalIsNamed) {
  const StoredDatabase database;
  ExpectError({"delete", "--hex", database.path(), "users", "0"}, {"KEY \"0\" is not hexadecimal", "leave out --hex"});
  for (const char* verb : {"scan", "count"}) {
    for (const char* option : {"--from", "--to", "--prefix"}) {
      ExpectError({verb, "--hex", database.path(), "users", option, "xy"}, {option, "\"xy\" is not hexadecimal"});
    }
  }
}

TEST(BadInput, ASecondProcessIsToldWhoIsThereSinceWhenAndWhatToDo) {
  const StoredDatabase database;
  const Database holder = Database::Open(database.path()).value();
  const std::string process = "process " + std::to_string(::getpid()) + " (bad_input_test)";
  for (const Arguments& call : AllCalls(database.path())) {
    ExpectError(call, {process, "has had it open for writing since 20", "UTC", "close or stop it first"});
  }
  ExpectError({"create", database.path(), "c"}, {process});
}

TEST(BadInput, AWriterBesideReadersIsTold) {
  const StoredDatabase database;
  const Database reader = Database::Open(database.path(), {.mode = OpenMode::kReadOnly}).value();
  EXPECT_EQ(RunCommand({"get", database.path(), "users", "ada"}).out, "1815\n");
  for (const Arguments& call : WritingCalls(database.path())) ExpectError(call, {"in use", "close them first"});
}

TEST(BadInput, VerbsThatReadChangeNothing) {
  const StoredDatabase database;
  const auto before = Contents(database.path());
  for (const Arguments& call : ReadingCalls(database.path())) {
    EXPECT_EQ(RunCommand(call).exit_code, 0) << call.front();
    EXPECT_EQ(Contents(database.path()), before) << call.front();
  }
}

}  // namespace
}  // namespace logwood::testing
