#include "store/directory_lock.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

#include "store/errno_status.h"

// What is locked is the directory itself, by flock() on a descriptor of its own. So
//   - it holds against other processes and, as each call opens the directory anew, against this one;
//   - it goes with the process, however that ends;
//   - readers write nothing, and there is no lock file that somebody could remove under a holder.
// The file LOCK only tells others who holds it: the writer leaves its particulars there once it has the lock and
// empties the file before it lets go. Nothing depends on it; its name is none that a store's file can have, so List()
// passes by.
//
//   logwood lock
//   pid PROCESS
//   started TICKS          the process's start, so that another process of the same number is not blamed

namespace logwood {
namespace {

constexpr const char* kHolderFile = "LOCK";
constexpr std::string_view kHolderHead = "logwood lock\n";

struct Holder {
  pid_t pid = 0;
  uint64_t started_ticks = 0;
  time_t since = 0;
};

// The beginning of a small file; empty when it cannot be read.
std::string ReadSome(int fd) {
  std::array<char, 1024> buffer;
  const ssize_t size = ::pread(fd, buffer.data(), buffer.size(), 0);
  return size <= 0 ? std::string() : std::string(buffer.data(), static_cast<size_t>(size));
}

std::string ReadProc(pid_t pid, const char* file) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd.ok() ? ReadSome(fd.get()) : std::string();
}

// Takes "LABEL NUMBER\n" off the front of `text`.
std::optional<uint64_t> TakeNumber(std::string_view& text, std::string_view label) {
  if (!text.starts_with(label)) return std::nullopt;
  text.remove_prefix(label.size());
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data() + text.size() || *end != '\n') return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  return number;
}

// Field 22 of /proc/PID/stat: when the process started, in ticks since boot. The name in field 2 may hold anything, so
// fields are counted from behind its closing parenthesis. Absent when the process is gone or hidden.
std::optional<uint64_t> StartedTicks(pid_t pid) {
  const std::string stat = ReadProc(pid, "stat");
  size_t at = stat.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return std::nullopt;
  uint64_t ticks = 0;
  const auto [end, error] = std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), ticks);
  if (error != std::errc()) return std::nullopt;
  return ticks;
}

std::string CommandOf(pid_t pid) {
  std::string command = ReadProc(pid, "comm");
  if (!command.empty() && command.back() == '\n') command.pop_back();
  std::replace_if(command.begin(), command.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return command;
}

std::string InUtc(time_t time) {
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&time, &parts) == nullptr) return "an unknown time";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

// LOCK, if it is ours: a plain file with one name that is empty or begins as we begin it. A stranger's is left alone.
FileDescriptor OpenHolderFile(const Directory& directory, int flags) {
  FileDescriptor fd(
      ::openat(directory.fd(), kHolderFile, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600));
  struct stat stat{};
  if (!fd.ok() || ::fstat(fd.get(), &stat) != 0) return {};
  if (!S_ISREG(stat.st_mode) || stat.st_nlink != 1) return {};
  if (stat.st_size != 0 && !ReadSome(fd.get()).starts_with(kHolderHead)) return {};
  return fd;
}

// Who holds the lock, as far as LOCK tells. The file's own time says since when: nothing here reads a clock.
std::optional<Holder> ReadHolder(const Directory& directory) {
  const FileDescriptor fd = OpenHolderFile(directory, O_RDONLY);
  struct stat stat{};
  if (!fd.ok() || ::fstat(fd.get(), &stat) != 0) return std::nullopt;
  const std::string text = ReadSome(fd.get());
  std::string_view rest = text;
  if (!rest.starts_with(kHolderHead)) return std::nullopt;
  rest.remove_prefix(kHolderHead.size());
  const std::optional<uint64_t> pid = TakeNumber(rest, "pid ");
  const std::optional<uint64_t> started = TakeNumber(rest, "started ");
  if (!pid || !started || *pid == 0 || *pid > INT32_MAX) return std::nullopt;
  return Holder{static_cast<pid_t>(*pid), *started, stat.st_mtime};
}

// Leaves this process's particulars. Whatever goes wrong only makes a message poorer.
FileDescriptor WriteHolder(const Directory& directory) {
  FileDescriptor fd = OpenHolderFile(directory, O_RDWR | O_CREAT);
  if (!fd.ok()) return fd;
  const pid_t pid = ::getpid();
  const std::string text = std::string(kHolderHead) + "pid " + std::to_string(pid) + "\nstarted " +
                           std::to_string(StartedTicks(pid).value_or(0)) + "\n";
  if (::fchmod(fd.get(), 0600) != 0 || ::ftruncate(fd.get(), 0) != 0) return {};
  const ssize_t written = ::pwrite(fd.get(), text.data(), text.size(), 0);
  if (written != static_cast<ssize_t>(text.size())) return {};
  return fd;
}

std::string DescribeHolder(const Directory& directory) {
  const std::optional<Holder> holder = ReadHolder(directory);
  if (!holder) return "in use by others, most likely readers; close them first (fuser on this directory may name them)";
  const std::string number = std::to_string(holder->pid);
  const std::string since = " since " + InUtc(holder->since);
  if (holder->pid == ::getpid()) {
    return "this process (" + number + ") has had it open for writing" + since + "; use or close that handle";
  }
  if (StartedTicks(holder->pid) != holder->started_ticks) {
    return "process " + number + ", which had it open for writing" + since +
           ", is gone or hidden; a process that it started, or readers, may hold it: close them first";
  }
  return "process " + number + " (" + CommandOf(holder->pid) + ") has had it open for writing" + since +
         "; close or stop it first";
}

// Lets go by closing, not by LOCK_UN: that would take the lock from a parent process too when a forked child closes.
class DirectoryLock final : public StoreLock {
 public:
  DirectoryLock(FileDescriptor locked, FileDescriptor holder_file)
      : locked_(std::move(locked)), holder_file_(std::move(holder_file)), owner_(::getpid()) {}
  ~DirectoryLock() override {
    if (!holder_file_.ok() || owner_ != ::getpid()) return;
    if (::ftruncate(holder_file_.get(), 0) != 0) return;  // Old particulars mislead nobody: the start is checked.
  }

 private:
  FileDescriptor locked_;
  FileDescriptor holder_file_;  // None for readers.
  const pid_t owner_;
};

}  // namespace

Result<std::unique_ptr<StoreLock>> LockDirectory(const Directory& directory, LockMode mode) {
  FileDescriptor fd(::openat(directory.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(directory.path(), "openat", errno);
  const int operation = mode == LockMode::kExclusive ? LOCK_EX : LOCK_SH;
  int result = 0;
  do {
    result = ::flock(fd.get(), operation | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno == EWOULDBLOCK) {
    return Status::Busy(directory.path() + ": " + DescribeHolder(directory));
  }
  if (result != 0) return ErrnoStatus(directory.path(), "flock", errno);
  FileDescriptor holder_file;
  if (mode == LockMode::kExclusive) holder_file = WriteHolder(directory);
  return std::make_unique<DirectoryLock>(std::move(fd), std::move(holder_file));
}

}  // namespace logwood
