#include "tools/command_line/lone_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "store/errno_status.h"
#include "store/file_descriptor.h"

namespace logwood::command_line {
namespace {

class LoneReadable final : public ReadableFile {
 public:
  LoneReadable(std::string path, std::shared_ptr<const FileDescriptor> fd, uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}

  Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
    size_t done = 0;
    while (done < into.size() && offset + done < size_) {
      const ssize_t count =
          ::pread(fd_->get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return ErrnoStatus(path_ + " offset " + std::to_string(offset + done), "pread", errno);
      if (count == 0) break;
      done += static_cast<size_t>(count);
    }
    return done;
  }
  [[nodiscard]] uint64_t size() const override { return size_; }
  Status Sync() override { return Status::ReadOnly(path_ + ": open for reading only"); }

 private:
  const std::string path_;
  const std::shared_ptr<const FileDescriptor> fd_;
  const uint64_t size_;
};

class LoneFile final : public Store {
 public:
  LoneFile(std::string path, FileDescriptor fd, uint64_t size)
      : path_(std::move(path)), fd_(std::make_shared<const FileDescriptor>(std::move(fd))), size_(size) {}

  Result<std::unique_ptr<AppendFile>> Create(std::string_view, CreateOptions) override { return ReadOnly(); }
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view) override {
    return std::make_unique<LoneReadable>(path_, fd_, size_);
  }
  Result<std::vector<std::string>> List() override { return std::vector<std::string>(); }
  Status Remove(std::string_view) override { return ReadOnly(); }
  Result<std::unique_ptr<StoreLock>> Lock(LockMode) override { return ReadOnly(); }
  [[nodiscard]] StoreCapabilities capabilities() const override { return {}; }
  [[nodiscard]] std::string description() const override { return path_; }

 private:
  [[nodiscard]] Status ReadOnly() const { return Status::ReadOnly(path_ + ": one file, open for reading only"); }

  const std::string path_;
  const std::shared_ptr<const FileDescriptor> fd_;
  const uint64_t size_;
};

}  // namespace

Result<std::unique_ptr<Store>> OpenLoneFile(const std::string& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.ok() && errno == ENOENT) return Status::NotFound(path + ": there is no such file or directory");
  if (!fd.ok()) return ErrnoStatus(path, "open", errno);
  struct stat stat{};
  if (::fstat(fd.get(), &stat) != 0) return ErrnoStatus(path, "fstat", errno);
  if (!S_ISREG(stat.st_mode)) return Status::InvalidArgument(path + ": not a plain file");
  return std::make_unique<LoneFile>(path, std::move(fd), static_cast<uint64_t>(stat.st_size));
}

}  // namespace logwood::command_line
