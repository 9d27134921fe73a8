#include <algorithm>
#include <gtest/gtest.h>
#include <memory>

#include "logwood/database.h"
#include "logwood/testing/simulated_store.h"
#include "tests/crash/queue_runtime.h"

namespace logwood::testing {
namespace {

constexpr CommitOptions kUnsynced = {.sync = Sync::kNo};

// A database whose log holds, behind a synced commit, one of several sectors and a small one.
class LostPage : public ::testing::Test {
 protected:
  LostPage() : device_(runtime_, {.sector_size_bytes = 512}) {
    Database db = Database::Open(device_, {}, runtime_).value();
    Collection users = db.CreateCollection("users").value();
    users.Put("first", "synced").Check();
    const std::vector<std::string> names = device_.List().value();
    log_ = *std::ranges::find_if(names, [](const std::string& name) { return name.ends_with(".log"); });
    large_offset_ = device_.Open(log_).value()->size();
    users.Put("large", std::string(3000, 'x'), kUnsynced).Check();
    users.Put("last", "small", kUnsynced).Check();
    unsynced_ = device_.Clone();
    db.Close().Check();
    synced_ = device_.Clone();
  }

  // The sector in the middle of the large commit.
  [[nodiscard]] uint64_t MiddleSector() const { return (large_offset_ + 1500) / 512 * 512; }

  // After a crash of the unsynced device that lost the middle sector alone.
  std::unique_ptr<SimulatedStore> LoseMiddleSector() {
    const std::vector<PendingItem> items = unsynced_->PendingItems();
    const auto lost = std::ranges::find_if(items, [this](const PendingItem& item) {
      return item.kind == PendingItem::Kind::kSector && item.file == log_ && item.offset == MiddleSector();
    });
    EXPECT_NE(lost, items.end());
    return unsynced_->Crash(CrashChoice::AllBut(static_cast<size_t>(lost - items.begin())));
  }

  // The error of opening `device`, which must name the log and where the large commit begins.
  void ExpectCorruption(SimulatedStore& device) {
    const auto opened = Database::Open(device, {}, runtime_);
    ASSERT_EQ(opened.status().code(), StatusCode::kCorruption);
    const std::string place =
        "log file " + std::to_string(std::stoi(log_)) + " offset " + std::to_string(large_offset_) + ": ";
    EXPECT_NE(opened.status().message().find(place), std::string_view::npos) << opened.status();
    EXPECT_NE(opened.status().message().find("was synced"), std::string_view::npos) << opened.status();
  }

  QueueRuntime runtime_{1};
  SimulatedStore device_;
  std::unique_ptr<SimulatedStore> unsynced_;
  std::unique_ptr<SimulatedStore> synced_;
  std::string log_;
  uint64_t large_offset_ = 0;
};

TEST_F(LostPage, OfAnUnsyncedCommitEndsTheLogBeforeIt) {
  const auto device = LoseMiddleSector();
  Database db = Database::Open(*device, {}, runtime_).value();
  const Collection users = db.OpenCollection("users").value();
  EXPECT_EQ(users.Get("first").value()->ToString(), "synced");
  EXPECT_FALSE(users.Get("large").value().has_value());
  EXPECT_FALSE(users.Get("last").value().has_value());
}

TEST_F(LostPage, BelowTheDurableMarkIsCorruption) {
  const auto device = synced_->Crash(CrashChoice::Everything());
  device->Overwrite(log_, MiddleSector(), std::string(512, '\0')).Check();
  ExpectCorruption(*device);
}

TEST_F(LostPage, LostAsASingleByteBelowTheDurableMarkIsCorruption) {
  const auto device = synced_->Crash(CrashChoice::Everything());
  device->Overwrite(log_, MiddleSector(), "y").Check();
  ExpectCorruption(*device);
}

}  // namespace
}  // namespace logwood::testing
