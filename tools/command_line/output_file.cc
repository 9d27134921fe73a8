#include "tools/command_line/output_file.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "store/errno_status.h"

namespace logwood::command_line {

Result<std::unique_ptr<OutputFile>> OutputFile::Create(const std::string& path, Present present) {
  constexpr mode_t kMode = 0666;  // Less what the user's mask takes away.
  const int how = present == Present::kRefuse ? O_EXCL : O_TRUNC;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, kMode);
  if (fd >= 0) return std::unique_ptr<OutputFile>(new OutputFile(fd, path));
  if (errno == EEXIST) return Status::AlreadyExists(path + ": is there already; name another file, or add --force");
  if (errno == EISDIR) return Status::InvalidArgument(path + ": is a directory; name a file");
  if (errno == ENOENT) return Status::NotFound(path + ": no such directory");
  return ErrnoStatus(path, "open", errno);
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) ::close(fd_);
}

Status OutputFile::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoStatus(path_, "write", errno);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return Status::Ok();
}

Status OutputFile::Finish() {
  // Devices and pipes have nothing to make durable, and say so.
  if (::fsync(fd_) != 0 && errno != EINVAL && errno != ENOTSUP) return ErrnoStatus(path_, "fsync", errno);
  if (::close(std::exchange(fd_, -1)) != 0) return ErrnoStatus(path_, "close", errno);
  return Status::Ok();
}

}  // namespace logwood::command_line
