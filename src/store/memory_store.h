#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood {

class MemoryFile;

// The store behind NewMemoryStore(). Bytes belong to the files' handles as much as to the store: what is removed lives
// until the last handle goes. Thread-safe.
class MemoryStore final : public Store {
 public:
  MemoryStore();
  ~MemoryStore() override;

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override;
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override;
  Result<std::vector<std::string>> List() override;
  Status Remove(std::string_view name) override;
  Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override;
  [[nodiscard]] StoreCapabilities capabilities() const override {
    return {.survives_process = false, .cheap_small_appends = true};
  }
  [[nodiscard]] std::string description() const override { return "memory"; }

 private:
  class HeldLock;

  std::mutex mutex_;  // Held for a moment and never while waiting, so no simulator needs to know.
  std::map<std::string, std::shared_ptr<MemoryFile>, std::less<>> files_;  // This and what follows: under mutex_.
  bool writer_ = false;
  int reader_count_ = 0;
};

}  // namespace logwood
