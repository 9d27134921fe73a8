#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/types.h>
#include <vector>

namespace logwood {

// What the test program's own pwrite(), fdatasync() and fsync(), which stand in front of the C library's, are to do.
// Used from one thread.
struct SystemCalls {
  // errno values for the next calls, in order; 0 lets a call through.
  std::vector<int> pwrite_errors;
  std::vector<int> fdatasync_errors;
  std::vector<int> fsync_errors;
  size_t pwrite_size_max = SIZE_MAX;  // Bytes that one pwrite() takes at most.
  std::vector<ino_t> fsynced;         // Inodes given to fsync(), in order.
  size_t pwrite_count = 0;
  size_t fdatasync_count = 0;

  static SystemCalls& Instance();
};

// Puts everything back when it goes.
class SystemCallsGuard {
 public:
  SystemCallsGuard() { SystemCalls::Instance() = SystemCalls(); }
  SystemCallsGuard(const SystemCallsGuard&) = delete;  // Puts back once.
  SystemCallsGuard& operator=(const SystemCallsGuard&) = delete;
  ~SystemCallsGuard() { SystemCalls::Instance() = SystemCalls(); }

  SystemCalls* operator->() { return &SystemCalls::Instance(); }
};

}  // namespace logwood
