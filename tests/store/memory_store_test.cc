#include <gtest/gtest.h>

#include "logwood/store.h"

namespace logwood {
namespace {

TEST(MemoryStore, SaysThatItDiesWithTheProcess) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  EXPECT_FALSE(store->capabilities().survives_process);
  EXPECT_TRUE(store->capabilities().cheap_small_appends);
  EXPECT_EQ(store->description(), "memory");
}

TEST(MemoryStore, LockMessageCountsReaders) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const auto first = store->Lock(LockMode::kShared).value();
  const auto second = store->Lock(LockMode::kShared).value();
  EXPECT_EQ(store->Lock(LockMode::kExclusive).status().message(),
            "memory: this process has it open for reading 2 times; close those handles first");
}

TEST(MemoryStore, StoresAreApart) {
  const std::unique_ptr<Store> one = NewMemoryStore();
  const std::unique_ptr<Store> other = NewMemoryStore();
  ASSERT_TRUE(one->Create("file", {}).ok());
  EXPECT_EQ(other->Open("file").status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace logwood
