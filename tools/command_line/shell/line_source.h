#pragma once

#include <cstdint>
#include <string>

#include "logwood/result.h"
#include "logwood/status.h"

namespace logwood::command_line {

// What came of asking for a line.
struct InputLine {
  enum class Event : uint8_t {
    kLine = 0,
    kInterrupted = 1,  // Ctrl-C: what was typed, and what it would have gone on with, is given up.
    kEnd = 2,          // There are no more.
  };
  Event event = Event::kEnd;
  std::string text;  // Without its end.
};

// Where the shell's lines come from. Confined to one thread.
class LineSource {
 public:
  LineSource() = default;
  LineSource(const LineSource&) = delete;  // Holds what was read ahead.
  LineSource& operator=(const LineSource&) = delete;
  virtual ~LineSource() = default;

  // Waits for the next line; whoever types it sees `prompt`. Errors: kIo, kInvalidArgument (the line is too long).
  [[nodiscard]] virtual Result<InputLine> Read(const std::string& prompt) = 0;
  // Keeps a whole command, of one line or more, for later. Errors: kIo, kNoSpace, once: it is not tried again.
  virtual Status Remember(const std::string& command) = 0;
};

}  // namespace logwood::command_line
