#include "tools/kill_ledger/writer_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace logwood::kill_ledger {
namespace {

Status Failed(const char* call) {
  return Status::Io(std::string(call) + ": " + std::generic_category().message(errno));
}

// In the child: becomes this program anew, with acknowledgements on standard output.
[[noreturn]] void Become(const std::vector<std::string>& arguments, int acknowledgements) {
  std::vector<std::string> texts = arguments;
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  if (::dup2(acknowledgements, STDOUT_FILENO) >= 0) ::execv("/proc/self/exe", pointers.data());
  ::_exit(127);
}

}  // namespace

Result<WriterProcess> WriterProcess::Start(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Failed("pipe2");
  const pid_t pid = ::fork();
  if (pid == 0) Become(arguments, ends[1]);
  ::close(ends[1]);
  if (pid > 0) return WriterProcess(pid, ends[0]);
  ::close(ends[0]);
  return Failed("fork");
}

WriterProcess::WriterProcess(WriterProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      acknowledgements_(std::exchange(other.acknowledgements_, -1)),
      unfinished_(std::move(other.unfinished_)) {}

WriterProcess::~WriterProcess() {
  KillAndWait();
  if (acknowledgements_ >= 0) ::close(acknowledgements_);
}

WriterProcess::End WriterProcess::KillAfter(std::chrono::milliseconds time) {
  End end;
  Take(std::chrono::steady_clock::now() + time, end.acknowledged);
  end.was_killed = KillAndWait();
  while (TakeOnce(end.acknowledged)) continue;
  return end;
}

bool WriterProcess::Take(std::chrono::steady_clock::time_point deadline, std::vector<uint64_t>& acknowledged) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    pollfd waiting{.fd = acknowledgements_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready > 0 && !TakeOnce(acknowledged)) return false;
  }
}

bool WriterProcess::TakeOnce(std::vector<uint64_t>& acknowledged) {
  std::array<char, 64 * 1024> piece;
  const ssize_t count = ::read(acknowledgements_, piece.data(), piece.size());
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  unfinished_.append(piece.data(), static_cast<size_t>(count));
  size_t taken = 0;
  for (; unfinished_.size() - taken >= sizeof(uint64_t); taken += sizeof(uint64_t)) {
    uint64_t number = 0;
    std::memcpy(&number, unfinished_.data() + taken, sizeof(number));
    acknowledged.push_back(number);
  }
  unfinished_.erase(0, taken);
  return true;
}

bool WriterProcess::KillAndWait() {
  if (pid_ == 0) return false;
  ::kill(pid_, SIGKILL);
  int state = 0;
  while (::waitpid(pid_, &state, 0) < 0 && errno == EINTR) continue;
  pid_ = 0;
  return WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL;
}

}  // namespace logwood::kill_ledger
