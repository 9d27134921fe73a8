#pragma once

#include <csignal>

namespace logwood::command_line {

// While one exists, SIGINT (Ctrl-C) ends the command that is running and not the process. There is at most one.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;  // Puts back what it found.
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  // Whether the signal came since Clear(): whoever runs long asks, and stops. False where there is no Interrupt.
  [[nodiscard]] static bool came() noexcept;
  static void Clear() noexcept;

 private:
  struct sigaction before_{};
};

}  // namespace logwood::command_line
