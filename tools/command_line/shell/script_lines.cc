#include "tools/command_line/shell/script_lines.h"

#include <array>
#include <utility>

#include "base/status_macros.h"
#include "tools/command_line/descriptor.h"
#include "tools/command_line/shell/command_parser.h"

namespace logwood::command_line {
namespace {

// A command's bytes may all be written as \xHH.
constexpr size_t kLineSizeMax = 4 * kCommandSizeMax;

}  // namespace

Result<InputLine> ScriptLines::Read(const std::string&) {
  size_t searched = start_;
  for (;;) {
    const size_t end = ahead_.find('\n', searched);
    if (end != std::string::npos) {
      InputLine line{.event = InputLine::Event::kLine, .text = ahead_.substr(start_, end - start_)};
      start_ = end + 1;
      return line;
    }
    ahead_.erase(0, std::exchange(start_, 0));
    searched = ahead_.size();
    if (searched > kLineSizeMax) {
      return Status::InvalidArgument("a line of more than " + std::to_string(kLineSizeMax) + " bytes");
    }
    LOGWOOD_ASSIGN_OR_RETURN(const size_t count, ReadMore());
    if (count > 0) continue;
    if (ahead_.empty()) return InputLine{};
    return InputLine{.event = InputLine::Event::kLine, .text = std::exchange(ahead_, {})};
  }
}

// Returns how many bytes there were; 0 at the end.
Result<size_t> ScriptLines::ReadMore() {
  std::array<char, 64 * 1024> piece;
  LOGWOOD_ASSIGN_OR_RETURN(const size_t size, ReadFrom(fd_, "standard input", piece));
  ahead_.append(piece.data(), size);
  return size;
}

}  // namespace logwood::command_line
