#include "store/file_window.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/statfs.h>

#include "base/assert.h"

namespace logwood {

bool FileWindow::OpenAt(int fd, uint64_t offset) {
  const uint64_t start = offset / kSize * kSize;
  if (begin_ != nullptr && start == offset_) return true;
  Close();
  void* const mapped = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(start));
  if (mapped == MAP_FAILED) return false;
  begin_ = static_cast<std::byte*>(mapped);
  offset_ = start;
  return true;
}

void FileWindow::Close() {
  if (begin_ != nullptr) ::munmap(begin_, kSize);
  begin_ = nullptr;
}

size_t FileWindow::Write(uint64_t offset, Bytes data) {
  LOGWOOD_DEBUG_ASSERT(begin_ != nullptr && offset >= offset_ && offset < offset_ + kSize);
  const size_t count = static_cast<size_t>(std::min<uint64_t>(data.size(), offset_ + kSize - offset));
  std::memcpy(begin_ + (offset - offset_), data.data(), count);
  return count;
}

bool IsFitForWindow(int fd) {
  constexpr std::array<uint64_t, 2> kFit = {EXT4_SUPER_MAGIC, TMPFS_MAGIC};
  struct statfs system{};
  return ::fstatfs(fd, &system) == 0 && std::ranges::find(kFit, static_cast<uint64_t>(system.f_type)) != kFit.end();
}

}  // namespace logwood
