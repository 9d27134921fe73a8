#include "tests/tools/command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace logwood::testing {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

[[noreturn]] void GiveUp(const char* call) {
  std::perror(call);
  std::abort();
}

Pipe NewPipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) GiveUp("pipe2");
  return {ends[0], ends[1]};
}

void Close(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

[[noreturn]] void Become(const std::vector<std::string>& arguments, const CommandSetting& setting, int program) {
  std::vector<std::string> texts = arguments;
  texts.insert(texts.begin(), "logwood");
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  if (setting.in_child) setting.in_child();
  ::fexecve(program, pointers.data(), environ);
  ::_exit(126);
}

// The parent's side of a running command.
class Running {
 public:
  Running(const std::vector<std::string>& arguments, const CommandSetting& setting) : rest_(setting.input) {
    Pipe in = NewPipe();
    Pipe out = NewPipe();
    Pipe err = NewPipe();
    const int program = ::open(setting.program, O_RDONLY | O_CLOEXEC);
    if (program < 0) GiveUp(setting.program);
    pid_ = ::fork();
    if (pid_ < 0) GiveUp("fork");
    if (pid_ == 0) {
      ::dup2(in.read_end, STDIN_FILENO);
      ::dup2(out.write_end, STDOUT_FILENO);
      ::dup2(err.write_end, STDERR_FILENO);
      Become(arguments, setting, program);
    }
    ::close(program);
    Close(in.read_end);
    Close(out.write_end);
    Close(err.write_end);
    in_ = in.write_end;
    out_ = out.read_end;
    err_ = err.read_end;
  }

  CommandEnd Finish(std::optional<size_t> out_bytes_max) {
    ::signal(SIGPIPE, SIG_IGN);
    CommandEnd end;
    while (out_ >= 0 || err_ >= 0) {
      if (out_bytes_max && end.out.size() >= *out_bytes_max) Close(out_);
      std::array<pollfd, 3> waiting{pollfd{in_, POLLOUT, 0}, pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
      if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) GiveUp("poll");
      if (in_ >= 0 && waiting[0].revents != 0) Feed();
      if (out_ >= 0 && waiting[1].revents != 0) Take(out_, end.out, out_bytes_max.value_or(SIZE_MAX));
      if (err_ >= 0 && waiting[2].revents != 0) Take(err_, end.err, SIZE_MAX);
    }
    Close(in_);
    int state = 0;
    if (::waitpid(pid_, &state, 0) != pid_) GiveUp("waitpid");
    if (WIFEXITED(state)) end.exit_code = WEXITSTATUS(state);
    return end;
  }

 private:
  void Feed() {
    const ssize_t written = ::write(in_, rest_.data(), std::min<size_t>(rest_.size(), 4096));
    if (written >= 0) rest_.remove_prefix(static_cast<size_t>(written));
    if (written < 0 || rest_.empty()) Close(in_);
  }

  static void Take(int& fd, std::string& into, size_t size_max) {
    std::array<char, 4096> piece;
    const ssize_t count = ::read(fd, piece.data(), std::min(piece.size(), size_max - into.size()));
    if (count > 0) into.append(piece.data(), static_cast<size_t>(count));
    if (count <= 0) Close(fd);
  }

  std::string_view rest_;  // Of the input.
  pid_t pid_ = 0;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
};

}  // namespace

CommandEnd RunCommand(const std::vector<std::string>& arguments, const CommandSetting& setting) {
  return Running(arguments, setting).Finish(std::nullopt);
}

CommandEnd RunCommandForHead(const std::vector<std::string>& arguments, size_t bytes, const CommandSetting& setting) {
  return Running(arguments, setting).Finish(bytes);
}

}  // namespace logwood::testing
