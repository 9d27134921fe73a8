#pragma once

namespace logwood::testing {

// From here on this process, and every thread that it makes, ends with kExitWrote at the first system call that could
// change a file or a directory: opening one for writing or creating it, writing to anything but the three standard
// streams, setting a length, syncing, renaming, removing, linking, changing a mode, an owner or a time. The kernel
// decides, by a seccomp filter, so that no way around the library's own code goes unseen; the call's number goes to
// standard error. A filter and not a trace: it needs no other program and no right to trace, which test machines often
// withhold. Returns false where this kernel takes no filters. There is no way back: for forked children.
[[nodiscard]] bool ForbidWriting();

inline constexpr int kExitWrote = 77;

}  // namespace logwood::testing
