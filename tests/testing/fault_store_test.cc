#include "logwood/testing/fault_store.h"

#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "logwood/runtime.h"
#include "logwood/testing/simulated_store.h"

namespace logwood::testing {
namespace {

std::string ReadAll(Store& store, const std::string& name) {
  const auto file = store.Open(name).value();
  std::string bytes(file->size(), '?');
  bytes.resize(file->Read(0, std::as_writable_bytes(std::span(bytes))).value());
  return bytes;
}

std::map<std::string, std::string> Contents(Store& store) {
  std::map<std::string, std::string> contents;
  for (const std::string& name : store.List().value()) contents[name] = ReadAll(store, name);
  return contents;
}

// Each kind of call once, in the order of their numbers; returns what each gave.
std::vector<Status> CallEverything(Store& store) {
  std::vector<Status> outcomes;
  auto created = store.Create("new", {});
  outcomes.push_back(created.status());
  auto opened = store.Open("old");
  outcomes.push_back(opened.status());
  outcomes.push_back(store.List().status());
  outcomes.push_back(store.Remove("gone"));
  outcomes.push_back(store.Lock(LockMode::kShared).status());
  if (created.ok()) {
    outcomes.push_back((*created)->Append("new"));
    outcomes.push_back((*created)->Sync());
    outcomes.push_back((*created)->Finish());
  }
  std::byte byte{};
  if (opened.ok()) outcomes.push_back((*opened)->Read(0, std::span(&byte, 1)).status());
  return outcomes;
}

// A store with the files "old" and "gone".
class FaultStoreTest : public ::testing::Test {
 protected:
  FaultStoreTest() {
    inner_->Create("old", {}).value()->Append("old").Check();
    inner_->Create("gone", {}).value()->Append("gone").Check();
  }

  const std::unique_ptr<Store> inner_ = NewMemoryStore();
  FaultStore store_{*inner_};
};

TEST_F(FaultStoreTest, PassesCallsThroughAndCountsThem) {
  for (const Status& outcome : CallEverything(store_)) EXPECT_TRUE(outcome.ok()) << outcome;
  EXPECT_EQ(store_.calls(), 9u);
  EXPECT_EQ(store_.calls({StoreCallKind::kRead}), 1u);
  EXPECT_EQ(store_.calls(kWritingCalls), 5u);
  EXPECT_EQ(Contents(*inner_), (std::map<std::string, std::string>{{"new", "new"}, {"old", "old"}}));
  EXPECT_FALSE(store_.capabilities().survives_process);
  EXPECT_EQ(store_.description(), "memory");
}

TEST_F(FaultStoreTest, FailsEveryKindOfCallOnce) {
  for (uint64_t call = 1; call <= 9; ++call) {
    const std::unique_ptr<Store> inner = NewMemoryStore();
    inner->Create("old", {}).value()->Append("old").Check();
    inner->Create("gone", {}).value()->Append("gone").Check();
    FaultStore store(*inner);
    store.FailAt(call);
    size_t failed_count = 0;
    for (const Status& outcome : CallEverything(store)) {
      if (outcome.ok()) continue;
      ++failed_count;
      EXPECT_EQ(outcome, Status::Io("injected fault"));
    }
    EXPECT_EQ(failed_count, 1u) << "call " << call;
  }
}

TEST_F(FaultStoreTest, FaultBeforeTheEffectHasNone) {
  store_.FailAt(1);
  EXPECT_EQ(store_.Remove("gone").code(), StatusCode::kIo);
  EXPECT_TRUE(inner_->Open("gone").ok());
  EXPECT_TRUE(store_.Remove("gone").ok());
}

TEST_F(FaultStoreTest, FaultAfterTheEffectHasIt) {
  store_.FailAt(1, {.when = FaultWhen::kAfterEffect, .status = Status::NoSpace("full")});
  EXPECT_EQ(store_.Remove("gone"), Status::NoSpace("full"));
  EXPECT_FALSE(inner_->Open("gone").ok());
  store_.FailAt(2, {.when = FaultWhen::kAfterEffect});
  EXPECT_FALSE(store_.Create("new", {}).ok());
  EXPECT_TRUE(inner_->Open("new").ok());
}

TEST_F(FaultStoreTest, FaultHalfwayWritesHalfOfAnAppend) {
  const auto file = store_.Create("new", {}).value();
  ASSERT_TRUE(file->Append("whole").ok());
  store_.FailAt(3, {.when = FaultWhen::kHalfway});
  EXPECT_EQ(file->Append("0123456789").code(), StatusCode::kIo);
  EXPECT_EQ(ReadAll(*inner_, "new"), "whole01234");
  EXPECT_EQ(file->size(), 5u);
}

TEST_F(FaultStoreTest, FaultForEverConcernsItsKindsOnly) {
  store_.FailAt(2, {.how_long = FaultFor::kForEver, .kinds = {StoreCallKind::kOpen}});
  EXPECT_TRUE(store_.Open("old").ok());
  EXPECT_TRUE(store_.List().ok());
  EXPECT_FALSE(store_.Open("old").ok());
  EXPECT_TRUE(store_.List().ok());
  EXPECT_FALSE(store_.Open("old").ok());
  store_.Heal();
  EXPECT_TRUE(store_.Open("old").ok());
}

TEST_F(FaultStoreTest, FailedAppendEndsAppending) {
  const auto file = store_.Create("new", {}).value();
  store_.FailAt(1, {.kinds = {StoreCallKind::kAppend}});
  EXPECT_FALSE(file->Append("lost").ok());
  EXPECT_FALSE(file->Append("more").ok());
  EXPECT_EQ(ReadAll(*inner_, "new"), "");
}

TEST_F(FaultStoreTest, FailedSyncFailsForEverThroughEveryHandle) {
  const auto file = store_.Create("new", {}).value();
  store_.FailAt(1, {.status = Status::Io("bad sector"), .kinds = {StoreCallKind::kSync}});
  EXPECT_EQ(file->Sync(), Status::Io("bad sector"));
  EXPECT_EQ(file->Sync(), Status::Io("bad sector"));
  EXPECT_EQ(store_.Open("new").value()->Sync(), Status::Io("bad sector"));
  EXPECT_TRUE(store_.Open("old").value()->Sync().ok());
}

TEST_F(FaultStoreTest, StoppedStoreDoesNothingAnyMore) {
  const auto file = store_.Create("new", {}).value();
  ASSERT_TRUE(file->Append("before").ok());
  store_.StopAt(3);
  EXPECT_EQ(file->Append("after"), Status::Io("stopped"));
  EXPECT_EQ(file->Sync(), Status::Io("stopped"));
  for (const Status& outcome : CallEverything(store_)) EXPECT_EQ(outcome, Status::Io("stopped"));
  EXPECT_EQ(Contents(*inner_),
            (std::map<std::string, std::string>{{"gone", "gone"}, {"new", "before"}, {"old", "old"}}));
}

TEST_F(FaultStoreTest, PowerCutLeavesWhatWasSynced) {
  const auto file = store_.Create("new", {}).value();
  ASSERT_TRUE(file->Append("synced").ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(file->Append("pending").ok());
  const auto nameless = store_.Create("nameless", {}).value();
  ASSERT_TRUE(nameless->Append("pending").ok());
  ASSERT_TRUE(store_.Remove("gone").ok());
  const auto survivors = store_.SurvivorsOf().value();
  EXPECT_EQ(Contents(*survivors), (std::map<std::string, std::string>{{"new", "synced"}, {"old", "old"}}));
  EXPECT_EQ(ReadAll(store_, "new"), "syncedpending");
}

TEST_F(FaultStoreTest, SyncThatDidNotReturnOkSavesNothing) {
  const auto file = store_.Create("new", {}).value();
  ASSERT_TRUE(file->Append("pending").ok());
  store_.FailAt(1, {.when = FaultWhen::kAfterEffect, .kinds = {StoreCallKind::kSync}});
  ASSERT_FALSE(file->Sync().ok());
  EXPECT_FALSE(store_.SurvivorsOf().value()->Open("new").ok());
}

TEST_F(FaultStoreTest, SyncByAReaderSaves) {
  {
    store_.Create("new", {}).value()->Append("bytes").Check();
  }
  ASSERT_TRUE(store_.Open("new").value()->Sync().ok());
  EXPECT_EQ(ReadAll(*store_.SurvivorsOf().value(), "new"), "bytes");
}

TEST_F(FaultStoreTest, SurvivorsOfAStoppedStoreCanBeHad) {
  const auto file = store_.Create("new", {}).value();
  ASSERT_TRUE(file->Append("synced").ok());
  ASSERT_TRUE(file->Sync().ok());
  store_.StopAt(4);
  EXPECT_FALSE(file->Append("late").ok());
  EXPECT_EQ(ReadAll(*store_.SurvivorsOf().value(), "new"), "synced");
}

TEST_F(FaultStoreTest, IsFullAtItsCapacityUntilSomethingIsRemoved) {
  const auto first = store_.Create("first", {}).value();
  ASSERT_TRUE(first->Append("12345").ok());
  store_.SetCapacity(2 * 4096 + 100);
  const auto second = store_.Create("second", {}).value();
  EXPECT_EQ(second->Append(std::string(5000, 's')).code(), StatusCode::kNoSpace);
  EXPECT_EQ(store_.bytes_used(), 8192u);
  EXPECT_EQ(ReadAll(store_, "second"), std::string(4096, 's'));
  EXPECT_EQ(second->Append("d").code(), StatusCode::kNoSpace) << "a file that failed takes no more";
  ASSERT_TRUE(store_.Remove("second").ok());
  EXPECT_EQ(store_.bytes_used(), 4096u);
  EXPECT_TRUE(first->Append(std::string(8000, 'f')).ok());
  EXPECT_TRUE(first->Append("a block's rest").ok());
  EXPECT_EQ(first->Append(std::string(4096, 'f')).code(), StatusCode::kNoSpace);
  store_.SetCapacity(UINT64_MAX);
  EXPECT_TRUE(store_.Create("third", {}).value()->Append("more").ok());
}

// The device agrees: what the wrapper calls synced is what the model of a device keeps when it loses all it may.
TEST(FaultStore, AgreesWithTheSimulatedDevice) {
  SimulatedStore device(Runtime::Default());
  FaultStore store(device);
  for (int i = 0; i < 5; ++i) {
    const auto file = store.Create("file-" + std::to_string(i), {}).value();
    for (int append = 0; append < 5; ++append) {
      ASSERT_TRUE(file->Append(std::string(300, static_cast<char>('a' + append))).ok());
      if (append >= i) continue;
      ASSERT_TRUE(file->Sync().ok());
    }
  }
  const auto survivors = store.SurvivorsOf().value();
  EXPECT_EQ(Contents(*survivors), Contents(*device.Crash(CrashChoice::Nothing())));
}

}  // namespace
}  // namespace logwood::testing
