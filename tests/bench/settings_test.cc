#include "tools/bench/settings.h"

#include <gtest/gtest.h>
#include <string>

#include "tools/bench/operations.h"

namespace logwood::bench {
namespace {

std::string MessageOf(const Settings& settings) {
  const Status status = settings.Check();
  EXPECT_TRUE(status.ok() || status.code() == StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

TEST(Settings, AreFineAsTheyAre) { EXPECT_EQ(MessageOf({}), ""); }

TEST(Settings, NameWhatThereIsForABenchmarkThatThereIsNot) {
  const std::string message = MessageOf({.benchmarks = {"fillseq", "nope"}});
  EXPECT_NE(message.find("\"nope\""), std::string::npos) << message;
  for (const Operation& operation : Operations()) {
    EXPECT_NE(message.find(operation.name), std::string::npos) << operation.name;
  }
  EXPECT_NE(MessageOf({.benchmarks = {}}), "");
}

TEST(Settings, HaveRanges) {
  EXPECT_EQ(MessageOf({.num = 0}), "--num is 0: give 1 to 4294967296");
  EXPECT_EQ(MessageOf({.value_size_bytes = 16'777'217}), "--value_size is 16777217: give 0 to 16777216");
  EXPECT_EQ(MessageOf({.threads = 257}), "--threads is 257: give 1 to 256");
  EXPECT_EQ(MessageOf({.batch = 0}), "--batch is 0: give 1 to 1000000");
  EXPECT_EQ(MessageOf({.memtable_size_bytes = 511}), "--memtable is 511: give 512 to 4294967296");
  EXPECT_NE(MessageOf({.reads = UINT64_MAX}), "");
  EXPECT_NE(MessageOf({.memory_budget_bytes = UINT64_MAX}), "");
}

TEST(Settings, SyncNothingWithoutALog) {
  EXPECT_EQ(MessageOf({.benchmarks = {"fillseq"}, .log = LogMode::kOff}), "");
  EXPECT_NE(MessageOf({.benchmarks = {"fillsync"}, .log = LogMode::kOff}), "");
  EXPECT_NE(MessageOf({.log = LogMode::kOff, .sync = true}), "");
}

TEST(Settings, WantRoomForTheLargestIndexInAKey) {
  EXPECT_EQ(MessageOf({.num = 1000, .key_size_bytes = 3}), "");
  EXPECT_EQ(MessageOf({.num = 1001, .key_size_bytes = 3}), "--key_size is 3: give 4 to 4096");
  EXPECT_EQ(MessageOf({.num = 10, .key_size_bytes = 7, .keys = KeyForm::kRandom}), "--key_size is 7: give 8 to 4096");
  EXPECT_NE(MessageOf({.key_size_bytes = 4097}), "");
}

TEST(Settings, KeepABatchWithinWhatACommitTakes) {
  const Settings settings{.value_size_bytes = kValueSizeMax, .batch = 64};
  EXPECT_LT(settings.batch_max() * settings.value_size_bytes, kBatchSizeMax);
  EXPECT_EQ(MessageOf(settings), "--batch is 64: give 1 to 31");
}

TEST(Settings, ReadAsManyAsTheyWriteUnlessTold) {
  EXPECT_EQ(Settings({.num = 7}).read_count(), 7u);
  EXPECT_EQ(Settings({.num = 7, .reads = 3}).read_count(), 3u);
}

}  // namespace
}  // namespace logwood::bench
