#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "logwood/result.h"
#include "tools/stress/channel.h"
#include "tools/stress/settings.h"

namespace logwood::stress {

// A process that serves channels (child.h), and this side's ends of them. Killed when it goes. Confined to one thread.
class ChildProcess {
 public:
  // Forks. Requires: this process has one thread. `settings` must outlive it. Errors: kIo.
  [[nodiscard]] static Result<ChildProcess> Start(const std::string& path, const Settings& settings);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;  // Nothing needs it.
  ~ChildProcess();

  // One a thread of the child.
  [[nodiscard]] std::vector<Channel>& channels() noexcept { return channels_; }

  // Kills it, if it lives. What it sent can still be taken in.
  void Kill();
  // Closes the channels, so that it ends, and waits for that.
  void LetEnd();
  // How it ended of itself, in words; empty where it was killed or left in order. Requires: it ended.
  [[nodiscard]] std::string Fault() const;

 private:
  ChildProcess(pid_t pid, std::vector<Channel> channels) noexcept : pid_(pid), channels_(std::move(channels)) {}

  void Wait();

  pid_t pid_;  // 0: gone.
  int state_ = 0;
  std::vector<Channel> channels_;
};

}  // namespace logwood::stress
