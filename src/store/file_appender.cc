#include "store/file_appender.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

#include "base/status_macros.h"
#include "store/errno_status.h"
#include "store/file_window.h"

namespace logwood {
namespace {

constexpr uint64_t kOffsetMax = std::numeric_limits<off_t>::max();
constexpr size_t kPreparedPiece = size_t{64} << 10;
// Appends above this size gain nothing from a window: copying costs more than the call.
constexpr size_t kSmallAppendMax = size_t{16} << 10;
constexpr uint64_t kUnsyncedBytesToMap = uint64_t{1} << 20;

constexpr std::array<std::byte, kPreparedPiece> kZeros{};

class FileAppender final : public AppendFile {
 public:
  FileAppender(Directory& directory, std::string name, FileDescriptor fd, uint64_t prepared_max)
      : directory_(directory), name_(std::move(name)), fd_(std::move(fd)), prepared_max_(prepared_max) {}

  Status Append(Bytes data) override;
  Status Sync() override;
  Status Finish() override;
  [[nodiscard]] uint64_t size() const override { return size_; }
  [[nodiscard]] uint64_t bytes_prepared() const override { return bytes_prepared_; }

 private:
  Status Put(Bytes data);
  [[nodiscard]] bool IsAmongLargeOnes() const noexcept;
  Status Prepare(uint64_t end);
  bool Map(Bytes data);
  Status Write(uint64_t offset, Bytes data);

  Directory& directory_;
  const std::string name_;
  const FileDescriptor fd_;
  uint64_t prepared_max_;  // Nothing is prepared beyond; 0: nothing at all, from now on.
  FileWindow window_;
  uint64_t size_ = 0;
  uint64_t prepared_ = 0;        // The file is no longer than this, and not below size_.
  uint64_t bytes_prepared_ = 0;  // Zeros written, whatever has taken their place since.
  uint64_t large_end_ = 0;       // Of the last append that was too large for the window; 0: there was none.
  uint64_t unsynced_ = 0;        // Bytes appended since the last sync.
  bool was_synced_ = false;
  bool finished_ = false;
  bool name_synced_ = false;
  Status failed_;  // Of the first failed append: what lies behind size_ is unknown from then on.
};

Status FileAppender::Append(Bytes data) {
  LOGWOOD_RETURN_IF_ERROR(failed_);
  if (finished_) return Status::InvalidArgument(directory_.PathOf(name_) + ": append after Finish()");
  if (data.size() > kOffsetMax - size_) return WriteErrnoStatus(directory_.PathOf(name_), "pwrite", EFBIG);
  failed_ = Put(data);
  if (!failed_.ok()) return failed_;
  size_ += data.size();
  unsynced_ += data.size();
  prepared_ = std::max(prepared_, size_);
  return Status::Ok();
}

Status FileAppender::Put(Bytes data) {
  const uint64_t end = size_ + data.size();
  if (data.size() > kSmallAppendMax) {
    large_end_ = end;
    return Write(size_, data);
  }
  if (end > prepared_max_ || (end > prepared_ && IsAmongLargeOnes())) return Write(size_, data);
  if (!Prepare(end).ok()) {
    prepared_max_ = 0;  // There may be room for the data alone: writing it tells.
  } else if (Map(data)) {
    return Status::Ok();
  }
  return Write(size_, data);
}

// Whether there was a large append lately: zeros would be written for the next one to take their place.
bool FileAppender::IsAmongLargeOnes() const noexcept { return large_end_ > 0 && size_ - large_end_ < kPreparedPiece; }

// Makes the file as long as `end`, in whole pieces.
Status FileAppender::Prepare(uint64_t end) {
  while (prepared_ < end) {
    const uint64_t piece_end = (prepared_ / kPreparedPiece + 1) * kPreparedPiece;
    const Bytes zeros = Bytes(kZeros).First(static_cast<size_t>(piece_end - prepared_));
    const uint64_t offset = std::exchange(prepared_, piece_end);  // Part of it may be written by a call that fails.
    LOGWOOD_RETURN_IF_ERROR(Write(offset, zeros));
    bytes_prepared_ += zeros.size();
  }
  return Status::Ok();
}

// Copies `data` into the window. Returns false where it has to be written: part of it may be in the window already.
bool FileAppender::Map(Bytes data) {
  if (was_synced_ && unsynced_ < kUnsyncedBytesToMap) return false;
  for (size_t done = 0; done < data.size();) {
    if (!window_.OpenAt(fd_.get(), size_ + done)) return false;
    done += window_.Write(size_ + done, data.From(done));
  }
  return true;
}

Status FileAppender::Write(uint64_t offset, Bytes data) {
  size_t done = 0;
  while (done < data.size()) {
    const Bytes rest = data.From(done);
    const ssize_t written = ::pwrite(fd_.get(), rest.data(), rest.size(), static_cast<off_t>(offset + done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return WriteErrnoStatus(directory_.PathOf(name_), "pwrite", written < 0 ? errno : EIO);
    done += static_cast<size_t>(written);
  }
  return Status::Ok();
}

Status FileAppender::Sync() {
  LOGWOOD_RETURN_IF_ERROR(failed_);
  was_synced_ = was_synced_ || size_ > 0;  // A sync of the name alone tells nothing of what is to come.
  unsynced_ = 0;
  window_.Close();  // Its pages would fault one by one from now on; the next window begins afresh.
  LOGWOOD_RETURN_IF_ERROR(directory_.SyncFile(name_, fd_.get()));
  if (name_synced_) return Status::Ok();
  LOGWOOD_RETURN_IF_ERROR(directory_.SyncNames());
  name_synced_ = true;
  return Status::Ok();
}

Status FileAppender::Finish() {
  LOGWOOD_RETURN_IF_ERROR(failed_);
  if (finished_) return Status::Ok();
  finished_ = true;
  window_.Close();
  if (prepared_ == size_) return Status::Ok();
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) {
    failed_ = WriteErrnoStatus(directory_.PathOf(name_), "ftruncate", errno);
  }
  return failed_;
}

}  // namespace

std::unique_ptr<AppendFile> NewFileAppender(Directory& directory, const std::string& name, FileDescriptor fd,
                                            uint64_t size_expected) {
  const bool prepares = size_expected > 0 && IsFitForWindow(fd.get());
  return std::make_unique<FileAppender>(directory, name, std::move(fd), prepares ? size_expected : 0);
}

}  // namespace logwood
