#include "cursor/bounded_cursor.h"

#include <gtest/gtest.h>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/cursor/cursor_walk.h"
#include "tests/cursor/vector_cursor.h"

namespace logwood::testing {
namespace {

std::unique_ptr<VectorCursor> Source() {
  return std::make_unique<VectorCursor>(std::vector<OwnedEntry>{{.key = "", .value = "0"},
                                                                {.key = "b", .value = "1"},
                                                                {.key = "d", .value = "2"},
                                                                {.key = "f", .value = "3"},
                                                                {.key = "h", .value = "4"}});
}

struct BoundsCase {
  KeyRange range;
  std::string_view script;
  std::string_view shown;
};

TEST(BoundedCursor, StaysWithinItsBounds) {
  const std::vector<BoundsCase> cases = {
      {{.start = "b", .limit = "f"}, "first next next", "b1 d2 ."},
      {{.start = "b", .limit = "f"}, "last prev prev", "d2 b1 ."},
      {{.start = "a", .limit = "g"}, "first last prev next next", "b1 f3 d2 f3 ."},
      {{.start = "b", .limit = "f"}, "=b =d =f =h = =c", "b1 d2 . . . ."},
      {{.start = "b", .limit = "f"}, ">=a >= >=c >=e >=f >=g", "b1 b1 d2 . . ."},
      {{.start = "c", .limit = "f"}, "<=z <=f <=e <=c <=b <=", "d2 d2 d2 . . ."},
      {{.start = "b", .limit = "f"}, ">=f first prev <=a last next", ". b1 . . d2 ."},
      {{.start = "b", .limit = {}}, "first prev last next", "b1 . h4 ."},
      {{.start = {}, .limit = "f"}, "first prev last next", "0 . d2 ."},
      {{.start = "", .limit = "b"}, "first last = next", "0 0 0 ."},
      {{.start = {}, .limit = ""}, "first last >= <=z", ". . . ."},
      {{.start = "i", .limit = {}}, "first last >= <=z", ". . . ."},
      {{.start = "d", .limit = "d"}, "first last =d >=a <=z", ". . . . ."},
      {{.start = "f", .limit = "b"}, "first last =d >=a <=z", ". . . . ."},
      {{.start = "d", .limit = "dd"}, "first next last prev", "d2 . d2 ."},
  };
  for (const BoundsCase& test : cases) {
    const auto cursor = NewBoundedCursor(Source(), test.range);
    EXPECT_EQ(Walk(*cursor, test.script), test.shown)
        << '[' << test.range.start.value_or("-") << ',' << test.range.limit.value_or("-") << ") " << test.script;
  }
}

TEST(BoundedCursor, WithoutBoundsIsItsSource) {
  auto source = Source();
  const EntryCursor* const expected = source.get();
  EXPECT_EQ(NewBoundedCursor(std::move(source), {}).get(), expected);
}

TEST(BoundedCursor, KeepsTheErrorOfItsSource) {
  auto source = Source();
  source->FailAfter(1, Status::Io("device gone"));
  const auto cursor = NewBoundedCursor(std::move(source), {.start = "b", .limit = "f"});
  EXPECT_EQ(Walk(*cursor, "first next =z first"), "b1 ! ! !");
  EXPECT_EQ(cursor->status(), Status::Io("device gone"));
}

}  // namespace
}  // namespace logwood::testing
