#include <gtest/gtest.h>
#include <logwood/testing/store_contract.h>
#include <memory>
#include <string>

#include "object_store.h"
#include "simulated_service.h"

namespace example {
namespace {

using logwood::Result;
using logwood::Store;
using logwood::testing::StoreContractCase;

class StoreContract : public ::testing::TestWithParam<StoreContractCase> {
 protected:
  void RunWithChunksOf(size_t chunk_size_bytes) {
    std::unique_ptr<SimulatedService> service;
    const auto open = [&]() -> Result<std::unique_ptr<Store>> {
      return std::make_unique<ObjectStore>(*service, ObjectStoreOptions{.chunk_size_bytes = chunk_size_bytes});
    };
    const auto create = [&] {
      service = std::make_unique<SimulatedService>();
      return open();
    };
    GetParam().run({.create = create, .open_again = open});
  }
};

TEST_P(StoreContract, HoldsWhereFilesAreOneChunk) { RunWithChunksOf(size_t{1} << 30); }

TEST_P(StoreContract, HoldsWhereFilesAreManyChunks) { RunWithChunksOf(1000); }

TEST_P(StoreContract, HoldsWhereEachAppendIsAChunk) { RunWithChunksOf(1); }

INSTANTIATE_TEST_SUITE_P(Cases, StoreContract, ::testing::ValuesIn(logwood::testing::StoreContractCases()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace example
