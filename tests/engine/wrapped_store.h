#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/store.h"

namespace logwood {

// A store that passes every call on, for tests to change one of them.
class WrappedStore : public Store {
 public:
  // `inner` must outlive it.
  explicit WrappedStore(Store& inner) : inner_(inner) {}

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    return inner_.Create(name, options);
  }
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override { return inner_.Open(name); }
  Result<std::vector<std::string>> List() override { return inner_.List(); }
  Status Remove(std::string_view name) override { return inner_.Remove(name); }
  Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override { return inner_.Lock(mode); }
  [[nodiscard]] StoreCapabilities capabilities() const override { return inner_.capabilities(); }
  [[nodiscard]] std::string description() const override { return inner_.description(); }

 protected:
  Store& inner_;
};

}  // namespace logwood
