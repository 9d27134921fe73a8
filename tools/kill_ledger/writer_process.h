#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "logwood/result.h"

namespace logwood::kill_ledger {

// A writer in a process of its own, and the end of the pipe by which it acknowledges. Confined to one thread.
class WriterProcess {
 public:
  // Starts this same program as `arguments` say, with acknowledgements on its standard output. Errors: kIo.
  [[nodiscard]] static Result<WriterProcess> Start(const std::vector<std::string>& arguments);
  WriterProcess(WriterProcess&& other) noexcept;
  WriterProcess& operator=(WriterProcess&&) = delete;  // Nothing needs it.
  ~WriterProcess();

  struct End {
    // All that was acknowledged, in the order in which it was.
    std::vector<uint64_t> acknowledged;
    // Whether it was the kill that ended it.
    bool was_killed = false;
  };
  // Takes acknowledgements for `time`, kills the process with SIGKILL, and takes what is still in the pipe. The last
  // call.
  [[nodiscard]] End KillAfter(std::chrono::milliseconds time);

 private:
  WriterProcess(pid_t pid, int acknowledgements) noexcept : pid_(pid), acknowledgements_(acknowledgements) {}

  // Takes what comes until `deadline`, or to the end. Returns whether more may come.
  bool Take(std::chrono::steady_clock::time_point deadline, std::vector<uint64_t>& acknowledged);
  bool TakeOnce(std::vector<uint64_t>& acknowledged);
  // Returns whether a signal ended it.
  bool KillAndWait();

  pid_t pid_;  // 0: gone.
  int acknowledgements_;
  std::string unfinished_;  // Of a number that came in part.
};

}  // namespace logwood::kill_ledger
