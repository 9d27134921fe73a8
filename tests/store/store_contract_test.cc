#include "logwood/testing/store_contract.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>

#include "logwood/store.h"
#include "temporary_directory.h"

namespace logwood {
namespace {

class StoreContract : public ::testing::TestWithParam<testing::StoreContractCase> {};

std::string NameOf(const ::testing::TestParamInfo<testing::StoreContractCase>& info) {
  return std::string(info.param.name);
}

TEST_P(StoreContract, HoldsForFileStore) {
  const TemporaryDirectory parent;
  const std::string path = parent / "db";
  GetParam().run({.create = [&path] { return OpenFileStore(path, MissingDirectory::kCreate); },
                  .open_again = [&path] { return OpenFileStore(path, MissingDirectory::kFail); }});
}

TEST_P(StoreContract, HoldsForMemoryStore) {
  GetParam().run({.create = [] { return Result<std::unique_ptr<Store>>(NewMemoryStore()); }});
}

INSTANTIATE_TEST_SUITE_P(Cases, StoreContract, ::testing::ValuesIn(testing::StoreContractCases()), NameOf);

}  // namespace
}  // namespace logwood
