#include "store/file_appender.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "logwood/store.h"
#include "store/file_window.h"
#include "system_calls.h"
#include "temporary_directory.h"

namespace logwood {
namespace {

constexpr uint64_t kPiece = uint64_t{64} << 10;
constexpr uint64_t kExpected = uint64_t{3} << 20;

std::string ReadOutside(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class FileAppenderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const FileDescriptor probe(::open((directory_ / "probe").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!IsFitForWindow(probe.get())) GTEST_SKIP() << "nothing is prepared on the file system of " << directory_.path();
    file_ = store_->Create("file", {.size_expected = kExpected}).value();
  }

  void Append(const std::string& data) {
    ASSERT_EQ(file_->Append(data), Status::Ok());
    expected_ += data;
    ASSERT_EQ(file_->size(), expected_.size());
  }
  [[nodiscard]] std::string Stored() const { return ReadOutside(directory_ / "file"); }
  // What was appended, and zeros behind it.
  void ExpectStored() const {
    const std::string stored = Stored();
    ASSERT_GE(stored.size(), expected_.size());
    EXPECT_TRUE(stored.substr(0, expected_.size()) == expected_);
    EXPECT_EQ(stored.find_first_not_of('\0', expected_.size()), std::string::npos);
  }

  const TemporaryDirectory directory_;
  const std::unique_ptr<Store> store_ = OpenFileStore(directory_.path(), MissingDirectory::kFail).value();
  std::unique_ptr<AppendFile> file_;
  std::string expected_;
};

TEST_F(FileAppenderTest, SmallAppendsNeedNoCallEachUntilSomebodySyncs) {
  const SystemCallsGuard guard;
  const SystemCalls& calls = SystemCalls::Instance();
  for (int i = 0; i < 1000; ++i) Append(std::string(100, static_cast<char>('a' + i % 26)));
  EXPECT_EQ(calls.pwrite_count, 2u);  // Two pieces of zeros.
  ExpectStored();
  ASSERT_EQ(file_->Sync(), Status::Ok());
  for (int i = 0; i < 10; ++i) Append("small");
  EXPECT_EQ(calls.pwrite_count, 12u);
  ExpectStored();
}

TEST_F(FileAppenderTest, TellsTheBytesItPrepared) {
  EXPECT_EQ(file_->bytes_prepared(), 0u);
  Append("first");
  EXPECT_EQ(file_->bytes_prepared(), uint64_t{64} << 10);
  Append(std::string(16 << 10, 'x'));
  EXPECT_EQ(file_->bytes_prepared(), uint64_t{64} << 10);
  for (int i = 0; i < 4; ++i) Append(std::string(16 << 10, 'x'));
  EXPECT_EQ(file_->bytes_prepared(), uint64_t{128} << 10);
}

TEST_F(FileAppenderTest, BetweenLargeAppendsNothingIsPrepared) {
  const std::string large(100'000, 'l');
  Append(large);
  for (int i = 0; i < 10; ++i) {
    Append("small");
    Append(large);
  }
  EXPECT_EQ(file_->bytes_prepared(), 0u);
  EXPECT_TRUE(Stored() == expected_);
  while (file_->bytes_prepared() == 0) Append(std::string(1000, 's'));
  EXPECT_NEAR(static_cast<double>(expected_.size()), 1'100'050 + 65'536, 2000);
  ExpectStored();
}

TEST_F(FileAppenderTest, ASyncOfTheNameAloneLeavesTheWindowToWhatFollows) {
  ASSERT_EQ(file_->Sync(), Status::Ok());
  const SystemCallsGuard guard;
  for (int i = 0; i < 10; ++i) Append("small");
  EXPECT_EQ(SystemCalls::Instance().pwrite_count, 1u);  // Zeros.
}

TEST_F(FileAppenderTest, MapsAgainAfterAMebibyteWithoutASync) {
  Append("first");
  ASSERT_EQ(file_->Sync(), Status::Ok());
  while (expected_.size() < (uint64_t{1} << 20) + 5) Append(std::string(16 << 10, 'x'));
  const SystemCallsGuard guard;
  for (int i = 0; i < 10; ++i) Append("small");
  EXPECT_LE(SystemCalls::Instance().pwrite_count, 1u);
  ExpectStored();
}

TEST_F(FileAppenderTest, FinishGivesBackWhatWasNotUsed) {
  Append("some bytes");
  EXPECT_EQ(Stored().size(), kPiece);
  ASSERT_EQ(file_->Finish(), Status::Ok());
  EXPECT_EQ(Stored(), "some bytes");
  EXPECT_EQ(file_->Append("more").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(file_->Sync(), Status::Ok());
}

TEST_F(FileAppenderTest, WhatADeadProcessAppendedIsThere) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto file = store_->Create("of-the-child", {.size_expected = kExpected}).value();
    for (int i = 0; i < 20'000; ++i) file->Append("0123456789").Check();
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  const std::string stored = ReadOutside(directory_ / "of-the-child");
  ASSERT_GE(stored.size(), 200'000u);
  for (size_t at = 0; at < 200'000; at += 10) ASSERT_EQ(stored.substr(at, 10), "0123456789") << at;
}

TEST_F(FileAppenderTest, AFullDeviceIsFoundByAWriteAndEndsAppending) {
  Append(std::string(kPiece / 8, 'x'));
  SystemCallsGuard calls;
  calls->pwrite_errors = {ENOSPC, ENOSPC};
  for (int i = 1; i < 8; ++i) Append(std::string(kPiece / 8, 'y'));
  const Status status = file_->Append("z");
  EXPECT_EQ(status.code(), StatusCode::kNoSpace);
  EXPECT_EQ(file_->Append("z"), status);
  EXPECT_EQ(file_->Sync(), status);
  EXPECT_EQ(file_->Finish(), status);
  EXPECT_EQ(file_->size(), expected_.size());
  ExpectStored();
}

TEST_F(FileAppenderTest, WhereThereIsNoRoomToPrepareItAppendsAllTheSame) {
  Append(std::string(kPiece / 8, 'x'));
  SystemCallsGuard calls;
  calls->pwrite_errors = {ENOSPC};
  for (int i = 1; i < 20; ++i) Append(std::string(kPiece / 8, 'y'));
  EXPECT_TRUE(Stored() == expected_);
  ASSERT_EQ(file_->Finish(), Status::Ok());
  EXPECT_TRUE(Stored() == expected_);
}

TEST_F(FileAppenderTest, WithoutASizeExpectedNothingIsPrepared) {
  const auto file = store_->Create("plain", {}).value();
  ASSERT_EQ(file->Append("some bytes"), Status::Ok());
  EXPECT_EQ(ReadOutside(directory_ / "plain"), "some bytes");
}

TEST_F(FileAppenderTest, BeyondTheSizeExpectedNothingIsPrepared) {
  while (expected_.size() + 1000 <= kExpected) Append(std::string(1000, 'x'));
  Append(std::string(5000, 'y'));
  ExpectStored();
  EXPECT_LE(Stored().size(), kExpected + kPiece);
  Append("the end");
  ASSERT_EQ(file_->Finish(), Status::Ok());
  EXPECT_TRUE(Stored() == expected_);
}

TEST_F(FileAppenderTest, EverySizeAndOrderOfCallsKeepsAllBytes) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    file_ = store_->Create("seed-" + std::to_string(seed), {.size_expected = kExpected}).value();
    expected_.clear();
    while (expected_.size() < kExpected + kExpected / 4) {
      if (random.OneIn(40)) {
        ASSERT_EQ(file_->Sync(), Status::Ok());
      }
      constexpr std::array<uint64_t, 4> kSizes = {200, 16 << 10, 70'000, 300'000};
      Append(std::string(random.Below(kSizes[random.Below(4)]), static_cast<char>(1 + random.Below(255))));
    }
    const std::string stored = ReadOutside(directory_ / ("seed-" + std::to_string(seed)));
    ASSERT_TRUE(stored.substr(0, expected_.size()) == expected_);
    ASSERT_EQ(file_->Finish(), Status::Ok());
    ASSERT_TRUE(ReadOutside(directory_ / ("seed-" + std::to_string(seed))) == expected_);
  }
}

}  // namespace
}  // namespace logwood
