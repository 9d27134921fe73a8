#pragma once

#include <map>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace logwood::testing {

// The program at a terminal of its own, and somebody who types there. Where nothing happens for
// ten seconds while it is waited for, the test program ends with what the terminal shows. Confined to one thread.
class PseudoTerminal {
 public:
  // Runs the program with `environment` set on top of our own.
  PseudoTerminal(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment,
                 const char* program = LOGWOOD_PROGRAM);
  PseudoTerminal(const PseudoTerminal&) = delete;  // One process, one terminal.
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal();

  void Type(std::string_view keys);
  // To the program that was started.
  void Send(int signal) const;
  // The terminal goes, and the program with it; waits until its signal has ended it, and returns that: 0 where it
  // exited.
  int Disconnect();
  // Waits until `text` is shown behind what earlier waits found; returns what stands between, `text` included.
  std::string WaitFor(std::string_view text);
  // Waits for the end of the program; returns its exit code, -1 where a signal ended it.
  int WaitForEnd();

  // All that was shown so far.
  [[nodiscard]] const std::string& shown() const noexcept { return shown_; }

 private:
  [[nodiscard]] bool ReadMore();

  pid_t pid_ = -1;
  int fd_ = -1;
  std::string shown_;
  size_t found_ = 0;  // Where what was waited for ends.
};

}  // namespace logwood::testing
