#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logwood/store.h"
#include "temporary_directory.h"

namespace logwood {
namespace {

std::unique_ptr<Store> OpenStore(const std::string& path) {
  return OpenFileStore(path, MissingDirectory::kFail).value();
}

std::string ReadOutside(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool Says(const Status& status, const std::string& text) { return status.message().find(text) != std::string::npos; }

// A process that runs `before_ready`, says that it did, and waits to be killed.
class Process {
 public:
  explicit Process(const std::function<void()>& before_ready) {
    int ready[2];
    if (::pipe(ready) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      before_ready();
      const char byte = 'r';
      if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ready[1]);
    char byte = 0;
    is_ready_ = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
  }
  Process(const Process&) = delete;  // Killed once.
  Process& operator=(const Process&) = delete;
  ~Process() { Kill(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool is_ready() const { return is_ready_; }
  void Kill() {
    if (!is_alive_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    is_alive_ = false;
  }

 private:
  pid_t pid_ = 0;
  bool is_ready_ = false;
  bool is_alive_ = true;
};

// Takes the lock and keeps it until the process dies.
std::function<void()> Holding(const std::string& path, LockMode mode) {
  return [path, mode] {
    Store* store = OpenFileStore(path, MissingDirectory::kFail).value().release();
    StoreLock* lock = store->Lock(mode).value().release();
    if (lock == nullptr) ::_exit(1);
  };
}

TEST(StoreLock, NamesTheProcessThatWrites) {
  const TemporaryDirectory directory;
  const Process other(Holding(directory.path(), LockMode::kExclusive));
  ASSERT_TRUE(other.is_ready());
  const auto store = OpenStore(directory.path());
  for (const LockMode mode : {LockMode::kExclusive, LockMode::kShared}) {
    const Status status = store->Lock(mode).status();
    EXPECT_EQ(status.code(), StatusCode::kBusy);
    EXPECT_TRUE(Says(status, "process " + std::to_string(other.pid()) + " (store_test) has had it open")) << status;
    EXPECT_TRUE(Says(status, " UTC; close or stop it first")) << status;
  }
}

TEST(StoreLock, GoesWithTheProcess) {
  const TemporaryDirectory directory;
  Process other(Holding(directory.path(), LockMode::kExclusive));
  ASSERT_TRUE(other.is_ready());
  other.Kill();
  EXPECT_TRUE(OpenStore(directory.path())->Lock(LockMode::kExclusive).ok());
}

// What a killed writer left in LOCK must not be told of those who came after it.
TEST(StoreLock, DoesNotBlameADeadWriter) {
  const TemporaryDirectory directory;
  Process writer(Holding(directory.path(), LockMode::kExclusive));
  ASSERT_TRUE(writer.is_ready());
  writer.Kill();
  const Process reader(Holding(directory.path(), LockMode::kShared));
  ASSERT_TRUE(reader.is_ready());
  const Status status = OpenStore(directory.path())->Lock(LockMode::kExclusive).status();
  EXPECT_EQ(status.code(), StatusCode::kBusy);
  EXPECT_TRUE(Says(status, "is gone or hidden")) << status;
}

TEST(StoreLock, NamesThisProcessItself) {
  const TemporaryDirectory directory;
  const auto first = OpenStore(directory.path());
  const auto second = OpenStore(directory.path());
  const auto lock = first->Lock(LockMode::kExclusive).value();
  const Status status = second->Lock(LockMode::kExclusive).status();
  EXPECT_EQ(status.code(), StatusCode::kBusy);
  EXPECT_TRUE(Says(status, "this process (" + std::to_string(::getpid()) + ")")) << status;
}

TEST(StoreLock, SuspectsReadersAfterTheWriterLeft) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  store->Lock(LockMode::kExclusive).value().reset();
  const auto reader = store->Lock(LockMode::kShared).value();
  const Status status = store->Lock(LockMode::kExclusive).status();
  EXPECT_EQ(status.code(), StatusCode::kBusy);
  EXPECT_TRUE(Says(status, "readers")) << status;
}

TEST(StoreLock, ReadersWriteNothing) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto lock = store->Lock(LockMode::kShared);
  ASSERT_TRUE(lock.ok());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(StoreLock, LockFileOfAStrangerIsLeftAlone) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "LOCK") << "somebody else's";
  const auto store = OpenStore(directory.path());
  const auto lock = store->Lock(LockMode::kExclusive);
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(store->Lock(LockMode::kExclusive).status().code(), StatusCode::kBusy);
  EXPECT_EQ(ReadOutside(directory / "LOCK"), "somebody else's");
}

TEST(StoreLock, LockFileThatIsALinkIsNotFollowed) {
  const TemporaryDirectory directory;
  const TemporaryDirectory elsewhere;
  std::ofstream(elsewhere / "empty").flush();
  std::ofstream(elsewhere / "hard").flush();
  std::filesystem::create_symlink(elsewhere / "empty", directory / "LOCK");
  {
    ASSERT_TRUE(OpenStore(directory.path())->Lock(LockMode::kExclusive).ok());
  }
  std::filesystem::remove(directory / "LOCK");
  std::filesystem::create_hard_link(elsewhere / "hard", directory / "LOCK");
  const auto store = OpenStore(directory.path());
  const auto lock = store->Lock(LockMode::kExclusive);
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(ReadOutside(elsewhere / "empty"), "");
  EXPECT_EQ(ReadOutside(elsewhere / "hard"), "");
}

TEST(StoreLock, GarbledParticularsAreNotBelieved) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  const auto reader = store->Lock(LockMode::kShared).value();
  for (const char* text : {"logwood lock\n", "logwood lock\npid 1", "logwood lock\npid -1\nstarted 1\n",
                           "logwood lock\npid 99999999999999999999\nstarted 1\n", "logwood lock\npid 0\nstarted 1\n",
                           "logwood lock\npid 1\nstarted x\n"}) {
    std::ofstream(directory / "LOCK") << text;
    const Status status = store->Lock(LockMode::kExclusive).status();
    EXPECT_EQ(status.code(), StatusCode::kBusy);
    EXPECT_TRUE(Says(status, "in use by others")) << text << status;
  }
}

// A child inherits the lock; that it closes its copy must not take it from the parent.
TEST(StoreLock, ForkedChildDoesNotLetGoForItsParent) {
  const TemporaryDirectory directory;
  const auto store = OpenStore(directory.path());
  auto lock = store->Lock(LockMode::kExclusive).value();
  const Process child([&lock] { lock.reset(); });
  ASSERT_TRUE(child.is_ready());
  const Status status = store->Lock(LockMode::kExclusive).status();
  EXPECT_EQ(status.code(), StatusCode::kBusy);
  EXPECT_TRUE(Says(status, "this process")) << status;
}

}  // namespace
}  // namespace logwood
