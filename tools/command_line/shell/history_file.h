#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "logwood/result.h"

namespace logwood::command_line {

// Commands kept: as many as are offered again, and the largest of them in bytes.
inline constexpr size_t kHistoryCommandsMax = 1000;
inline constexpr size_t kHistoryCommandSizeMax = 4096;

// The commands of earlier sessions, in a text file that only its owner may read: one a line, escaped as by Escape().
// Sessions at the same time may append to one file. Confined to one thread.
class HistoryFile {
 public:
  // Reads `path` where it is there; makes its directory, and the one above, where they are not. A file that has grown
  // to twice what is kept is written anew. Errors: kIo.
  [[nodiscard]] static Result<HistoryFile> Open(const std::string& path);

  // The newest kHistoryCommandsMax that were there when it was opened, oldest first.
  [[nodiscard]] const std::vector<std::string>& commands() const noexcept { return commands_; }

  // Adds a command. One that is too large, or begins with a blank, is not kept: a way to keep a secret out of the file.
  // Errors: kIo, kNoSpace.
  Status Append(const std::string& command);

 private:
  explicit HistoryFile(std::string path) : path_(std::move(path)) {}
  Status Shorten();

  std::string path_;
  std::vector<std::string> commands_;
};

// $XDG_STATE_HOME/logwood/history, else ~/.local/state/logwood/history; nullopt where neither is known.
[[nodiscard]] std::optional<std::string> HistoryPath();

}  // namespace logwood::command_line
