#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "logwood/result.h"
#include "logwood/status.h"

namespace logwood::command_line {

// The three standard streams. Output is gathered and written in larger pieces; a reader that has gone away, as head(1)
// does, ends it without a complaint. Confined to one thread.
class Terminal {
 public:
  // From here on a write to a closed pipe, or beyond the limit of file sizes, fails and raises no signal.
  Terminal();
  Terminal(const Terminal&) = delete;  // There is one.
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() = default;

  // To standard output.
  void Write(std::string_view text);
  // One line: `text` and its end.
  void WriteLine(std::string_view text);
  // Whether what is written still reaches anybody: whoever writes much asks, and stops.
  [[nodiscard]] bool is_read() const noexcept { return !closed_ && status_.ok(); }
  // Writes out what was gathered. Errors: kIo, kNoSpace; a closed pipe is none.
  Status Flush();

  // A line, or several, on standard error, behind all that was written so far. What names of others bring along moves
  // no cursor: see EscapeControls().
  void Complain(std::string_view text);

  // All of standard input. Errors: kInvalidArgument (more than `limit` bytes; `what` names them), kIo.
  [[nodiscard]] static Result<std::string> ReadAll(size_t limit, std::string_view what);

 private:
  std::string gathered_;
  bool closed_ = false;
  Status status_;  // The first error of writing.
};

}  // namespace logwood::command_line
