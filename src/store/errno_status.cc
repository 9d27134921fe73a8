#include "store/errno_status.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace logwood {
namespace {

StatusCode CodeOf(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return StatusCode::kNoSpace;
    case EROFS: return StatusCode::kReadOnly;
    default: return StatusCode::kIo;
  }
}

std::string_view AdviceOn(int error) {
  switch (error) {
    case EACCES:
    case EPERM: return ": no permission; give this user read, write and search permission there";
    case ENOSPC: return ": free space on this device";
    case EDQUOT: return ": free space or raise this user's quota";
    case EROFS: return ": this file system is mounted read-only; open for reading, or mount it writable";
    case EMFILE:
    case ENFILE: return ": raise the limit of open files (ulimit -n)";
    case EFBIG: return ": raise this process's limit of file sizes (ulimit -f)";
    default: return "";
  }
}

}  // namespace

Status ErrnoStatus(std::string_view path, std::string_view call, int error) {
  std::string message(path);
  message.append(": ").append(call).append(": ").append(std::generic_category().message(error));
  message.append(" (errno ").append(std::to_string(error)).append(")").append(AdviceOn(error));
  return {CodeOf(error), std::move(message)};
}

Status WriteErrnoStatus(std::string_view path, std::string_view call, int error) {
  const Status status = ErrnoStatus(path, call, error);
  if (status.code() != StatusCode::kReadOnly) return status;
  return Status::Io(std::string(status.message()));
}

}  // namespace logwood
