#pragma once

#include <cstdint>
#include <string>

namespace logwood::bench {

// What this process, with all its threads, has used since it began.
struct ProcessUsage {
  double user_seconds = 0;
  double system_seconds = 0;
  // Of the file system's pages that the process made dirty, and of what it wrote around them (write_bytes of
  // /proc/self/io): what goes to the device if nothing is overwritten or removed before. A page that is written to
  // twice before the kernel writes it counts once. 0 where the kernel does not say, and on file systems in memory.
  uint64_t written_bytes = 0;
  uint64_t resident_bytes_peak = 0;

  [[nodiscard]] static ProcessUsage Now();
};

// Bytes that the files of a directory occupy on the device, space prepared in advance included.
[[nodiscard]] uint64_t OccupiedBytes(const std::string& directory);

}  // namespace logwood::bench
