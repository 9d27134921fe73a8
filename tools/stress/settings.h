#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "logwood/status.h"

namespace logwood::stress {

struct Operation;

// What a run does. Everything it draws comes of the seed.
struct Settings {
  double seconds = 60;       // Of lives; the last check comes on top. 0 to 10^9.
  uint64_t seed = 1;         // 0 to 2^64-1.
  uint64_t threads = 4;      // That work on the database at the same time; 1 to 64.
  uint64_t collections = 3;  // Beside one that comes and goes; 1 to 64.
  uint64_t keys = 10'000;    // That each collection may hold, divided among the threads; 64 a thread to 10^7.

  // For tests of the run itself. Called between two lives with the database's directory.
  std::function<void(const std::string&)> between_lives = {};
  // Called in the child with an operation that it is about to carry out; what is changed is not told to the parent.
  std::function<void(Operation&)> before_operation = {};

  // OK, or the first thing that cannot be, with what can: kInvalidArgument.
  [[nodiscard]] Status Check() const;
};

}  // namespace logwood::stress
