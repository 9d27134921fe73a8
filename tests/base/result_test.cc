#include "logwood/result.h"

#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "base/ids.h"

namespace logwood {
namespace {

TEST(Result, HoldsAValue) {
  Result<std::string> result = "abc";
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(result.status().ok());
  EXPECT_EQ(*result, "abc");
  EXPECT_EQ(result.value(), "abc");
  EXPECT_EQ(result->size(), 3u);
  *result += "d";
  EXPECT_EQ(std::as_const(result).value(), "abcd");
  EXPECT_EQ(*std::as_const(result), "abcd");
  EXPECT_EQ(std::as_const(result)->size(), 4u);
}

TEST(Result, HoldsAnError) {
  const Result<int> result = Status::NotFound("collection users");
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.status(), Status::NotFound("collection users"));
}

TEST(Result, ValueThrowsTheErrorInEachForm) {
  Result<int> result = Status::Io("read");
  EXPECT_THROW(static_cast<void>(result.value()), StatusError);
  EXPECT_THROW(static_cast<void>(std::as_const(result).value()), StatusError);
  EXPECT_THROW(static_cast<void>(std::move(result).value()), StatusError);
}

TEST(Result, GivesAwayWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> by_star = *std::move(result);
  EXPECT_EQ(*by_star, 7);
  Result<std::unique_ptr<int>> other = std::make_unique<int>(8);
  const std::unique_ptr<int> by_value = std::move(other).value();
  EXPECT_EQ(*by_value, 8);
}

TEST(Result, TellsAbsenceFromError) {
  const Result<std::optional<int>> absent = std::nullopt;
  EXPECT_TRUE(absent.ok());
  EXPECT_FALSE(absent->has_value());
}

// Else a bare number would become a strong id on its way out of a function.
TEST(Result, TakesOnlyWhatTheValueTakesWithoutAsking) {
  static_assert(!std::is_convertible_v<uint64_t, Result<FileNumber>>);
  static_assert(std::is_constructible_v<Result<FileNumber>, uint64_t>);
  static_assert(std::is_convertible_v<FileNumber, Result<FileNumber>>);
  static_assert(std::is_convertible_v<const char*, Result<std::string>>);
}

TEST(ResultDeathTest, AnOkStatusWithoutAValueEndsTheProcess) {
  EXPECT_DEATH(Result<int>(Status::Ok()).status().IgnoreError(), "!ok()");
}

}  // namespace
}  // namespace logwood
