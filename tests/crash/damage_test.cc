#include <algorithm>
#include <gtest/gtest.h>
#include <iostream>

#include "base/status_macros.h"
#include "logwood/testing/simulated_store.h"
#include "tests/crash/history.h"
#include "tests/crash/queue_runtime.h"

namespace logwood::testing {
namespace {

Result<DatabaseContents> OpenAndRead(SimulatedStore& device, QueueRuntime& runtime) {
  LOGWOOD_ASSIGN_OR_RETURN(const Database db, Database::Open(device, {.mode = OpenMode::kOpen}, runtime));
  return ReadAll(db);
}

std::string ReadFile(SimulatedStore& device, const std::string& name) {
  const auto file = device.Open(name).value();
  std::string bytes(file->size(), '\0');
  EXPECT_EQ(file->Read(0, std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
  return bytes;
}

// What damaged files do to a database that was closed: its last mark covers every byte of its log.
class DamagedDatabase : public ::testing::Test {
 protected:
  DamagedDatabase() : device_(runtime_) {}

  void Prepare(void (History::*history_form)()) {
    History history({device_, runtime_, ledger_}, 1);
    (history.*history_form)();
    EXPECT_EQ(history.failure(), Status::Ok());
    names_ = device_.List().value();
    std::ranges::sort(names_);
  }

  // Opens a copy of the database with other bytes in a file; what is read must be right, or nothing.
  void DamageAndOpen(const std::string& name, uint64_t offset, const std::string& bytes) {
    const auto damaged = device_.Crash(CrashChoice::Everything());
    ASSERT_EQ(damaged->Overwrite(name, offset, bytes), Status::Ok());
    const auto contents = OpenAndRead(*damaged, runtime_);
    ++damage_count_;
    if (contents.ok()) {
      EXPECT_EQ(*contents, ledger_.Now()) << name << " offset " << offset;
      return;
    }
    ++found_count_;
    EXPECT_TRUE(contents.status().code() == StatusCode::kCorruption ||
                contents.status().code() == StatusCode::kUnsupported)
        << name << " offset " << offset << ": " << contents.status();
  }

  void DamageEveryByte() {
    for (const std::string& name : names_) {
      const std::string bytes = ReadFile(device_, name);
      for (size_t offset = 0; offset < bytes.size() && !HasFailure(); ++offset) {
        for (const int flipped : {0x01, 0x80}) {
          DamageAndOpen(name, offset, std::string(1, static_cast<char>(bytes[offset] ^ flipped)));
        }
      }
    }
    std::cout << "files: " << names_.size() << ", damages: " << damage_count_ << ", found: " << found_count_ << "\n";
  }

  QueueRuntime runtime_{1};
  Ledger ledger_;
  SimulatedStore device_;
  std::vector<std::string> names_;
  int damage_count_ = 0;
  int found_count_ = 0;
};

TEST_F(DamagedDatabase, OfTreesGivesAnErrorOrTheRightAnswerWhateverByteIsChanged) {
  Prepare(&History::PrepareMerging);
  DamageEveryByte();
}

TEST_F(DamagedDatabase, OfLogsGivesAnErrorOrTheRightAnswerWhateverByteIsChanged) {
  Prepare(&History::PrepareLogs);
  DamageEveryByte();
}

}  // namespace
}  // namespace logwood::testing
