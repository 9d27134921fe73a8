#include "tools/command_line/shell/interrupt.h"

#include <atomic>

namespace logwood::command_line {
namespace {

// A signal handler reaches nothing else. Any thread of the process may be the one that is interrupted.
std::atomic<bool> g_came = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void KeepInMind(int) { g_came = true; }

}  // namespace

Interrupt::Interrupt() {
  Clear();
  struct sigaction action{};
  action.sa_handler = KeepInMind;
  action.sa_flags = SA_RESTART;  // No call of the store's may fail by it.
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_);
}

Interrupt::~Interrupt() { ::sigaction(SIGINT, &before_, nullptr); }

bool Interrupt::came() noexcept { return g_came; }

void Interrupt::Clear() noexcept { g_came = false; }

}  // namespace logwood::command_line
