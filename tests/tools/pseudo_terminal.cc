#include "tests/tools/pseudo_terminal.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace logwood::testing {
namespace {

constexpr int kWaitMillisecondsMax = 10'000;

[[noreturn]] void GiveUp(const std::string& why, const std::string& shown) {
  std::fprintf(stderr, "%s; the terminal shows:\n%s\n", why.c_str(), shown.c_str());
  std::abort();
}

[[noreturn]] void BecomeProgram(const std::vector<std::string>& arguments,
                                const std::map<std::string, std::string>& environment, const char* program) {
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<std::string> texts = arguments;
  texts.insert(texts.begin(), "logwood");
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  ::signal(SIGINT, SIG_DFL);
  ::execv(program, pointers.data());
  ::_exit(126);
}

}  // namespace

PseudoTerminal::PseudoTerminal(const std::vector<std::string>& arguments,
                               const std::map<std::string, std::string>& environment, const char* program) {
  const winsize size{.ws_row = 24, .ws_col = 200, .ws_xpixel = 0, .ws_ypixel = 0};
  pid_ = ::forkpty(&fd_, nullptr, nullptr, &size);
  if (pid_ < 0) GiveUp("forkpty failed", {});
  if (pid_ == 0) BecomeProgram(arguments, environment, program);
}

PseudoTerminal::~PseudoTerminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (fd_ >= 0) ::close(fd_);
}

void PseudoTerminal::Send(int signal) const {
  if (::kill(pid_, signal) != 0) GiveUp("no signal can be sent", shown_);
}

int PseudoTerminal::Disconnect() {
  ::close(std::exchange(fd_, -1));
  int state = 0;
  if (::waitpid(std::exchange(pid_, -1), &state, 0) < 0) GiveUp("waitpid failed", shown_);
  return WIFSIGNALED(state) ? WTERMSIG(state) : 0;
}

void PseudoTerminal::Type(std::string_view keys) {
  while (!keys.empty()) {
    const ssize_t written = ::write(fd_, keys.data(), keys.size());
    if (written < 0) GiveUp("nothing can be typed", shown_);
    keys.remove_prefix(static_cast<size_t>(written));
  }
}

std::string PseudoTerminal::WaitFor(std::string_view text) {
  for (;;) {
    const size_t at = shown_.find(text, found_);
    if (at != std::string::npos) {
      const size_t begin = std::exchange(found_, at + text.size());
      return shown_.substr(begin, found_ - begin);
    }
    if (!ReadMore()) GiveUp("the program ended before it showed \"" + std::string(text) + "\"", shown_);
  }
}

int PseudoTerminal::WaitForEnd() {
  while (ReadMore()) {
  }
  int state = 0;
  if (::waitpid(std::exchange(pid_, -1), &state, 0) < 0) GiveUp("waitpid failed", shown_);
  return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

// Returns false at the end of the program.
bool PseudoTerminal::ReadMore() {
  pollfd waiting{fd_, POLLIN, 0};
  if (::poll(&waiting, 1, kWaitMillisecondsMax) <= 0) GiveUp("nothing more is shown for ten seconds", shown_);
  std::array<char, 4096> piece;
  const ssize_t count = ::read(fd_, piece.data(), piece.size());
  if (count > 0) shown_.append(piece.data(), static_cast<size_t>(count));
  return count > 0;
}

}  // namespace logwood::testing
