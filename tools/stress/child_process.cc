#include "tools/stress/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "base/status_macros.h"
#include "tools/stress/child.h"

namespace logwood::stress {
namespace {

// An interrupt is for the parent, which ends this process; without a parent there is nothing to do.
[[noreturn]] void BeChild(const std::string& path, const Settings& settings, std::vector<Channel>& channels,
                          pid_t parent) {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) ::_exit(0);
  ServeChannels(path, settings, channels);
  ::_exit(0);
}

}  // namespace

Result<ChildProcess> ChildProcess::Start(const std::string& path, const Settings& settings) {
  std::vector<Channel> ours;
  std::vector<Channel> theirs;
  for (uint64_t i = 0; i < settings.threads; ++i) {
    LOGWOOD_ASSIGN_OR_RETURN(auto ends, Channel::NewPair());
    ours.push_back(std::move(ends.first));
    theirs.push_back(std::move(ends.second));
  }
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return Status::Io(std::string("no new process: ") + std::strerror(errno));
  if (pid == 0) {
    ours.clear();
    BeChild(path, settings, theirs, parent);
  }
  return ChildProcess(pid, std::move(ours));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), state_(other.state_), channels_(std::move(other.channels_)) {}

ChildProcess::~ChildProcess() { Kill(); }

void ChildProcess::Kill() {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
  Wait();
}

void ChildProcess::LetEnd() {
  channels_.clear();
  Wait();
}

void ChildProcess::Wait() {
  if (pid_ == 0) return;
  while (::waitpid(pid_, &state_, 0) < 0 && errno == EINTR) continue;
  pid_ = 0;
}

std::string ChildProcess::Fault() const {
  if (WIFEXITED(state_) && WEXITSTATUS(state_) == 0) return {};
  if (WIFEXITED(state_)) return fmt::format("it ended with exit code {}", WEXITSTATUS(state_));
  if (WTERMSIG(state_) == SIGKILL) return {};
  return fmt::format("it ended by signal {} ({})", WTERMSIG(state_), ::strsignal(WTERMSIG(state_)));
}

}  // namespace logwood::stress
