#pragma once

#include <array>
#include <csignal>
#include <cstdint>

namespace logwood::command_line {

// While one exists, signals are kept in mind and answered by whoever waits or works: SIGINT (Ctrl-C) ends the command
// that is running and not the process; SIGHUP (the terminal is gone) and SIGTERM end that command and then the shell; a
// second SIGTERM ends the process at once. There is at most one. Confined to one thread but for what is static.
class Interrupt {
 public:
  enum class Event : uint8_t {
    kInput = 0,        // There is something to read, or it has ended.
    kInterrupted = 1,  // SIGINT came, and is forgotten by this.
    kEnd = 2,          // SIGHUP or SIGTERM came.
    kContinued = 3,    // The process was stopped, and goes on: somebody else may have set the terminal.
    kResized = 4,      // The terminal.
    kStop = 5,         // SIGTSTP (Ctrl-Z) came within a StopGuard.
  };

  // While one exists, SIGTSTP waits for Stop(), and SIGQUIT does nothing: for whoever has to put a terminal back first.
  class StopGuard {
   public:
    StopGuard();
    StopGuard(const StopGuard&) = delete;  // Puts back what it found, and stops where that was asked for.
    StopGuard& operator=(const StopGuard&) = delete;
    ~StopGuard();

   private:
    struct sigaction stop_before_{};
    struct sigaction quit_before_{};
  };
  // Stops the process; returns when it is continued.
  static void Stop();

  Interrupt();
  Interrupt(const Interrupt&) = delete;  // Puts back what it found.
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  // Waits for input on `fd` or for a signal, whichever thread the signal meets and however long before it came.
  [[nodiscard]] Event Wait(int fd);

  // Whether SIGINT came since Clear(), or the shell is to end: whoever runs long asks, and stops. False where there
  // never was an Interrupt.
  [[nodiscard]] static bool came() noexcept;
  // Forgets SIGINT.
  static void Clear() noexcept;
  // The signal that is to end the shell; 0: none. It stays known when the Interrupt has gone.
  [[nodiscard]] static int ending_signal() noexcept;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGHUP, SIGTERM, SIGCONT, SIGWINCH};

  int wake_fd_;
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace logwood::command_line
