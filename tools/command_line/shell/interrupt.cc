#include "tools/command_line/shell/interrupt.h"

#include <atomic>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace logwood::command_line {
namespace {

// A signal handler reaches nothing else. Any thread of the process may be the one that is interrupted.
std::atomic<uint64_t> g_came = 0;  // One bit a signal.
std::atomic<int> g_wake_fd = -1;   // Can be read once a signal came.
static_assert(std::atomic<uint64_t>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

constexpr uint64_t BitOf(int signal) { return uint64_t{1} << static_cast<unsigned>(signal); }

bool Take(int signal) { return (g_came.fetch_and(~BitOf(signal)) & BitOf(signal)) != 0; }

void KeepInMind(int signal) {
  const int error = errno;
  g_came |= BitOf(signal);
  // It fails only where a wake-up is waiting already.
  [[maybe_unused]] const int result = ::eventfd_write(g_wake_fd, 1);
  errno = error;
}

// What is ignored stays so: nohup(1) asks for that.
void Catch(int signal, struct sigaction& before) {
  ::sigaction(signal, nullptr, &before);
  if ((signal == SIGHUP || signal == SIGTSTP) && before.sa_handler == SIG_IGN) return;
  struct sigaction action{};
  action.sa_handler = KeepInMind;
  action.sa_flags = SA_RESTART;  // No call of the store's may fail by it.
  if (signal == SIGTERM) action.sa_flags |= static_cast<int>(SA_RESETHAND);
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() : wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  g_came = 0;
  g_wake_fd = wake_fd_;
  for (size_t i = 0; i < kSignals.size(); ++i) Catch(kSignals[i], before_[i]);
}

Interrupt::~Interrupt() {
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  g_wake_fd = -1;
  ::close(wake_fd_);
}

Interrupt::Event Interrupt::Wait(int fd) {
  for (;;) {
    // Taken before the signals are looked at: one that comes in between ends the wait below.
    eventfd_t wakes = 0;
    ::eventfd_read(wake_fd_, &wakes);
    if (ending_signal() != 0) return Event::kEnd;
    if (Take(SIGINT)) return Event::kInterrupted;
    if (Take(SIGTSTP)) return Event::kStop;
    if (Take(SIGCONT)) return Event::kContinued;
    if (Take(SIGWINCH)) return Event::kResized;
    std::array<pollfd, 2> waiting{pollfd{fd, POLLIN, 0}, pollfd{wake_fd_, POLLIN, 0}};
    const int ready = ::poll(waiting.data(), waiting.size(), -1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0 || (waiting[1].revents == 0 && waiting[0].revents != 0)) return Event::kInput;
  }
}

Interrupt::StopGuard::StopGuard() {
  struct sigaction nothing{};
  nothing.sa_handler = SIG_IGN;
  ::sigaction(SIGQUIT, &nothing, &quit_before_);
  Catch(SIGTSTP, stop_before_);
}

Interrupt::StopGuard::~StopGuard() {
  ::sigaction(SIGQUIT, &quit_before_, nullptr);
  ::sigaction(SIGTSTP, &stop_before_, nullptr);
  if (Take(SIGTSTP)) std::raise(SIGTSTP);
}

void Interrupt::Stop() {
  struct sigaction stop{};
  struct sigaction before{};
  stop.sa_handler = SIG_DFL;
  ::sigaction(SIGTSTP, &stop, &before);
  std::raise(SIGTSTP);
  ::sigaction(SIGTSTP, &before, nullptr);
}

bool Interrupt::came() noexcept { return (g_came & BitOf(SIGINT)) != 0 || ending_signal() != 0; }

void Interrupt::Clear() noexcept { g_came &= ~BitOf(SIGINT); }

int Interrupt::ending_signal() noexcept {
  const uint64_t came = g_came;
  if ((came & BitOf(SIGHUP)) != 0) return SIGHUP;
  return (came & BitOf(SIGTERM)) != 0 ? SIGTERM : 0;
}

}  // namespace logwood::command_line
