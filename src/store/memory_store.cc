#include "store/memory_store.h"

#include <algorithm>
#include <cstring>
#include <shared_mutex>
#include <span>
#include <utility>

#include "base/status_macros.h"
#include "store/store_name.h"

namespace logwood {

// The bytes of one file, in chunks that never move. Thread-safe.
class MemoryFile {
 public:
  void Append(Bytes data) {
    const std::unique_lock lock(mutex_);
    while (!data.empty()) {
      const size_t used = size_ % kChunkSize;
      if (used == 0) chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kChunkSize));
      const size_t count = std::min(data.size(), kChunkSize - used);
      std::memcpy(chunks_.back().get() + used, data.data(), count);
      size_ += count;
      data = data.From(count);
    }
  }

  [[nodiscard]] size_t Read(uint64_t offset, std::span<std::byte> into) const {
    const std::shared_lock lock(mutex_);
    size_t done = 0;
    while (done < into.size() && offset < size_) {
      const size_t used = offset % kChunkSize;
      const size_t count = std::min({into.size() - done, kChunkSize - used, size_ - static_cast<size_t>(offset)});
      std::memcpy(into.data() + done, chunks_[offset / kChunkSize].get() + used, count);
      done += count;
      offset += count;
    }
    return done;
  }

  [[nodiscard]] uint64_t size() const {
    const std::shared_lock lock(mutex_);
    return size_;
  }

 private:
  static constexpr size_t kChunkSize = size_t{1} << 16;

  mutable std::shared_mutex mutex_;
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  size_t size_ = 0;
};

namespace {

class MemoryAppender final : public AppendFile {
 public:
  MemoryAppender(std::string_view name, std::shared_ptr<MemoryFile> file) : name_(name), file_(std::move(file)) {}

  Status Append(Bytes data) override {
    if (finished_) return Status::InvalidArgument("memory/" + name_ + ": append after Finish()");
    file_->Append(data);
    return Status::Ok();
  }
  Status Sync() override { return Status::Ok(); }
  Status Finish() override {
    finished_ = true;
    return Status::Ok();
  }
  [[nodiscard]] uint64_t size() const override { return file_->size(); }

 private:
  const std::string name_;
  const std::shared_ptr<MemoryFile> file_;
  bool finished_ = false;
};

class MemoryReader final : public ReadableFile {
 public:
  explicit MemoryReader(std::shared_ptr<MemoryFile> file) : file_(std::move(file)), size_(file_->size()) {}

  Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override { return file_->Read(offset, into); }
  [[nodiscard]] uint64_t size() const override { return size_; }
  Status Sync() override { return Status::Ok(); }

 private:
  const std::shared_ptr<MemoryFile> file_;
  const uint64_t size_;
};

Status NoSuchFile(std::string_view name) {
  return Status::NotFound("memory/" + std::string(name) + ": there is no file of this name");
}

}  // namespace

class MemoryStore::HeldLock final : public StoreLock {
 public:
  HeldLock(MemoryStore& store, LockMode mode) : store_(store), mode_(mode) {}
  ~HeldLock() override {
    const std::lock_guard lock(store_.mutex_);
    if (mode_ == LockMode::kExclusive) {
      store_.writer_ = false;
    } else {
      --store_.reader_count_;
    }
  }

 private:
  MemoryStore& store_;
  const LockMode mode_;
};

MemoryStore::MemoryStore() = default;
MemoryStore::~MemoryStore() = default;

Result<std::unique_ptr<AppendFile>> MemoryStore::Create(std::string_view name, CreateOptions) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  const std::lock_guard lock(mutex_);
  const auto [file, created] = files_.try_emplace(std::string(name));
  if (!created) return Status::AlreadyExists("memory/" + std::string(name) + ": this name is taken");
  file->second = std::make_shared<MemoryFile>();
  return std::make_unique<MemoryAppender>(name, file->second);
}

Result<std::unique_ptr<ReadableFile>> MemoryStore::Open(std::string_view name) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  const std::lock_guard lock(mutex_);
  const auto file = files_.find(name);
  if (file == files_.end()) return NoSuchFile(name);
  return std::make_unique<MemoryReader>(file->second);
}

Result<std::vector<std::string>> MemoryStore::List() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  names.reserve(files_.size());
  for (const auto& [name, file] : files_) names.push_back(name);
  return names;
}

Status MemoryStore::Remove(std::string_view name) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  const std::lock_guard lock(mutex_);
  const auto file = files_.find(name);
  if (file == files_.end()) return NoSuchFile(name);
  files_.erase(file);
  return Status::Ok();
}

Result<std::unique_ptr<StoreLock>> MemoryStore::Lock(LockMode mode) {
  const std::lock_guard lock(mutex_);
  if (writer_) return Status::Busy("memory: this process has it open for writing; use or close that handle");
  if (mode == LockMode::kExclusive && reader_count_ > 0) {
    return Status::Busy("memory: this process has it open for reading " + std::to_string(reader_count_) +
                        " times; close those handles first");
  }
  if (mode == LockMode::kExclusive) {
    writer_ = true;
  } else {
    ++reader_count_;
  }
  return std::make_unique<HeldLock>(*this, mode);
}

std::unique_ptr<Store> NewMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace logwood
