#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace logwood::testing {

// How a command is run.
struct CommandSetting {
  std::string input;                      // On its standard input.
  std::function<void()> in_child = {};    // Called in the new process before it becomes the command.
  const char* program = LOGWOOD_PROGRAM;  // Opened before in_child().
};

struct CommandEnd {
  int exit_code = -1;  // -1: ended by a signal.
  std::string out;
  std::string err;
};

// Runs a program with pipes on its three streams until it ends.
[[nodiscard]] CommandEnd RunCommand(const std::vector<std::string>& arguments, const CommandSetting& setting = {});

// Runs it with a reader that closes standard output after `bytes` bytes; out holds those.
[[nodiscard]] CommandEnd RunCommandForHead(const std::vector<std::string>& arguments, size_t bytes,
                                           const CommandSetting& setting = {});

}  // namespace logwood::testing
