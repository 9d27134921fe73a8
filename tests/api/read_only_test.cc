#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

#include "base/status_macros.h"
#include "codec/file_header.h"
#include "logwood/database.h"
#include "logwood/testing/temporary_directory.h"
#include "tests/api/write_filter.h"

// This process must never open a database itself: what its children inherit has no threads that are not there.

namespace logwood::testing {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitNoFilter = 78;

// The exit code of a child that runs `work`; -1 where a signal ended it.
int RunInChild(const std::function<Status()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const Status status = work();
    if (!status.ok()) std::cerr << status << std::endl;
    ::_exit(status.ok() ? 0 : kExitFailed);
  }
  int ended = 0;
  EXPECT_EQ(::waitpid(pid, &ended, 0), pid);
  return WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
}

// The same without a right to write.
int RunWithoutWriting(const std::function<Status()>& work) {
  return RunInChild([&work] {
    if (!ForbidWriting()) ::_exit(kExitNoFilter);
    return work();
  });
}

// All that there is to be seen of a file but the time when it was read last.
using Seen = std::tuple<uint64_t, mode_t, int64_t, int64_t, std::string>;

Seen Look(const std::filesystem::path& path) {
  struct stat stat{};
  EXPECT_EQ(::lstat(path.c_str(), &stat), 0);
  std::ifstream file(path, std::ios::binary);
  std::string content;
  if (S_ISREG(stat.st_mode)) content.assign(std::istreambuf_iterator<char>(file), {});
  const auto nanoseconds = [](const timespec& time) { return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec; };
  return {static_cast<uint64_t>(stat.st_size), stat.st_mode, nanoseconds(stat.st_mtim), nanoseconds(stat.st_ctim),
          content};
}

std::map<std::string, Seen> LookAtAll(const std::filesystem::path& directory) {
  std::map<std::string, Seen> all{{".", Look(directory)}};
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    all[entry.path().filename()] = Look(entry.path());
  }
  return all;
}

constexpr int kKeys = 3000;

std::string KeyOf(int i) { return "key" + std::to_string(100000 + i); }

Status Fill(const std::string& path, Database& db) {
  LOGWOOD_ASSIGN_OR_RETURN(db, Database::Open(path, {.memory_budget_bytes = 1 << 20, .memtable_size_bytes = 1 << 16}));
  LOGWOOD_ASSIGN_OR_RETURN(Collection users, db.CreateCollection("users"));
  for (int i = 0; i < kKeys; ++i) {
    LOGWOOD_RETURN_IF_ERROR(users.Put(KeyOf(i), std::string(100, 'v'), {.sync = Sync::kNo}));
  }
  LOGWOOD_RETURN_IF_ERROR(db.Flush());
  LOGWOOD_RETURN_IF_ERROR(users.DeleteRange(KeyOf(10), KeyOf(20)));
  return users.Put(KeyOf(kKeys), "in the log", {.sync = Sync::kNo});
}

Database InMemory() { return Database::OpenInMemory().value(); }

Status FillAndClose(const std::string& path) {
  Database db = InMemory();
  LOGWOOD_RETURN_IF_ERROR(Fill(path, db));
  return db.Close();
}

// Ends as a kill would end it.
Status FillAndDie(const std::string& path) {
  Database db = InMemory();
  LOGWOOD_RETURN_IF_ERROR(Fill(path, db));
  ::_exit(0);
}

Status Expect(bool is_so, const std::string& what) {
  return is_so ? Status::Ok() : Status::InvalidArgument("not so: " + what);
}

Status ReadEntries(const Database& db) {
  LOGWOOD_ASSIGN_OR_RETURN(const Collection users, db.OpenCollection("users"));
  for (const int i : {0, 15, kKeys - 1, kKeys, kKeys + 1}) {
    LOGWOOD_ASSIGN_OR_RETURN(const auto value, users.Get(KeyOf(i)));
    LOGWOOD_RETURN_IF_ERROR(Expect(value.has_value() == (i != 15 && i <= kKeys), KeyOf(i)));
  }
  LOGWOOD_ASSIGN_OR_RETURN(const View view, db.NewView());
  int forth = 0;
  for (Cursor cursor = view.Scan(users); cursor.valid(); cursor.Next()) ++forth;
  Cursor back = view.Scan(users);
  int count = 0;
  for (back.Last(); back.valid(); back.Prev()) ++count;
  LOGWOOD_RETURN_IF_ERROR(back.status());
  return Expect(forth == kKeys - 9 && count == forth, "the number of entries, " + std::to_string(forth));
}

Status RefusesToWrite(Database& db) {
  LOGWOOD_ASSIGN_OR_RETURN(Collection users, db.OpenCollection("users"));
  LOGWOOD_RETURN_IF_ERROR(Expect(users.Put("a", "b").code() == StatusCode::kReadOnly, "put"));
  LOGWOOD_RETURN_IF_ERROR(Expect(db.Flush().code() == StatusCode::kReadOnly, "flush"));
  LOGWOOD_RETURN_IF_ERROR(Expect(db.Compact(users).code() == StatusCode::kReadOnly, "compact"));
  LOGWOOD_RETURN_IF_ERROR(Expect(db.CreateCollection("c").status().code() == StatusCode::kReadOnly, "create"));
  LOGWOOD_RETURN_IF_ERROR(Expect(db.DropCollection("users").code() == StatusCode::kReadOnly, "drop"));
  LOGWOOD_RETURN_IF_ERROR(Expect(db.Begin().status().code() == StatusCode::kReadOnly, "begin"));
  return Expect(db.Resume().code() == StatusCode::kReadOnly, "resume");
}

// All that a database can be asked.
Status ReadEverything(const std::string& path, OpenMode mode) {
  LOGWOOD_ASSIGN_OR_RETURN(Database db, Database::Open(path, {.mode = mode, .memory_budget_bytes = 1 << 20}));
  LOGWOOD_RETURN_IF_ERROR(ReadEntries(db));
  LOGWOOD_RETURN_IF_ERROR(RefusesToWrite(db));
  LOGWOOD_RETURN_IF_ERROR(db.Statistics().status());
  LOGWOOD_ASSIGN_OR_RETURN(const Verification verified, db.Verify());
  LOGWOOD_RETURN_IF_ERROR(Expect(verified.damages.empty(), "nothing is damaged"));
  LOGWOOD_RETURN_IF_ERROR(Expect(db.salvage_report().damages.empty(), "nothing had to be salvaged"));
  return db.Close();
}

// A tree of the database that nothing refers to, as a job leaves it that a kill has cut short.
std::string AddLeftover(const std::filesystem::path& directory) {
  DatabaseId database;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".manifest") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    database = DecodeFileHeader(bytes, "manifest").value().database;
  }
  const FileHeader header{.type = FileType::kTree, .number = FileNumber(9999), .id = FileId(7), .database = database};
  const std::string name = FileName(header.number, header.type);
  const auto bytes = EncodeFileHeader(header);
  std::ofstream(directory / name, std::ios::binary) << Bytes(bytes.data(), bytes.size()).string_view();
  return name;
}

// Reads all in `mode`, and looks whether the directory is what it was.
void ReadAndCompare(const std::filesystem::path& directory, OpenMode mode) {
  const auto before = LookAtAll(directory);
  const int exit_code = RunWithoutWriting([&] { return ReadEverything(directory, mode); });
  if (exit_code == kExitNoFilter) GTEST_SKIP() << "this kernel takes no seccomp filter: nothing was shown";
  EXPECT_EQ(exit_code, 0);
  EXPECT_TRUE(LookAtAll(directory) == before);
}

TEST(WriteFilter, EndsWhoOpensForWriting) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "data";
  ASSERT_EQ(RunInChild([&] { return FillAndClose(path); }), 0);
  const int exit_code = RunWithoutWriting([&] { return Database::Open(path, {.mode = OpenMode::kOpen}).status(); });
  if (exit_code == kExitNoFilter) GTEST_SKIP() << "this kernel takes no seccomp filter: nothing was shown";
  EXPECT_EQ(exit_code, kExitWrote);
}

TEST(ReadOnly, MakesNoCallThatWrites) {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "data";
  ASSERT_EQ(RunInChild([&] { return FillAndClose(path); }), 0);
  ReadAndCompare(path, OpenMode::kReadOnly);
  ReadAndCompare(path, OpenMode::kSalvage);
}

TEST(ReadOnly, MakesNoCallThatWritesWhereAKillHasLeftALogAndLeftovers) {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "data";
  ASSERT_EQ(RunInChild([&] { return FillAndDie(path); }), 0);
  const std::string leftover = AddLeftover(path);
  ReadAndCompare(path, OpenMode::kReadOnly);
  ReadAndCompare(path, OpenMode::kSalvage);
  // Who may write replays the log as well, and removes the leftover.
  EXPECT_EQ(RunInChild([&] {
              LOGWOOD_ASSIGN_OR_RETURN(Database db, Database::Open(path, {.mode = OpenMode::kOpen}));
              LOGWOOD_RETURN_IF_ERROR(ReadEntries(db));
              return db.Close();
            }),
            0);
  EXPECT_FALSE(std::filesystem::exists(path / leftover));
}

}  // namespace
}  // namespace logwood::testing
