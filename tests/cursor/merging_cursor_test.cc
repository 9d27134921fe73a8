#include "cursor/merging_cursor.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cursor/bounded_cursor.h"
#include "cursor/living_cursor.h"
#include "tests/cursor/cursor_walk.h"
#include "tests/cursor/vector_cursor.h"

namespace logwood::testing {
namespace {

// A child with the keys named, one byte each, all with `value`.
std::unique_ptr<VectorCursor> Child(std::string_view keys, std::string_view value) {
  std::vector<OwnedEntry> entries;
  for (const char key : keys) entries.push_back({.key = std::string(1, key), .value = std::string(value)});
  return std::make_unique<VectorCursor>(std::move(entries));
}

std::unique_ptr<EntryCursor> Merged(std::unique_ptr<EntryCursor> newest, std::unique_ptr<EntryCursor> middle,
                                    std::unique_ptr<EntryCursor> oldest) {
  std::vector<std::unique_ptr<EntryCursor>> children;
  children.push_back(std::move(newest));
  children.push_back(std::move(middle));
  children.push_back(std::move(oldest));
  return NewMergingCursor(std::move(children));
}

// Keys a to h; b, d and e in several children.
std::unique_ptr<EntryCursor> ThreeChildren() {
  return Merged(Child("bdg", "1"), Child("abe", "2"), Child("cdefh", "3"));
}

struct WalkCase {
  std::string_view script;
  std::string_view shown;
};

TEST(MergingCursor, WalksAsOneSource) {
  const std::vector<WalkCase> cases = {
      {"first next next next next next next next next", "a2 b1 c3 d1 e2 f3 g1 h3 ."},
      {"last prev prev prev prev prev prev prev prev", "h3 g1 f3 e2 d1 c3 b1 a2 ."},
      {"first next prev next next prev prev prev", "a2 b1 a2 b1 c3 b1 a2 ."},
      {"last prev next prev prev next next next", "h3 g1 h3 g1 f3 g1 h3 ."},
      {">=d next prev prev next next", "d1 e2 d1 c3 d1 e2"},
      {"<=d prev next next prev prev", "d1 c3 d1 e2 d1 c3"},
      {"=d next prev", "d1 e2 d1"},
      {"=d prev next", "d1 c3 d1"},
      {"=e next prev prev", "e2 f3 e2 d1"},
      {"=h prev next next", "h3 g1 h3 ."},
      {"=dd first =i last", ". a2 . h3"},
      {">=dd prev", "e2 d1"},
      {"<=dd next", "d1 e2"},
      {">=i last next first", ". h3 . a2"},
      {"<=A first prev last", ". a2 . h3"},
      {"first =g prev last >=b next <=b prev", "a2 g1 f3 h3 b1 c3 b1 a2"},
  };
  for (const WalkCase& test : cases) {
    EXPECT_EQ(Walk(*ThreeChildren(), test.script), test.shown) << test.script;
  }
}

// Tells how it is sought: "=k", ">=k", "<=k", with a blank behind each.
class SeenCursor final : public EntryCursor {
 public:
  SeenCursor(std::unique_ptr<EntryCursor> source, std::string& seeks) : source_(std::move(source)), seeks_(seeks) {}

  void Seek(Bytes key, SeekTo to) override {
    seeks_ += to == SeekTo::kExact ? "=" : to == SeekTo::kAtOrAfter ? ">=" : "<=";
    seeks_ += key.ToString() + " ";
    source_->Seek(key, to);
    Show();
  }
  void First() override { Then(&EntryCursor::First); }
  void Last() override { Then(&EntryCursor::Last); }
  void Next() override { Then(&EntryCursor::Next); }
  void Prev() override { Then(&EntryCursor::Prev); }

 private:
  void Then(void (EntryCursor::*move)()) {
    (source_.get()->*move)();
    Show();
  }
  void Show() {
    valid_ = source_->valid();
    if (valid_) entry_ = source_->entry();
    status_ = source_->status();
  }

  std::unique_ptr<EntryCursor> source_;
  std::string& seeks_;
};

TEST(MergingCursor, PlacesTheOthersOnlyForAStepFromAKeyThatWasFound) {
  std::string newest;
  std::string middle;
  std::string oldest;
  const auto cursor = Merged(std::make_unique<SeenCursor>(Child("bdg", "1"), newest),
                             std::make_unique<SeenCursor>(Child("abe", "2"), middle),
                             std::make_unique<SeenCursor>(Child("cdefh", "3"), oldest));
  EXPECT_EQ(Walk(*cursor, ">=b"), "b1");
  EXPECT_EQ(newest + "|" + middle + "|" + oldest, "=b ||");
  EXPECT_EQ(Walk(*cursor, "<=e"), "e2");
  EXPECT_EQ(newest + "|" + middle + "|" + oldest, "=b =e |=e |");
  EXPECT_EQ(Walk(*cursor, "next"), "f3");
  EXPECT_EQ(newest + "|" + middle + "|" + oldest, "=b =e >=e |=e |>=e ");
  newest = middle = oldest = "";
  EXPECT_EQ(Walk(*cursor, ">=ee next prev"), "f3 g1 f3");
  EXPECT_EQ(newest + "|" + middle + "|" + oldest, "=ee >=ee |=ee >=ee <=g |>=ee <=g ");
}

TEST(MergingCursor, GoesOnAfterEveryEnd) {
  const auto cursor = ThreeChildren();
  EXPECT_EQ(Walk(*cursor, "last next >=g next next >=h next first prev <=a prev =a next"),
            "h3 . g1 h3 . h3 . a2 . a2 . a2 b1");
}

TEST(MergingCursor, WithoutChildrenIsEmpty) {
  EXPECT_EQ(Walk(*NewMergingCursor(std::vector<MergingSource>()), "first last >=a <=a =a"), ". . . . .");
}

TEST(MergingCursor, ReturnsAnOnlyChildAsItIs) {
  std::vector<std::unique_ptr<EntryCursor>> children;
  children.push_back(Child("ab", "1"));
  const EntryCursor* const child = children.front().get();
  EXPECT_EQ(NewMergingCursor(std::move(children)).get(), child);
}

TEST(MergingCursor, PassesEmptyChildrenOver) {
  EXPECT_EQ(Walk(*Merged(Child("", "1"), Child("a", "2"), Child("", "3")), "first next last prev =a next"),
            "a2 . a2 . a2 .");
}

TEST(MergingCursor, OrdersKeysThatTieInEightBytes) {
  std::vector<std::unique_ptr<EntryCursor>> children;
  children.push_back(std::make_unique<VectorCursor>(std::vector<OwnedEntry>{
      {.key = "0000000002", .value = "x"}, {.key = "\xff\xff\xff\xff\xff\xff\xff\xff", .value = "x"}}));
  children.push_back(std::make_unique<VectorCursor>(
      std::vector<OwnedEntry>{{.key = "0000000001", .value = "y"}, {.key = "0000000002", .value = "y"}}));
  const auto cursor = NewMergingCursor(std::move(children));
  EXPECT_EQ(Walk(*cursor, "first next next next"), "0000000001y 0000000002x \xff\xff\xff\xff\xff\xff\xff\xffx .");
  EXPECT_EQ(Walk(*cursor, "last prev prev prev"), "\xff\xff\xff\xff\xff\xff\xff\xffx 0000000002x 0000000001y .");
}

TEST(MergingCursor, TellsZeroBytesFromPadding) {
  std::vector<std::unique_ptr<EntryCursor>> children;
  children.push_back(std::make_unique<VectorCursor>(std::vector<OwnedEntry>{
      {.key = std::string("\0", 1), .value = "1"}, {.key = std::string("a\0", 2), .value = "1"}}));
  children.push_back(
      std::make_unique<VectorCursor>(std::vector<OwnedEntry>{{.key = "", .value = "2"}, {.key = "a", .value = "2"}}));
  const auto cursor = NewMergingCursor(std::move(children));
  using std::string_literals::operator""s;
  EXPECT_EQ(Walk(*cursor, "first next next next next"), "2 \0001 a2 a\0001 ."s);
  EXPECT_EQ(Walk(*cursor, "last prev prev prev prev"), "a\0001 a2 \0001 2 ."s);
}

// Where everything works, `script` shows `healthy`; with an error it shows the same until the first `!`, and only that
// from there on.
void ExpectHealthyUntilError(const std::string& shown, const std::string& healthy) {
  const size_t error = shown.find('!');
  if (error == std::string::npos) {
    EXPECT_EQ(shown, healthy);
    return;
  }
  EXPECT_EQ(shown.substr(0, error), healthy.substr(0, error));
  EXPECT_EQ(shown.find_first_not_of("! ", error), std::string::npos) << shown;
}

TEST(MergingCursor, EndsForGoodWithTheErrorOfAnyChild) {
  const std::string script = "first next next =e next prev prev last prev next <=c next >=d prev first";
  const std::string healthy = Walk(*ThreeChildren(), script);
  for (size_t position = 0; position < 3; ++position) {
    for (size_t good_moves = 0; good_moves < 12; ++good_moves) {
      SCOPED_TRACE("child " + std::to_string(position) + " fails after " + std::to_string(good_moves));
      std::vector<std::unique_ptr<VectorCursor>> children;
      children.push_back(Child("bdg", "1"));
      children.push_back(Child("abe", "2"));
      children.push_back(Child("cdefh", "3"));
      children[position]->FailAfter(good_moves, Status::Io("device gone"));
      const auto merged = Merged(std::move(children[0]), std::move(children[1]), std::move(children[2]));
      const std::string shown = Walk(*merged, script);
      ExpectHealthyUntilError(shown, healthy);
      EXPECT_EQ(merged->status(), Status::Io("device gone")) << shown;  // Each child makes more moves than that.
    }
  }
}

TEST(MergingCursor, ShowsNothingOlderThanAnError) {
  for (const std::string_view move : {"first", "last", "=d", ">=a", "<=z"}) {
    std::unique_ptr<VectorCursor> newest = Child("d", "1");
    newest->FailAfter(0, Status::Corruption("block 3"));
    const auto cursor = Merged(std::move(newest), Child("ad", "2"), Child("dz", "3"));
    EXPECT_EQ(Walk(*cursor, move), "!") << move;
    EXPECT_EQ(cursor->status(), Status::Corruption("block 3"));
  }
}

TEST(MergingCursor, KeepsItsErrorThroughLivingAndBounded) {
  for (size_t good_moves = 0; good_moves < 6; ++good_moves) {
    std::unique_ptr<VectorCursor> oldest = Child("cdefh", "3");
    oldest->FailAfter(good_moves, Status::Io("device gone"));
    auto merged = Merged(Child("bdg", "1"), Child("abe", "2"), std::move(oldest));
    const auto stack = NewLivingCursor(NewBoundedCursor(std::move(merged), {.start = "b", .limit = "h"}));
    const std::string shown = Walk(*stack, "first next next next next next prev first last =d >=c <=c");
    ExpectHealthyUntilError(shown, "b1 c3 d1 e2 f3 g1 f3 b1 g1 d1 c3 c3");
    EXPECT_EQ(stack->status(), Status::Io("device gone")) << good_moves;
  }
}

TEST(MergingCursor, IsSoughtWithBytesOfTheEntryItStandsOn) {
  // The newest child gives up its entry before the others are asked for the key that stands in it.
  for (const SeekTo to : {SeekTo::kExact, SeekTo::kAtOrAfter, SeekTo::kAtOrBefore}) {
    const std::unique_ptr<EntryCursor> cursor = Merged(Child("bdg", "e"), Child("abe", "2"), Child("cdefh", "3"));
    cursor->Seek("d", SeekTo::kExact);
    cursor->Seek(cursor->entry().key, to);
    ASSERT_TRUE(cursor->valid());
    EXPECT_EQ(cursor->entry().key, Bytes("d"));
    cursor->Seek(cursor->entry().value, to);
    ASSERT_TRUE(cursor->valid());
    EXPECT_EQ(cursor->entry().key, Bytes("e"));
    EXPECT_EQ(cursor->entry().value, Bytes("2"));
  }
}

}  // namespace
}  // namespace logwood::testing
