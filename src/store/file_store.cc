#include "store/file_store.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "store/directory_lock.h"
#include "store/errno_status.h"
#include "store/file_appender.h"
#include "store/store_name.h"

namespace logwood {
namespace {

constexpr uint64_t kOffsetMax = std::numeric_limits<off_t>::max();

// O_NONBLOCK and O_NOCTTY: a pipe or terminal of that name must not hold us up before we see what it is.
constexpr int kOpenToRead = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
// To read as well, without which nothing can be mapped to write.
constexpr int kOpenToCreate = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

Status NoSuchFile(const Directory& directory, std::string_view name) {
  return Status::NotFound(directory.PathOf(name) + ": there is no plain file of this name");
}

class FileReader final : public ReadableFile {
 public:
  // `directory` must outlive the file.
  FileReader(Directory& directory, std::string_view name, FileDescriptor fd, uint64_t size)
      : directory_(directory), name_(name), fd_(std::move(fd)), size_(size) {}

  Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override;
  [[nodiscard]] uint64_t size() const override { return size_; }
  Status Sync() override;

 private:
  Directory& directory_;
  const std::string name_;
  const FileDescriptor fd_;
  const uint64_t size_;
};

Result<size_t> FileReader::Read(uint64_t offset, std::span<std::byte> into) const {
  size_t done = 0;
  // No file reaches beyond kOffsetMax, and pread() refuses to try.
  if (offset >= kOffsetMax) return done;
  into = into.first(static_cast<size_t>(std::min<uint64_t>(into.size(), kOffsetMax - offset)));
  while (done < into.size()) {
    const std::span<std::byte> rest = into.subspan(done);
    const ssize_t count = ::pread(fd_.get(), rest.data(), rest.size(), static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return ErrnoStatus(directory_.PathOf(name_) + " offset " + std::to_string(offset + done), "pread", errno);
    }
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

Status FileReader::Sync() {
  LOGWOOD_RETURN_IF_ERROR(directory_.SyncFile(name_, fd_.get()));
  return directory_.SyncNames();
}

struct CloseDirectory {
  void operator()(DIR* stream) const { ::closedir(stream); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

// A stream with a position of its own.
Result<DirectoryStream> OpenStream(const Directory& directory) {
  const int fd = ::openat(directory.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(directory.path(), "openat", errno);
  DirectoryStream stream(::fdopendir(fd));
  if (stream != nullptr) return stream;
  const int error = errno;
  ::close(fd);
  return ErrnoStatus(directory.path(), "fdopendir", error);
}

bool IsPlainFile(const Directory& directory, const char* name) {
  struct stat stat{};
  return ::fstatat(directory.fd(), name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode);
}

bool IsPlainFile(const Directory& directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_REG;
  return IsPlainFile(directory, entry.d_name);
}

}  // namespace

Result<std::unique_ptr<AppendFile>> FileStore::Create(std::string_view name, CreateOptions options) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  const std::string entry(name);
  FileDescriptor fd(::openat(directory_->fd(), entry.c_str(), kOpenToCreate, 0600));
  if (!fd.ok() && errno == EEXIST) return Status::AlreadyExists(directory_->PathOf(name) + ": this name is taken");
  if (!fd.ok()) return ErrnoStatus(directory_->PathOf(name), "openat", errno);
  // The umask may have taken bits from the mode.
  if (::fchmod(fd.get(), 0600) != 0) {
    const Status status = ErrnoStatus(directory_->PathOf(name), "fchmod", errno);
    ::unlinkat(directory_->fd(), entry.c_str(), 0);
    return status;
  }
  return NewFileAppender(*directory_, entry, std::move(fd), options.size_expected);
}

Result<std::unique_ptr<ReadableFile>> FileStore::Open(std::string_view name) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  FileDescriptor fd(::openat(directory_->fd(), std::string(name).c_str(), kOpenToRead));
  // ELOOP: a link. ENXIO: a socket.
  if (!fd.ok() && (errno == ENOENT || errno == ELOOP || errno == ENXIO)) return NoSuchFile(*directory_, name);
  if (!fd.ok()) return ErrnoStatus(directory_->PathOf(name), "openat", errno);
  struct stat stat{};
  if (::fstat(fd.get(), &stat) != 0) return ErrnoStatus(directory_->PathOf(name), "fstat", errno);
  if (!S_ISREG(stat.st_mode)) return NoSuchFile(*directory_, name);
  return std::make_unique<FileReader>(*directory_, name, std::move(fd), static_cast<uint64_t>(stat.st_size));
}

Result<std::vector<std::string>> FileStore::List() {
  LOGWOOD_ASSIGN_OR_RETURN(const DirectoryStream stream, OpenStream(*directory_));
  std::vector<std::string> names;
  for (;;) {
    errno = 0;  // The only way to tell an error from the end.
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    if (IsStoreName(entry->d_name) && IsPlainFile(*directory_, *entry)) names.emplace_back(entry->d_name);
  }
  if (errno != 0) return ErrnoStatus(directory_->path(), "readdir", errno);
  return names;
}

// The directory is not synced: a removed name may come back after a crash.
Status FileStore::Remove(std::string_view name) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  const std::string entry(name);
  if (!IsPlainFile(*directory_, entry.c_str())) return NoSuchFile(*directory_, name);
  if (::unlinkat(directory_->fd(), entry.c_str(), 0) == 0) return Status::Ok();
  if (errno == ENOENT) return NoSuchFile(*directory_, name);
  return ErrnoStatus(directory_->PathOf(name), "unlinkat", errno);
}

Result<std::unique_ptr<StoreLock>> FileStore::Lock(LockMode mode) { return LockDirectory(*directory_, mode); }

Result<std::unique_ptr<Store>> OpenFileStore(const std::string& path, MissingDirectory missing) {
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<Directory> directory, Directory::Open(path, missing));
  return std::make_unique<FileStore>(std::move(directory));
}

}  // namespace logwood
