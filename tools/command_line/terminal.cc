#include "tools/command_line/terminal.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <tuple>
#include <unistd.h>

#include "base/status_macros.h"
#include "store/errno_status.h"
#include "tools/command_line/descriptor.h"
#include "tools/command_line/escape.h"

namespace logwood::command_line {
namespace {

constexpr size_t kGatheredSizeMax = 64 * 1024;

}  // namespace

Terminal::Terminal() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // A file that may not grow (ulimit -f) is an error with a message.
}

void Terminal::Write(std::string_view text) {
  if (!is_read()) return;
  gathered_ += text;
  // Why: Flush() keeps the error, and who writes on looks at is_read().
  if (gathered_.size() >= kGatheredSizeMax) Flush().IgnoreError();
}

void Terminal::WriteLine(std::string_view text) {
  Write(text);
  Write("\n");
}

Status Terminal::Flush() {
  if (!is_read()) return status_;
  const int error = WriteTo(STDOUT_FILENO, gathered_);
  gathered_.clear();
  closed_ = error == EPIPE;
  if (error != 0 && !closed_) status_ = ErrnoStatus("standard output", "write", error);
  return status_;
}

void Terminal::Complain(std::string_view text) {
  // Why: the order of the two streams is all that is asked for here; the end of the program asks for errors.
  Flush().IgnoreError();
  // Nobody is left to tell where this fails.
  std::ignore = WriteTo(STDERR_FILENO, EscapeControls(text) + "\n");
}

Result<std::string> Terminal::ReadAll(size_t limit, std::string_view what) {
  std::string all;
  std::array<char, 64 * 1024> piece;
  for (;;) {
    LOGWOOD_ASSIGN_OR_RETURN(const size_t count, ReadFrom(STDIN_FILENO, "standard input", piece));
    if (count == 0) return all;
    all.append(piece.data(), count);
    if (all.size() > limit) {
      return Status::InvalidArgument(std::string(what) + " on standard input has more than " + std::to_string(limit) +
                                     " bytes, the most there may be");
    }
  }
}

}  // namespace logwood::command_line
