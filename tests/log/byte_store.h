#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logwood/store.h"

namespace logwood::testing {

// A store whose files are strings that a test may look at and damage. Thread-compatible.
class ByteStore final : public Store {
 public:
  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions) override {
    auto& bytes = files_[std::string(name)];
    if (bytes != nullptr) return Status::AlreadyExists(std::string(name));
    bytes = std::make_shared<std::string>();
    return std::unique_ptr<AppendFile>(new Writer(*this, bytes));
  }
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override {
    const auto found = files_.find(std::string(name));
    if (found == files_.end()) return Status::NotFound(std::string(name));
    return std::unique_ptr<ReadableFile>(new Reader(*this, found->second));
  }
  Result<std::vector<std::string>> List() override {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files_) names.push_back(name);
    return names;
  }
  Status Remove(std::string_view name) override {
    return files_.erase(std::string(name)) == 1 ? Status::Ok() : Status::NotFound(std::string(name));
  }
  Result<std::unique_ptr<StoreLock>> Lock(LockMode) override { return std::make_unique<StoreLock>(); }
  StoreCapabilities capabilities() const override { return {}; }
  std::string description() const override { return "bytes"; }

  // The bytes of a file; it comes into being where it is not there.
  std::string& bytes(std::string_view name) {
    auto& bytes = files_[std::string(name)];
    if (bytes == nullptr) bytes = std::make_shared<std::string>();
    return *bytes;
  }

  int append_count = 0;
  int sync_count = 0;
  int finish_count = 0;
  uint64_t read_bytes = 0;
  // What the next call of the kind returns, once.
  std::optional<Status> append_error;
  std::optional<Status> sync_error;
  std::optional<Status> finish_error;
  // The call of Append() that fails, counted by append_count; 0: none.
  int append_error_at = 0;
  // What each read returns.
  std::optional<Status> read_error;

 private:
  static Status Take(std::optional<Status>& error) { return std::exchange(error, std::nullopt).value_or(Status::Ok()); }

  class Writer final : public AppendFile {
   public:
    Writer(ByteStore& store, std::shared_ptr<std::string> bytes) : store_(store), bytes_(std::move(bytes)) {}
    Status Append(Bytes data) override {
      if (++store_.append_count == store_.append_error_at) return Status::Io("append failed");
      if (Status status = Take(store_.append_error); !status.ok()) return status;
      bytes_->append(data.string_view());
      return Status::Ok();
    }
    Status Sync() override {
      ++store_.sync_count;
      return Take(store_.sync_error);
    }
    Status Finish() override {
      ++store_.finish_count;
      return Take(store_.finish_error);
    }
    uint64_t size() const override { return bytes_->size(); }

   private:
    ByteStore& store_;
    std::shared_ptr<std::string> bytes_;
  };

  class Reader final : public ReadableFile {
   public:
    Reader(ByteStore& store, std::shared_ptr<std::string> bytes) : store_(store), bytes_(std::move(bytes)) {}
    Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
      if (store_.read_error) return *store_.read_error;
      if (offset >= bytes_->size()) return size_t{0};
      const size_t count = std::min<size_t>(into.size(), bytes_->size() - static_cast<size_t>(offset));
      std::memcpy(into.data(), bytes_->data() + offset, count);
      store_.read_bytes += count;
      return count;
    }
    uint64_t size() const override { return bytes_->size(); }
    Status Sync() override {
      ++store_.sync_count;
      return Take(store_.sync_error);
    }

   private:
    ByteStore& store_;
    std::shared_ptr<std::string> bytes_;
  };

  std::map<std::string, std::shared_ptr<std::string>> files_;
};

}  // namespace logwood::testing
