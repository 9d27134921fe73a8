#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/salvage.h"
#include "logwood/store.h"

namespace logwood {

// A store as a salvage reads it: what the device cannot read is zeros, which validate as nothing, so that the rest is
// found as behind any other damage. Nothing can be written by it. Thread-safe.
class SalvageStore final : public Store {
 public:
  // `store` must outlive it; `owned` may be what `store` is.
  SalvageStore(Runtime& runtime, Store& store, std::unique_ptr<Store> owned);

  [[nodiscard]] Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override;
  [[nodiscard]] Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override;
  [[nodiscard]] Result<std::vector<std::string>> List() override { return store_.List(); }
  Status Remove(std::string_view name) override;
  [[nodiscard]] Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override { return store_.Lock(mode); }
  [[nodiscard]] StoreCapabilities capabilities() const override { return store_.capabilities(); }
  [[nodiscard]] std::string description() const override { return store_.description(); }

  // Places that could not be read so far, each once, in the order in which they were met.
  [[nodiscard]] std::vector<SalvageDamage> unreadable() const;

 private:
  class File;

  void Note(const std::string& name, uint64_t offset, uint64_t bytes, const Status& why);

  Store& store_;
  const std::unique_ptr<Store> owned_;
  mutable Mutex mutex_;
  std::vector<SalvageDamage> unreadable_ GUARDED_BY(mutex_);
};

}  // namespace logwood
