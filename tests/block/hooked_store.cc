#include "tests/block/hooked_store.h"

#include <utility>

#include "base/status_macros.h"

namespace logwood::testing {

namespace {

class HookedAppendFile : public AppendFile {
 public:
  HookedAppendFile(HookedStore& store, std::unique_ptr<AppendFile> file) : store_(store), file_(std::move(file)) {}

  Status Append(Bytes data) override {
    store_.calls.push_back("append " + std::to_string(data.size()));
    return store_.failure.ok() ? file_->Append(data) : store_.failure;
  }
  Status Sync() override {
    store_.calls.emplace_back("sync");
    return store_.failure.ok() ? file_->Sync() : store_.failure;
  }
  Status Finish() override {
    store_.calls.emplace_back("finish");
    return store_.failure.ok() ? file_->Finish() : store_.failure;
  }
  [[nodiscard]] uint64_t size() const override { return file_->size(); }

 private:
  HookedStore& store_;
  std::unique_ptr<AppendFile> file_;
};

class HookedReadableFile : public ReadableFile {
 public:
  HookedReadableFile(HookedStore& store, std::unique_ptr<ReadableFile> file) : store_(store), file_(std::move(file)) {}

  [[nodiscard]] Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
    const auto on_read = store_.on_read;  // A copy: the hook may take itself off.
    if (on_read) on_read(into.size());
    if (!store_.failure.ok()) return store_.failure;
    return file_->Read(offset, into);
  }
  [[nodiscard]] uint64_t size() const override { return file_->size(); }
  Status Sync() override { return file_->Sync(); }

 private:
  HookedStore& store_;
  std::unique_ptr<ReadableFile> file_;
};

}  // namespace

Result<std::unique_ptr<AppendFile>> HookedStore::Create(std::string_view name, CreateOptions options) {
  LOGWOOD_RETURN_IF_ERROR(failure);
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, store_->Create(name, options));
  return std::make_unique<HookedAppendFile>(*this, std::move(file));
}

Result<std::unique_ptr<ReadableFile>> HookedStore::Open(std::string_view name) {
  LOGWOOD_RETURN_IF_ERROR(failure);
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, store_->Open(name));
  return std::make_unique<HookedReadableFile>(*this, std::move(file));
}

}  // namespace logwood::testing
