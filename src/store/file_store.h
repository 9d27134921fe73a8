#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logwood/result.h"
#include "logwood/store.h"
#include "store/directory.h"

namespace logwood {

// The store behind OpenFileStore(): each file a plain file of mode 0600 in one directory. Links, directories and other
// entries that are not plain files do not exist for it. Thread-safe.
class FileStore final : public Store {
 public:
  explicit FileStore(std::unique_ptr<Directory> directory) : directory_(std::move(directory)) {}

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override;
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override;
  Result<std::vector<std::string>> List() override;
  Status Remove(std::string_view name) override;
  Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override;
  [[nodiscard]] StoreCapabilities capabilities() const override {
    return {.survives_process = true, .cheap_small_appends = true};
  }
  [[nodiscard]] std::string description() const override { return directory_->path(); }

 private:
  const std::unique_ptr<Directory> directory_;
};

}  // namespace logwood
