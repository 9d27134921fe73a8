#include "system_calls.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace logwood {
namespace {

int NextError(std::vector<int>& errors) {
  if (errors.empty()) return 0;
  const int error = errors.front();
  errors.erase(errors.begin());
  return error;
}

}  // namespace

SystemCalls& SystemCalls::Instance() {
  static SystemCalls calls;
  return calls;
}

}  // namespace logwood

extern "C" ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  logwood::SystemCalls& calls = logwood::SystemCalls::Instance();
  ++calls.pwrite_count;
  if (const int error = logwood::NextError(calls.pwrite_errors); error != 0) {
    errno = error;
    return -1;
  }
  return ::syscall(SYS_pwrite64, fd, data, std::min(size, calls.pwrite_size_max), offset);
}

extern "C" int fdatasync(int fd) {
  logwood::SystemCalls& calls = logwood::SystemCalls::Instance();
  ++calls.fdatasync_count;
  if (const int error = logwood::NextError(calls.fdatasync_errors); error != 0) {
    errno = error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

extern "C" int fsync(int fd) {
  logwood::SystemCalls& calls = logwood::SystemCalls::Instance();
  struct stat stat{};
  if (::fstat(fd, &stat) == 0) calls.fsynced.push_back(stat.st_ino);
  if (const int error = logwood::NextError(calls.fsync_errors); error != 0) {
    errno = error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}
