#include "base/status_macros.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace logwood {
namespace {

Status ReturnIfError(const Status& status, int& reached) {
  LOGWOOD_RETURN_IF_ERROR(status);
  ++reached;
  return Status::Closed("went on");
}

TEST(ReturnIfError, ReturnsAnErrorAndGoesOnAfterOk) {
  int reached = 0;
  EXPECT_EQ(ReturnIfError(Status::Io("sync").WithOutcome(Outcome::kUnknown), reached),
            Status::Io("sync").WithOutcome(Outcome::kUnknown));
  EXPECT_EQ(reached, 0);
  EXPECT_EQ(ReturnIfError({}, reached), Status::Closed("went on"));
  EXPECT_EQ(reached, 1);
}

Result<int> Number(int number) {
  if (number < 0) return Status::InvalidArgument("number " + std::to_string(number) + " is below 0");
  return number;
}

Result<std::string> Sum(int a, int b) {
  LOGWOOD_ASSIGN_OR_RETURN(const int first, Number(a));
  int second = 0;
  LOGWOOD_ASSIGN_OR_RETURN(second, Number(b));
  return std::to_string(first + second);
}

TEST(AssignOrReturn, GivesTheValueOrReturnsTheError) {
  EXPECT_EQ(Sum(1, 2).value(), "3");
  EXPECT_EQ(Sum(-1, 2).status(), Status::InvalidArgument("number -1 is below 0"));
  EXPECT_EQ(Sum(1, -2).status(), Status::InvalidArgument("number -2 is below 0"));
}

Result<int> Unwrap(Result<std::unique_ptr<int>> result) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<int> pointer, std::move(result));
  return *pointer;
}

TEST(AssignOrReturn, MovesWhatCannotBeCopied) { EXPECT_EQ(Unwrap(std::make_unique<int>(5)).value(), 5); }

}  // namespace
}  // namespace logwood
