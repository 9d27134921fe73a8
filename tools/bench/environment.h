#pragma once

#include <string>
#include <vector>

namespace logwood::bench {

// Where and with what a benchmark ran.
struct Environment {
  std::string date;  // In UTC, as ISO 8601 has it.
  std::string cpu_model;
  unsigned cores = 0;  // Hardware threads.
  double load = 0;     // Of the machine over the last minute, before the benchmark.
  std::string logwood_version;
  std::string build_type;
  std::string compiler;
  std::string compiler_flags;
  std::string sanitizers;  // As CMake got them, or empty.

  [[nodiscard]] static Environment Now();

  // Why figures of this build say little, a sentence each; empty where they count.
  [[nodiscard]] std::vector<std::string> Warnings() const;
};

}  // namespace logwood::bench
