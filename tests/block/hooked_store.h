#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/store.h"

namespace logwood::testing {

// A store in memory that tells of appends and reads, and fails calls when asked to. Thread-compatible.
class HookedStore : public Store {
 public:
  HookedStore() : store_(NewMemoryStore()) {}

  [[nodiscard]] Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override;
  [[nodiscard]] Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override;
  [[nodiscard]] Result<std::vector<std::string>> List() override { return store_->List(); }
  Status Remove(std::string_view name) override { return store_->Remove(name); }
  [[nodiscard]] Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override { return store_->Lock(mode); }
  [[nodiscard]] StoreCapabilities capabilities() const override { return store_->capabilities(); }
  [[nodiscard]] std::string description() const override { return store_->description(); }

  // Called before each read of a file, with its size. Null: nothing.
  std::function<void(size_t size)> on_read;
  // "append 100", "finish", "sync": the calls to files being written, failed ones included.
  std::vector<std::string> calls;
  // What every call to a file being written, and every read, returns instead of being done, unless it is OK.
  Status failure;

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace logwood::testing
