#include "tools/command_line/shell/history_file.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/status_macros.h"
#include "store/errno_status.h"
#include "tools/command_line/descriptor.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/shell/command_parser.h"

namespace logwood::command_line {
namespace {

// More is not read: a file that large is none of ours.
constexpr size_t kFileSizeMax = size_t{16} << 20;

// A file descriptor that is closed at the end.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  OpenFile(const OpenFile&) = delete;  // Closes it once.
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

Status WriteAll(const OpenFile& file, const std::string& path, std::string_view text) {
  const int error = WriteTo(file.fd(), text);
  return error == 0 ? Status::Ok() : ErrnoStatus(path, "write", error);
}

Result<std::string> ReadAll(const OpenFile& file, const std::string& path) {
  std::string all;
  std::array<char, 64 * 1024> piece;
  while (all.size() <= kFileSizeMax) {
    LOGWOOD_ASSIGN_OR_RETURN(const size_t count, ReadFrom(file.fd(), path, piece));
    if (count == 0) return all;
    all.append(piece.data(), count);
  }
  return Status::Io(path + ": more than " + std::to_string(kFileSizeMax) + " bytes: remove it");
}

// What Escape() made the line of; a line that it did not make stays as it is.
std::string Unescape(const std::string& line) {
  std::string text;
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string_view rest = std::string_view(line).substr(i);
    const std::optional<std::string> byte = rest.starts_with("\\x") ? FromHex(rest.substr(2, 2)) : std::nullopt;
    if (byte && byte->size() == 1) {
      text += *byte;
      i += 3;
    } else if (rest.size() > 1 && rest[0] == '\\') {
      const size_t letter = std::string_view("tnr\\").find(rest[1]);
      if (letter == std::string_view::npos) return line;
      text += "\t\n\r\\"[letter];
      ++i;
    } else {
      text += rest[0];
    }
  }
  return text;
}

std::vector<std::string> CommandsIn(std::string_view text) {
  std::vector<std::string> commands;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    if (end > 0) commands.push_back(Unescape(std::string(text.substr(0, end))));
    text.remove_prefix(end + 1);
  }
  return commands;
}

Status MakeDirectory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return Status::Ok();
  return ErrnoStatus(path.native(), "mkdir", errno);
}

}  // namespace

Result<HistoryFile> HistoryFile::Open(const std::string& path) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  std::error_code ignored;  // What is missing then is told by what comes next.
  std::filesystem::create_directories(directory.parent_path(), ignored);
  LOGWOOD_RETURN_IF_ERROR(MakeDirectory(directory));
  HistoryFile history(path);
  const OpenFile file(path, O_RDONLY | O_CREAT);
  if (file.fd() < 0) return ErrnoStatus(path, "open", errno);
  LOGWOOD_ASSIGN_OR_RETURN(const std::string text, ReadAll(file, path));
  history.commands_ = CommandsIn(text);
  const size_t count = history.commands_.size();
  if (count <= kHistoryCommandsMax) return history;
  history.commands_.erase(history.commands_.begin(),
                          history.commands_.end() - static_cast<std::ptrdiff_t>(kHistoryCommandsMax));
  if (count >= 2 * kHistoryCommandsMax) LOGWOOD_RETURN_IF_ERROR(history.Shorten());
  return history;
}

Status HistoryFile::Append(const std::string& command) {
  if (command.empty() || command.size() > kHistoryCommandSizeMax) return Status::Ok();
  if (command.front() == ' ' || command.front() == '\t') return Status::Ok();
  const OpenFile file(path_, O_WRONLY | O_APPEND | O_CREAT);
  if (file.fd() < 0) return ErrnoStatus(path_, "open", errno);
  return WriteAll(file, path_, Escape(command) + "\n");
}

// Through a second file: another session sees the old one or the new one. What it appends meanwhile may be lost.
Status HistoryFile::Shorten() {
  const std::string next = path_ + "." + std::to_string(::getpid());
  std::string text;
  for (const std::string& command : commands_) text += Escape(command) + "\n";
  const OpenFile file(next, O_WRONLY | O_CREAT | O_EXCL);
  if (file.fd() < 0) return ErrnoStatus(next, "open", errno);
  LOGWOOD_RETURN_IF_ERROR(WriteAll(file, next, text));
  if (::rename(next.c_str(), path_.c_str()) != 0) return ErrnoStatus(path_, "rename", errno);
  return Status::Ok();
}

std::optional<std::string> HistoryPath() {
  // NOLINTBEGIN(concurrency-mt-unsafe): nothing in this process changes its environment.
  const char* const state = std::getenv("XDG_STATE_HOME");
  const char* const home = std::getenv("HOME");
  // NOLINTEND(concurrency-mt-unsafe)
  if (state != nullptr && state[0] == '/') return std::string(state) + "/logwood/history";
  if (home != nullptr && home[0] == '/') return std::string(home) + "/.local/state/logwood/history";
  return std::nullopt;
}

}  // namespace logwood::command_line
