#pragma once

namespace logwood {

// Prints the condition and where it stands, and ends the process.
[[noreturn]] void AssertionFailed(const char* condition, const char* file, int line);

}  // namespace logwood

// Always on: guards what going on would damage. For programmer errors only; bytes from outside are checked, not
// asserted.
#define LOGWOOD_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::logwood::AssertionFailed(#condition, __FILE__, __LINE__))

// For checks too dear for a release build.
#ifdef NDEBUG
#define LOGWOOD_DEBUG_ASSERT(condition) void(0)
#else
#define LOGWOOD_DEBUG_ASSERT(condition) LOGWOOD_ASSERT(condition)
#endif
