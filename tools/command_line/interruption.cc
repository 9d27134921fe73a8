#include "tools/command_line/interruption.h"

#include <csignal>

namespace logwood::command_line {
namespace {

// Set by a signal, which has no other way to say something.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

const std::atomic<bool>& EndOnInterrupt() {
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
  return interrupted;
}

}  // namespace logwood::command_line
