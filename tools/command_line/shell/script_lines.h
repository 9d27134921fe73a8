#pragma once

#include <cstddef>
#include <string>

#include "tools/command_line/shell/line_source.h"

namespace logwood::command_line {

// Lines from a file descriptor that nobody types at: no prompt, no history.
class ScriptLines final : public LineSource {
 public:
  // Reads from `fd`, which must stay open.
  explicit ScriptLines(int fd) : fd_(fd) {}

  Result<InputLine> Read(const std::string& prompt) override;
  Status Remember(const std::string&) override { return Status::Ok(); }

 private:
  Result<size_t> ReadMore();

  int fd_;
  std::string ahead_;  // Read, and not yet handed out from `start_` on.
  size_t start_ = 0;
};

}  // namespace logwood::command_line
