#include "store/directory.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <utility>

#include "base/status_macros.h"
#include "store/errno_status.h"

namespace logwood {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

Status OpenFailed(const std::string& path, int error) {
  switch (error) {
    case ENOENT: return Status::NotFound(path + ": there is no such directory; create it, or correct the path");
    case ENOTDIR: return Status::InvalidArgument(path + ": not a directory; name one");
    default: return ErrnoStatus(path, "open", error);
  }
}

struct SplitPath {
  std::string parent;
  std::string last;
};

SplitPath Split(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {path.substr(0, slash == 0 ? 1 : slash), path.substr(slash + 1)};
}

// Opens what was just made and makes it durable. The mode is set again: the umask may have taken bits from it.
Result<FileDescriptor> OpenMade(const std::string& path, int parent, const std::string& last) {
  FileDescriptor fd(::openat(parent, last.c_str(), kOpenDirectory | O_NOFOLLOW));
  if (!fd.ok()) return ErrnoStatus(path, "openat", errno);
  if (::fchmod(fd.get(), 0700) != 0) return ErrnoStatus(path, "fchmod", errno);
  if (::fsync(parent) != 0) return ErrnoStatus(path + "/..", "fsync", errno);
  return fd;
}

Result<FileDescriptor> Make(const std::string& path) {
  const auto [parent_path, last] = Split(path);
  const FileDescriptor parent(::open(parent_path.c_str(), kOpenDirectory));
  if (!parent.ok()) return OpenFailed(parent_path, errno);
  if (::mkdirat(parent.get(), last.c_str(), 0700) != 0) return ErrnoStatus(path, "mkdirat", errno);
  Result<FileDescriptor> fd = OpenMade(path, parent.get(), last);
  if (!fd.ok()) ::unlinkat(parent.get(), last.c_str(), AT_REMOVEDIR);  // Else the next open would take it for durable.
  return fd;
}

}  // namespace

Result<std::unique_ptr<Directory>> Directory::Open(const std::string& path, MissingDirectory missing) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return Status::InvalidArgument("the path of a store must not be empty nor hold NUL bytes");
  }
  FileDescriptor fd(::open(path.c_str(), kOpenDirectory));
  if (!fd.ok() && errno == ENOENT && missing == MissingDirectory::kCreate) {
    LOGWOOD_ASSIGN_OR_RETURN(fd, Make(path));
  } else if (!fd.ok()) {
    return OpenFailed(path, errno);
  }
  return std::make_unique<Directory>(path, std::move(fd));
}

Status Directory::SyncFile(const std::string& name, int fd) {
  return SyncOnce(PathOf(name), [fd] { return ::fdatasync(fd); }, "fdatasync");
}

Status Directory::SyncNames() {
  return SyncOnce(path_, [this] { return ::fsync(fd_.get()); }, "fsync");
}

// After a failed sync the kernel may call the pages clean and drop them; a second sync would then succeed over lost
// bytes. It reports an error once per open handle, so the memory of it is kept here for all of them. It is asked after
// the call: another thread's sync may have taken the report of what this one should have made durable.
Status Directory::SyncOnce(const std::string& path, const std::function<int()>& sync, std::string_view call) {
  int result = 0;
  do {
    result = sync();
  } while (result != 0 && errno == EINTR);
  const int error = errno;
  const std::lock_guard lock(mutex_);
  if (result != 0) return failed_syncs_.try_emplace(path, WriteErrnoStatus(path, call, error)).first->second;
  const auto failed = failed_syncs_.find(path);
  return failed == failed_syncs_.end() ? Status::Ok() : failed->second;
}

}  // namespace logwood
