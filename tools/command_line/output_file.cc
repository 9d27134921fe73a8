#include "tools/command_line/output_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "store/errno_status.h"
#include "tools/command_line/descriptor.h"

namespace logwood::command_line {

namespace {

constexpr mode_t kMode = 0666;  // Less what the user's mask takes away.

Status NotOpened(const std::string& path) {
  if (errno == EEXIST) return Status::AlreadyExists(path + ": is there already; name another file, or add --force");
  if (errno == EISDIR) return Status::InvalidArgument(path + ": is a directory; name a file");
  if (errno == ENOENT) return Status::NotFound(path + ": no such directory");
  return ErrnoStatus(path, "open", errno);
}

}  // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::Create(const std::string& path, Present present) {
  struct stat found{};
  const bool is_there = ::stat(path.c_str(), &found) == 0;
  if (present == Present::kRefuse || !is_there) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_EXCL, kMode);
    if (fd < 0) return NotOpened(path);
    return std::unique_ptr<OutputFile>(new OutputFile(fd, path, path));
  }
  if (!S_ISREG(found.st_mode)) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return NotOpened(path);
    return std::unique_ptr<OutputFile>(new OutputFile(fd, path, {}));
  }
  std::error_code error;  // A link stays one, and what it leads to is replaced.
  const std::string real = std::filesystem::canonical(path, error).string();
  if (error) return ErrnoStatus(path, "realpath", error.value());
  std::string beside = real + ".XXXXXX";
  const int fd = ::mkostemp(beside.data(), O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(beside, "mkostemp", errno);
  std::unique_ptr<OutputFile> file(new OutputFile(fd, real, beside));
  if (::fchmod(fd, found.st_mode & 07777) != 0) return ErrnoStatus(beside, "fchmod", errno);
  return file;
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!written_.empty()) ::unlink(written_.c_str());
}

Status OutputFile::Write(std::string_view text) {
  const int error = WriteTo(fd_, text);
  return error == 0 ? Status::Ok() : ErrnoStatus(path_, "write", error);
}

Status OutputFile::Finish() {
  // Devices and pipes have nothing to make durable, and say so.
  if (::fsync(fd_) != 0 && errno != EINVAL && errno != ENOTSUP) return ErrnoStatus(path_, "fsync", errno);
  if (::close(std::exchange(fd_, -1)) != 0) return ErrnoStatus(path_, "close", errno);
  if (!written_.empty() && written_ != path_ && ::rename(written_.c_str(), path_.c_str()) != 0) {
    return ErrnoStatus(path_, "rename", errno);
  }
  written_.clear();
  return Status::Ok();
}

}  // namespace logwood::command_line
