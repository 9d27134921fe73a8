#include "logwood/status.h"

#include <gtest/gtest.h>
#include <sstream>
#include <string>

namespace logwood {
namespace {

struct CodeCase {
  StatusCode code;
  int number;
  std::string_view name;
};

// The numbers are part of the interface: other languages see them.
const CodeCase kCodeCases[] = {
    {StatusCode::kOk, 0, "OK"},
    {StatusCode::kNotFound, 1, "NotFound"},
    {StatusCode::kAlreadyExists, 2, "AlreadyExists"},
    {StatusCode::kInvalidArgument, 3, "InvalidArgument"},
    {StatusCode::kConflict, 4, "Conflict"},
    {StatusCode::kCorruption, 5, "Corruption"},
    {StatusCode::kIo, 6, "Io"},
    {StatusCode::kNoSpace, 7, "NoSpace"},
    {StatusCode::kReadOnly, 8, "ReadOnly"},
    {StatusCode::kUnsupported, 9, "Unsupported"},
    {StatusCode::kTimeout, 10, "Timeout"},
    {StatusCode::kDeadlock, 11, "Deadlock"},
    {StatusCode::kBusy, 12, "Busy"},
    {StatusCode::kClosed, 13, "Closed"},
};

TEST(StatusCode, HasItsNumberAndName) {
  for (const auto& [code, number, name] : kCodeCases) {
    EXPECT_EQ(static_cast<int>(code), number);
    EXPECT_EQ(ToString(code), name);
  }
  EXPECT_EQ(ToString(static_cast<StatusCode>(99)), "Unknown");
}

TEST(Status, IsOkByDefault) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), StatusCode::kOk);
  EXPECT_EQ(status.outcome(), Outcome::kApplied);
  EXPECT_EQ(status.message(), "");
  EXPECT_EQ(status.ToString(), "OK");
  EXPECT_EQ(status, Status::Ok());
  EXPECT_NO_THROW(status.Check());
}

struct FactoryCase {
  Status (*make)(std::string);
  StatusCode code;
};

const FactoryCase kFactoryCases[] = {
    {&Status::NotFound, StatusCode::kNotFound},
    {&Status::AlreadyExists, StatusCode::kAlreadyExists},
    {&Status::InvalidArgument, StatusCode::kInvalidArgument},
    {&Status::Corruption, StatusCode::kCorruption},
    {&Status::Io, StatusCode::kIo},
    {&Status::NoSpace, StatusCode::kNoSpace},
    {&Status::ReadOnly, StatusCode::kReadOnly},
    {&Status::Unsupported, StatusCode::kUnsupported},
    {&Status::Busy, StatusCode::kBusy},
    {&Status::Closed, StatusCode::kClosed},
};

TEST(Status, OfEachFactoryHasItsCodeAndIsNotApplied) {
  for (const auto& [make, code] : kFactoryCases) {
    const Status status = make("file 7");
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.code(), code);
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
    EXPECT_EQ(status.message(), "file 7");
    EXPECT_EQ(status.ToString(), std::string(ToString(code)) + ": file 7");
  }
}

TEST(Status, GetsAnotherOutcomeAndKeepsTheRest) {
  const Status status = Status::Io("sync failed");
  const Status unknown = status.WithOutcome(Outcome::kUnknown);
  EXPECT_EQ(unknown, Status(StatusCode::kIo, "sync failed", Outcome::kUnknown));
  EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
  EXPECT_TRUE(Status().WithOutcome(Outcome::kUnknown).ok());
  EXPECT_EQ(Status().WithOutcome(Outcome::kUnknown).outcome(), Outcome::kApplied);
}

TEST(Status, GetsContextAndKeepsTheRest) {
  const Status status(StatusCode::kCorruption, "checksum 0x12", Outcome::kUnknown);
  EXPECT_EQ(status.WithContext("log file 7").WithContext("open"),
            Status(StatusCode::kCorruption, "open: log file 7: checksum 0x12", Outcome::kUnknown));
  EXPECT_TRUE(Status().WithContext("open").ok());
}

TEST(Status, ACopyOutlivesTheOriginal) {
  Status copy;
  {
    const Status original = Status::Busy("held by process 12");
    copy = original;
    EXPECT_EQ(copy, original);
  }
  EXPECT_EQ(copy.message(), "held by process 12");
}

TEST(Status, DiffersByCodeMessageAndOutcome) {
  const Status status = Status::Io("a");
  EXPECT_EQ(status, Status::Io("a"));
  EXPECT_NE(status, Status::Io("b"));
  EXPECT_NE(status, Status::NoSpace("a"));
  EXPECT_NE(status, status.WithOutcome(Outcome::kUnknown));
  EXPECT_NE(status, Status());
}

TEST(Status, CheckThrowsTheError) {
  try {
    Status::NoSpace("store full").Check();
    FAIL() << "did not throw";
  } catch (const StatusError& error) {
    EXPECT_EQ(error.status(), Status::NoSpace("store full"));
    EXPECT_STREQ(error.what(), "NoSpace: store full");
  }
}

TEST(Status, Prints) {
  std::ostringstream out;
  out << Status::Closed("users") << '|' << Status();
  EXPECT_EQ(out.str(), "Closed: users|OK");
}

TEST(StatusDeathTest, AnErrorWithTheCodeOkEndsTheProcess) {
  EXPECT_DEATH(Status(StatusCode::kOk, "contradiction").IgnoreError(), "code != StatusCode::kOk");
}

}  // namespace
}  // namespace logwood
