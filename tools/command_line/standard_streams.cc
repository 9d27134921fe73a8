#include "tools/command_line/standard_streams.h"

#include <fcntl.h>
#include <initializer_list>
#include <unistd.h>

namespace logwood::command_line {

bool OpenStandardStreams() noexcept {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest free number is taken, which is this one.
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != stream) return false;
  }
  return true;
}

}  // namespace logwood::command_line
