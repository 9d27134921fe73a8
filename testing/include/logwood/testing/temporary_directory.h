#pragma once

#include <filesystem>

namespace logwood::testing {

// A fresh, empty directory under TMPDIR (else /tmp), removed with all that is in it at the end. Thread-compatible.
class TemporaryDirectory {
 public:
  // Ends the process where no directory can be made: no test could go on.
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;  // One removal for one directory.
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace logwood::testing
