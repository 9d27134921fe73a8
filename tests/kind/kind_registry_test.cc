#include <gtest/gtest.h>

#include "kind/kind.h"
#include "tests/manifest/toy_kind.h"

namespace logwood {
namespace {

TEST(KindRegistry, FindsWhatWasRegistered) {
  KindRegistry kinds;
  auto kind = std::make_unique<testing::ToyKind>();
  const Kind* const registered = kind.get();
  kinds.Register(CollectionKind::kBtree, std::move(kind));
  EXPECT_EQ(kinds.Find(CollectionKind::kBtree), registered);
}

TEST(KindRegistry, KnowsNothingElse) {
  const KindRegistry kinds = testing::ToyKinds();
  EXPECT_EQ(kinds.Find(CollectionKind::kList), nullptr);
  EXPECT_EQ(kinds.Find(static_cast<CollectionKind>(0)), nullptr);
}

TEST(KindRegistryDeathTest, RegistersAKindOnce) {
  KindRegistry kinds = testing::ToyKinds();
  EXPECT_DEATH(kinds.Register(CollectionKind::kLsm, std::make_unique<testing::ToyKind>()), "inserted");
}

}  // namespace
}  // namespace logwood
