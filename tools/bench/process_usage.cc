#include "tools/bench/process_usage.h"

#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>

namespace logwood::bench {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

uint64_t WrittenBytes() {
  std::ifstream file("/proc/self/io");
  std::string name;
  for (uint64_t value = 0; file >> name >> value;) {
    if (name == "write_bytes:") return value;
  }
  return 0;
}

}  // namespace

ProcessUsage ProcessUsage::Now() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return {.user_seconds = Seconds(usage.ru_utime),
          .system_seconds = Seconds(usage.ru_stime),
          .written_bytes = WrittenBytes(),
          .resident_bytes_peak = static_cast<uint64_t>(usage.ru_maxrss) * 1024};
}

uint64_t OccupiedBytes(const std::string& directory) {
  constexpr uint64_t kStatBlockSize = 512;  // The unit of st_blocks, whatever the file system's is.
  uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) == 0) bytes += static_cast<uint64_t>(status.st_blocks) * kStatBlockSize;
  }
  return bytes;
}

}  // namespace logwood::bench
