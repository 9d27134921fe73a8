#include "cursor/living_cursor.h"

#include <gtest/gtest.h>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/cursor/cursor_walk.h"
#include "tests/cursor/vector_cursor.h"

namespace logwood::testing {
namespace {

// Each pair of characters is a key and a value, or `-` for a tombstone.
std::unique_ptr<EntryCursor> Living(std::string_view pairs) {
  std::vector<OwnedEntry> entries;
  for (; !pairs.empty(); pairs.remove_prefix(2)) {
    const bool dead = pairs[1] == '-';
    entries.push_back({.type = dead ? EntryType::kTombstone : EntryType::kPut,
                       .key = std::string(pairs.substr(0, 1)),
                       .value = dead ? "" : std::string(pairs.substr(1, 1))});
  }
  return NewLivingCursor(std::make_unique<VectorCursor>(std::move(entries)));
}

TEST(LivingCursor, SkipsTombstonesInTheDirectionOfTravel) {
  const auto cursor = Living("a-b1c-d-e2f3g-");
  EXPECT_EQ(Walk(*cursor, "first next next next"), "b1 e2 f3 .");
  EXPECT_EQ(Walk(*cursor, "last prev prev prev"), "f3 e2 b1 .");
  EXPECT_EQ(Walk(*cursor, "first next prev next next prev"), "b1 e2 b1 e2 f3 e2");
  EXPECT_EQ(Walk(*cursor, ">=c prev <=d next <=a >=g >=a <=g"), "e2 b1 b1 e2 . . b1 f3");
}

TEST(LivingCursor, ExactSeekToATombstoneIsInvalid) {
  const auto cursor = Living("a-b1c-");
  EXPECT_EQ(Walk(*cursor, "=a =b =c =d =b prev =b next"), ". b1 . . b1 . b1 .");
}

TEST(LivingCursor, OfTombstonesAloneIsEmpty) {
  const auto cursor = Living("a-b-c-");
  EXPECT_EQ(Walk(*cursor, "first last >=b <=b =b"), ". . . . .");
}

TEST(LivingCursor, ReportsAnErrorMetWhileSkipping) {
  auto source = std::make_unique<VectorCursor>(
      std::vector<OwnedEntry>{{.type = EntryType::kTombstone, .key = "a", .value = ""}, {.key = "b", .value = "1"}});
  source->FailAfter(1, Status::Io("device gone"));
  const auto cursor = NewLivingCursor(std::move(source));
  EXPECT_EQ(Walk(*cursor, "first first =b"), "! ! !");
  EXPECT_EQ(cursor->status(), Status::Io("device gone"));
}

}  // namespace
}  // namespace logwood::testing
