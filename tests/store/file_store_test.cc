#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "logwood/store.h"
#include "system_calls.h"
#include "temporary_directory.h"

namespace logwood {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

std::unique_ptr<Store> OpenStore(const std::string& path) {
  return OpenFileStore(path, MissingDirectory::kFail).value();
}

void WriteOutside(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string ReadOutside(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

mode_t ModeOf(const std::string& path) {
  struct stat stat{};
  EXPECT_EQ(::lstat(path.c_str(), &stat), 0) << path;
  return stat.st_mode & 07777;
}

ino_t InodeOf(const std::string& path) {
  struct stat stat{};
  EXPECT_EQ(::lstat(path.c_str(), &stat), 0) << path;
  return stat.st_ino;
}

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  Umask(const Umask&) = delete;  // Puts back once.
  Umask& operator=(const Umask&) = delete;
  ~Umask() { ::umask(before_); }

 private:
  const mode_t before_;
};

// Takes root's privileges away for a while, for root is denied nothing. Nothing to do for other users.
class Unprivileged {
 public:
  Unprivileged() : was_root_(::geteuid() == 0) {
    if (was_root_ && ::seteuid(kNobody) != 0) std::abort();
  }
  Unprivileged(const Unprivileged&) = delete;  // Puts back once.
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  const bool was_root_;
};

TEST(FileStore, CapabilitiesAreThoseOfLocalFiles) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  EXPECT_TRUE(store->capabilities().survives_process);
  EXPECT_TRUE(store->capabilities().cheap_small_appends);
  EXPECT_EQ(store->description(), directory.path());
}

TEST(FileStore, FilesAre0600WhateverTheUmask) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  for (const mode_t mask : {0u, 022u, 0777u}) {
    const Umask umask(mask);
    const std::string name = "file-" + std::to_string(mask);
    ASSERT_TRUE(store->Create(name, {}).ok());
    EXPECT_EQ(ModeOf(directory / name), 0600u) << mask;
  }
}

TEST(FileStore, LockFileIs0600WhateverTheUmask) {
  const TemporaryDirectory directory;
  const Umask umask(0);
  const auto store = OpenStore(directory.path());
  const auto lock = store->Lock(LockMode::kExclusive);
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(ModeOf(directory / "LOCK"), 0600u);
}

TEST(FileStore, DirectoryIsMade0700AndItsParentSynced) {
  const TemporaryDirectory parent;
  for (const mode_t mask : {0u, 0777u}) {
    const Umask umask(mask);
    SystemCallsGuard calls;
    const std::string path = parent / ("db-" + std::to_string(mask));
    ASSERT_TRUE(OpenFileStore(path + "/", MissingDirectory::kCreate).ok());
    EXPECT_EQ(ModeOf(path), 0700u) << mask;
    EXPECT_EQ(calls->fsynced, std::vector<ino_t>{InodeOf(parent.path())});
  }
}

TEST(FileStore, DirectoryWhoseParentCannotBeSyncedIsTakenBack) {
  const TemporaryDirectory parent;
  SystemCallsGuard calls;
  calls->fsync_errors = {EIO};
  EXPECT_EQ(OpenFileStore(parent / "db", MissingDirectory::kCreate).status().code(), StatusCode::kIo);
  EXPECT_FALSE(fs::exists(parent / "db"));
}

TEST(FileStore, DirectoryThatIsThereKeepsItsMode) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::chmod(directory.path().c_str(), 0750), 0);
  SystemCallsGuard calls;
  ASSERT_TRUE(OpenFileStore(directory.path(), MissingDirectory::kCreate).ok());
  EXPECT_EQ(ModeOf(directory.path()), 0750u);
  EXPECT_TRUE(calls->fsynced.empty());
}

TEST(FileStore, MissingDirectoryIsNotFoundAndNotMade) {
  const TemporaryDirectory parent;
  const Status status = OpenFileStore(parent / "db", MissingDirectory::kFail).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(status.message().find(parent / "db"), std::string_view::npos) << status;
  EXPECT_FALSE(fs::exists(parent / "db"));
}

TEST(FileStore, OnlyTheLastComponentIsMade) {
  const TemporaryDirectory parent;
  EXPECT_EQ(OpenFileStore(parent / "a/b", MissingDirectory::kCreate).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(fs::exists(parent / "a"));
}

TEST(FileStore, FileInPlaceOfTheDirectoryIsRefused) {
  const TemporaryDirectory parent;
  WriteOutside(parent / "file", "kept");
  for (const std::string& path : {parent / "file", parent / "file/db"}) {
    EXPECT_EQ(OpenFileStore(path, MissingDirectory::kCreate).status().code(), StatusCode::kInvalidArgument) << path;
  }
  EXPECT_EQ(ReadOutside(parent / "file"), "kept");
}

TEST(FileStore, PathsThatCannotBeAreRefused) {
  const std::string path("/tmp/a\0b", 8);
  EXPECT_EQ(OpenFileStore("", MissingDirectory::kCreate).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenFileStore(path, MissingDirectory::kCreate).status().code(), StatusCode::kInvalidArgument);
}

TEST(FileStore, DirectoryMayBeNamedByALink) {
  const TemporaryDirectory parent;
  fs::create_directory(parent / "real");
  fs::create_directory_symlink("real", parent / "link");
  ASSERT_TRUE(OpenStore(parent / "link")->Create("file", {}).ok());
  EXPECT_TRUE(fs::exists(parent / "real/file"));
}

TEST(FileStore, DirectoryPutInItsPlaceIsNotTouched) {
  const TemporaryDirectory parent;
  const auto store = OpenFileStore(parent / "db", MissingDirectory::kCreate).value();
  fs::rename(parent / "db", parent / "moved");
  fs::create_directory(parent / "db");
  ASSERT_TRUE(store->Create("file", {}).ok());
  EXPECT_TRUE(fs::exists(parent / "moved/file"));
  EXPECT_TRUE(fs::is_empty(parent / "db"));
}

TEST(FileStore, LinksAreNotFollowed) {
  const TemporaryDirectory directory;
  const TemporaryDirectory elsewhere;
  WriteOutside(elsewhere / "target", "kept");
  fs::create_symlink(elsewhere / "target", directory / "link");
  fs::create_symlink(elsewhere / "new", directory / "dangling");
  const auto store = OpenStore(directory.path());
  EXPECT_TRUE(store->List().value().empty());
  EXPECT_EQ(store->Open("link").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store->Remove("link").code(), StatusCode::kNotFound);
  EXPECT_EQ(store->Create("link", {}).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(store->Create("dangling", {}).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadOutside(elsewhere / "target"), "kept");
  EXPECT_FALSE(fs::exists(elsewhere / "new"));
  EXPECT_TRUE(fs::is_symlink(directory / "link"));
}

TEST(FileStore, OnlyPlainFilesOfLegalNamesExist) {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "directory");
  ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
  WriteOutside(directory / "README", "a stranger");
  WriteOutside(directory / "plain", "ours");
  const auto store = OpenStore(directory.path());
  EXPECT_EQ(store->List().value(), std::vector<std::string>{"plain"});
  for (const char* name : {"directory", "pipe"}) {
    EXPECT_EQ(store->Open(name).status().code(), StatusCode::kNotFound) << name;
    EXPECT_EQ(store->Remove(name).code(), StatusCode::kNotFound) << name;
    EXPECT_EQ(store->Create(name, {}).status().code(), StatusCode::kAlreadyExists) << name;
  }
  EXPECT_TRUE(fs::exists(directory / "README"));
}

TEST(FileStore, ShortAndInterruptedWritesGoOn) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto file = store->Create("file", {}).value();
  SystemCallsGuard calls;
  calls->pwrite_size_max = 3;
  calls->pwrite_errors = {0, EINTR, 0, EINTR, EINTR};
  ASSERT_TRUE(file->Append("0123456789").ok());
  EXPECT_TRUE(calls->pwrite_errors.empty());
  EXPECT_EQ(file->size(), 10u);
  EXPECT_EQ(ReadOutside(directory / "file"), "0123456789");
}

TEST(FileStore, FullDeviceIsNoSpaceAndEndsAppending) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto file = store->Create("file", {}).value();
  ASSERT_TRUE(file->Append("before").ok());
  SystemCallsGuard calls;
  calls->pwrite_errors = {ENOSPC};
  const Status status = file->Append("after");
  EXPECT_EQ(status.code(), StatusCode::kNoSpace);
  EXPECT_EQ(status.message(),
            directory / "file" + ": pwrite: No space left on device (errno 28): free space on this device");
  EXPECT_EQ(file->Append("again"), status);
  EXPECT_EQ(file->Sync(), status);
  EXPECT_EQ(file->size(), 6u);
}

TEST(FileStore, QuotaIsNoSpace) {
  const TemporaryDirectory directory;
  const auto file = OpenStore(directory.path());
  const auto appender = file->Create("file", {}).value();
  SystemCallsGuard calls;
  calls->pwrite_errors = {EDQUOT};
  EXPECT_EQ(appender->Append("data").code(), StatusCode::kNoSpace);
}

// A real error of a real write: the limit lets 4,000 of 10,000 bytes pass.
TEST(FileStore, FileSizeLimitIsAnErrorThatSaysSo) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto file = store->Create("file", {}).value();
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = before;
  limit.rlim_cur = 4000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const Status status = file->Append(std::string(10000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("ulimit -f"), std::string_view::npos) << status;
  EXPECT_EQ(fs::file_size(directory / "file"), 4000u);
  EXPECT_FALSE(file->Append("x").ok());
}

TEST(FileStore, FirstSyncOfAFileSyncsTheDirectory) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto file = store->Create("file", {}).value();
  SystemCallsGuard calls;
  ASSERT_TRUE(file->Append("one").ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(file->Append("two").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(calls->fdatasync_count, 2u);
  EXPECT_EQ(calls->fsynced, std::vector<ino_t>{InodeOf(directory.path())});
}

TEST(FileStore, ReaderSyncsBytesAndName) {
  const TemporaryDirectory directory;
  WriteOutside(directory / "file", "by another process");
  const auto store = OpenStore(directory.path());
  const auto file = store->Open("file").value();
  SystemCallsGuard calls;
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(calls->fdatasync_count, 1u);
  EXPECT_EQ(calls->fsynced, std::vector<ino_t>{InodeOf(directory.path())});
}

TEST(FileStore, FailedSyncIsNeverRetriedIntoSuccess) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto file = store->Create("file", {}).value();
  const auto other = store->Create("other", {}).value();
  ASSERT_TRUE(file->Append("data").ok());
  SystemCallsGuard calls;
  calls->fdatasync_errors = {EIO};
  const Status status = file->Sync();
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_EQ(file->Sync(), status);
  EXPECT_EQ(store->Open("file").value()->Sync(), status);
  EXPECT_TRUE(other->Sync().ok());
}

TEST(FileStore, AFileSystemThatTurnsReadOnlyUnderASyncIsAnIoError) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto file = store->Create("file", {}).value();
  SystemCallsGuard calls;
  calls->fdatasync_errors = {EROFS};
  EXPECT_EQ(file->Sync().code(), StatusCode::kIo);
}

TEST(FileStore, InterruptedSyncIsRepeated) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto file = store->Create("file", {}).value();
  SystemCallsGuard calls;
  calls->fdatasync_errors = {EINTR, EINTR};
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_EQ(calls->fdatasync_count, 3u);
}

// Names share one directory: when it could not be synced, no name is sure any more.
TEST(FileStore, FailedDirectorySyncConcernsEveryNewName) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto file = store->Create("file", {}).value();
  const auto other = store->Create("other", {}).value();
  SystemCallsGuard calls;
  calls->fsync_errors = {EIO};
  const Status status = file->Sync();
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_EQ(other->Sync(), status);
  EXPECT_EQ(file->Sync(), status);
}

TEST(FileStore, NoPermissionSaysSo) {
  const TemporaryDirectory parent;
  const auto store = OpenFileStore(parent / "db", MissingDirectory::kCreate).value();
  ASSERT_TRUE(store->Create("file", {}).ok());
  ASSERT_EQ(::chmod((parent / "db/file").c_str(), 0), 0);
  ASSERT_EQ(::chmod((parent / "db").c_str(), 0500), 0);
  ASSERT_EQ(::chmod(parent.path().c_str(), 0), 0);
  std::vector<Status> outcomes;
  {
    const Unprivileged unprivileged;
    outcomes = {OpenFileStore(parent / "db", MissingDirectory::kCreate).status(), store->Create("new", {}).status(),
                store->Open("file").status()};
  }
  ASSERT_EQ(::chmod(parent.path().c_str(), 0700), 0);
  ASSERT_EQ(::chmod((parent / "db").c_str(), 0700), 0);
  for (const Status& status : outcomes) {
    EXPECT_EQ(status.code(), StatusCode::kIo);
    EXPECT_NE(status.message().find("no permission; give this user"), std::string_view::npos) << status;
  }
}

TEST(FileStore, RemovedDirectoryIsAnErrorNotANewOne) {
  const TemporaryDirectory parent;
  const auto store = OpenFileStore(parent / "db", MissingDirectory::kCreate).value();
  fs::remove(parent / "db");
  EXPECT_EQ(store->Create("file", {}).status().code(), StatusCode::kIo);
  EXPECT_FALSE(fs::exists(parent / "db"));
}

}  // namespace
}  // namespace logwood
