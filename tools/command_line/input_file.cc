#include "tools/command_line/input_file.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/errno_status.h"
#include "tools/command_line/descriptor.h"

namespace logwood::command_line {
namespace {

// Bytes between where `fd` stands and its end, of a plain file.
std::optional<uint64_t> RestOf(int fd, const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return std::nullopt;
  const off_t at = ::lseek(fd, 0, SEEK_CUR);
  if (at < 0 || at > file.st_size) return std::nullopt;
  return static_cast<uint64_t>(file.st_size - at);
}

}  // namespace

Result<std::unique_ptr<InputFile>> InputFile::Open(const std::string& path) {
  const bool is_standard_input = path == "-";
  const int fd = is_standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return Status::NotFound(path + ": no such file; - reads standard input");
  if (fd < 0) return ErrnoStatus(path, "open", errno);
  std::unique_ptr<InputFile> input(new InputFile(fd, is_standard_input ? "standard input" : path));
  struct stat file{};
  if (::fstat(fd, &file) != 0) return ErrnoStatus(input->name(), "fstat", errno);
  if (S_ISDIR(file.st_mode)) {
    return Status::InvalidArgument(input->name() + ": is a directory; name a file, or - for standard input");
  }
  input->size_ = RestOf(fd, file);
  return input;
}

InputFile::~InputFile() {
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

bool InputFile::must_wait() const noexcept {
  struct pollfd input{.fd = fd_, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, 0) == 0;
}

Result<size_t> InputFile::Read(std::span<char> into) { return ReadFrom(fd_, name_, into); }

}  // namespace logwood::command_line
