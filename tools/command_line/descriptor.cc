#include "tools/command_line/descriptor.h"

#include <cerrno>
#include <unistd.h>

#include "store/errno_status.h"

namespace logwood::command_line {

Result<size_t> ReadFrom(int fd, std::string_view name, std::span<char> into) {
  for (;;) {
    const ssize_t count = ::read(fd, into.data(), into.size());
    if (count >= 0) return static_cast<size_t>(count);
    if (errno != EINTR) return ErrnoStatus(name, "read", errno);
  }
}

int WriteTo(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace logwood::command_line
