#include "logwood/testing/store_contract.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "logwood/runtime.h"
#include "logwood/store.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulated_store.h"

namespace logwood::testing {
namespace {

class StoreContract : public ::testing::TestWithParam<StoreContractCase> {};

std::string NameOf(const ::testing::TestParamInfo<StoreContractCase>& info) { return std::string(info.param.name); }

Result<std::unique_ptr<Store>> NewSimulatedStore(const SimulatedStoreOptions& options) {
  return std::make_unique<SimulatedStore>(Runtime::Default(), options);
}

// A FaultStore that owns what it wraps.
class OwningFaultStore final : public Store {
 public:
  explicit OwningFaultStore(std::unique_ptr<Store> store) : store_(std::move(store)), faults_(*store_) {}

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    return faults_.Create(name, options);
  }
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override { return faults_.Open(name); }
  Result<std::vector<std::string>> List() override { return faults_.List(); }
  Status Remove(std::string_view name) override { return faults_.Remove(name); }
  Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override { return faults_.Lock(mode); }
  [[nodiscard]] StoreCapabilities capabilities() const override { return faults_.capabilities(); }
  [[nodiscard]] std::string description() const override { return faults_.description(); }

 private:
  const std::unique_ptr<Store> store_;
  FaultStore faults_;
};

TEST_P(StoreContract, HoldsForSimulatedStore) {
  GetParam().run({.create = [] { return NewSimulatedStore({}); }});
}

TEST_P(StoreContract, HoldsForSimulatedStoreWithPreparedGarbage) {
  GetParam().run({.create = [] {
    return NewSimulatedStore(
        {.sector_size_bytes = 64, .stale = StaleBytes::kGarbage, .prepared = PreparedSpace::kExpected});
  }});
}

TEST_P(StoreContract, HoldsForFaultStoreWithoutFaults) {
  GetParam().run(
      {.create = [] { return Result<std::unique_ptr<Store>>(std::make_unique<OwningFaultStore>(NewMemoryStore())); }});
}

INSTANTIATE_TEST_SUITE_P(Cases, StoreContract, ::testing::ValuesIn(StoreContractCases()), NameOf);

TEST(StoreContractSuite, RunsWithinOneTest) {
  RunStoreContract({.create = [] { return Result<std::unique_ptr<Store>>(NewMemoryStore()); }});
}

}  // namespace
}  // namespace logwood::testing
