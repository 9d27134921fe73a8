#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "logwood/result.h"
#include "logwood/store.h"
#include "store/file_descriptor.h"

namespace logwood {

// A directory opened once: everything in it is reached relative to this handle, so that a directory put in its place
// later is never touched. Remembers which syncs failed. Thread-safe.
class Directory {
 public:
  // As OpenFileStore().
  static Result<std::unique_ptr<Directory>> Open(const std::string& path, MissingDirectory missing);

  Directory(std::string path, FileDescriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  Directory(const Directory&) = delete;  // Files refer to it.
  Directory& operator=(const Directory&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string PathOf(std::string_view name) const { return path_ + "/" + std::string(name); }
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  // Makes the bytes of the file `name`, open as `fd`, durable. Once that failed for a name it fails for ever, through
  // whatever handle (I11). Errors: kIo, kNoSpace.
  Status SyncFile(const std::string& name, int fd);
  // Makes all names durable. Fails for ever once it failed. Errors: kIo, kNoSpace.
  Status SyncNames();

 private:
  Status SyncOnce(const std::string& path, const std::function<int()>& sync, std::string_view call);

  const std::string path_;
  const FileDescriptor fd_;
  mutable std::mutex mutex_;  // Held for a look only: nobody waits for I/O here, so no simulator needs to know.
  std::map<std::string, Status, std::less<>> failed_syncs_;  // By path. Guarded by mutex_.
};

}  // namespace logwood
