#pragma once

#include <cstddef>
#include <cstdint>

#include "logwood/bytes.h"

namespace logwood {

// A stretch of a file mapped into memory to be written to, or none. Thread-compatible.
class FileWindow {
 public:
  static constexpr uint64_t kSize = uint64_t{1} << 20;

  FileWindow() = default;
  FileWindow(const FileWindow&) = delete;  // Owns a mapping.
  FileWindow& operator=(const FileWindow&) = delete;
  ~FileWindow() { Close(); }

  // Maps the stretch of `kSize` bytes, aligned to them, that holds `offset`; does nothing if it is that one already.
  // Returns false where the file cannot be mapped.
  [[nodiscard]] bool OpenAt(int fd, uint64_t offset);
  void Close();

  // Copies to `offset` what of `data` lies within the window, and returns how many bytes. Bytes that the file does not
  // have yet must not be written to: the process would be killed. Requires: OpenAt(offset) returned true.
  size_t Write(uint64_t offset, Bytes data);

 private:
  std::byte* begin_ = nullptr;  // Null: none.
  uint64_t offset_ = 0;
};

// Whether stores into mapped pages of the file are safe enough: bytes that were written before have their place on the
// device for good, so that a full device is found by write() and not by a signal. So it is on ext4 and tmpfs; where a
// write may give a page a new place (XFS and Btrfs share extents), or the file is far away, it is not. What remains: a
// file made immutable or cut from outside, a file system shut down by an error, a page that cannot be read back. These
// end the process, docs/decisions/0007.
[[nodiscard]] bool IsFitForWindow(int fd);

}  // namespace logwood
