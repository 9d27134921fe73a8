#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string_view>

#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood::testing {

// How the contract suite comes by the store under test.
struct StoreFactory {
  // A new store without files. Called once for each case, after the store before it was destroyed.
  std::function<Result<std::unique_ptr<Store>>()> create;
  // A second store object over the same files, while the one made last still lives. Null where there is no such thing:
  // the cases that need it then check nothing.
  std::function<Result<std::unique_ptr<Store>>()> open_again = nullptr;
};

// One rule of the contract in logwood/store.h, checked with GoogleTest's expectations.
struct StoreContractCase {
  std::string_view name;  // CamelCase: fit for a parameterised test.
  void (*run)(const StoreFactory& factory);

  // Writes the name.
  friend std::ostream& operator<<(std::ostream& out, const StoreContractCase& contract_case);
};

// All cases, for those who want a test of each.
[[nodiscard]] std::span<const StoreContractCase> StoreContractCases();

// Checks every case within the running test:
//   TEST(MyStore, KeepsTheContract) { logwood::testing::RunStoreContract({.create = [] { return OpenMyStore(); }}); }
void RunStoreContract(const StoreFactory& factory);

}  // namespace logwood::testing
