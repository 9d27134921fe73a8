#include "tools/stress/stress.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "logwood/testing/temporary_directory.h"
#include "tests/tools/command.h"
#include "tools/stress/entry_bytes.h"
#include "tools/stress/generator.h"
#include "tools/stress/model.h"
#include "tools/stress/operation.h"

namespace logwood::stress {
namespace {

using testing::CommandEnd;
using testing::RunCommand;
using testing::TemporaryDirectory;

const Settings kSmall{.threads = 2, .collections = 2, .keys = 200};

std::vector<Operation> FirstOf(const Settings& settings, uint32_t life, uint32_t lane) {
  Generator generator(settings, life, lane);
  std::vector<Operation> operations;
  for (int i = 0; i < 2000; ++i) operations.push_back(generator.Next());
  return operations;
}

TEST(StressGenerator, DrawsTheSameForASeedAndOtherwiseNot) {
  const Settings other{.seed = 2, .threads = 2, .collections = 2, .keys = 200};
  const auto encoded = [](const std::vector<Operation>& operations) {
    std::string bytes;
    for (const Operation& operation : operations) bytes += operation.ToString() + Encode(operation);
    return bytes;
  };
  const std::string first = encoded(FirstOf(kSmall, 1, 0));
  EXPECT_TRUE(first == encoded(FirstOf(kSmall, 1, 0)));
  EXPECT_FALSE(first == encoded(FirstOf(kSmall, 2, 0)));
  EXPECT_FALSE(first == encoded(FirstOf(kSmall, 1, 1)));
  EXPECT_FALSE(first == encoded(FirstOf(other, 1, 0)));
}

TEST(StressGenerator, WritesKeysOfItsOwnLaneOnly) {
  for (uint32_t lane = 0; lane < kSmall.threads; ++lane) {
    for (const Operation& operation : FirstOf(kSmall, 1, lane)) {
      for (const Write& write : operation.writes) {
        EXPECT_EQ(LaneOf(kSmall, write.key), lane);
        EXPECT_EQ(LaneOf(kSmall, write.keys_end() - 1), lane);
        EXPECT_TRUE(lane == 0 || write.collection < kSmall.collections);
      }
    }
  }
}

TEST(StressEntry, IsReadBackFromItsBytesAlone) {
  for (const uint32_t key : {0u, 1u, 7u, 99'999'999u}) {
    const uint64_t id = OperationId{.life = 3, .lane = 1, .number = key + 5}.Packed();
    const std::string value = ValueOf({.collection = 1, .key = key}, id);
    const FoundEntry entry = ReadEntry(1, KeyOf(key), value).value();
    EXPECT_EQ(entry.key, key);
    EXPECT_EQ(entry.id, id);
    EXPECT_FALSE(ReadEntry(2, KeyOf(key), value).ok());
    EXPECT_FALSE(ReadEntry(1, KeyOf(key + 1), value).ok());
    EXPECT_FALSE(ReadEntry(1, KeyOf(key), value + "x").ok());
    EXPECT_FALSE(ReadEntry(1, "stranger", value).ok());
  }
}

// A model to which a test tells what a database answered.
class StressModel : public ::testing::Test {
 protected:
  StressModel() {
    model_.BeginLife(1);
    for (const uint32_t collection : {0u, 1u}) {
      Accept({.kind = OperationKind::kEnsure, .collection = collection}, {});
    }
  }

  Operation Numbered(Operation operation) {
    operation.id = {.life = 1, .lane = 0, .number = ++number_};
    return operation;
  }
  void Accept(const Operation& operation, const Reply& reply) {
    const auto violation = model_.Judge(operation, reply);
    EXPECT_FALSE(violation) << violation->what << ": " << violation->where;
  }
  // What a scan of a collection over the keys 0 to 10 finds wrong.
  std::optional<Violation> Scan(uint32_t collection, std::vector<FoundEntry> entries) {
    return model_.Judge(Numbered({.kind = OperationKind::kScan, .collection = collection, .begin = 0, .end = 10}),
                        {.entries = std::move(entries)});
  }
  Operation Batch() {
    return Numbered(
        {.kind = OperationKind::kWrite, .writes = {{.collection = 0, .key = 3}, {.collection = 1, .key = 4}}});
  }

  Model model_{kSmall};
  uint32_t number_ = 0;
};

TEST_F(StressModel, KnowsWhatWasAcknowledged) {
  const Operation batch = Batch();
  Accept(batch, {});
  EXPECT_FALSE(Scan(0, {{0, 3, batch.id.Packed()}}));
  EXPECT_EQ(Scan(0, {})->what, "an entry is gone");
  EXPECT_EQ(Scan(0, {{0, 3, 1}})->what, "an entry is not the last that was acknowledged");
  EXPECT_TRUE(Scan(0, {{0, 3, batch.id.Packed()}, {0, 5, batch.id.Packed()}}));
  EXPECT_TRUE(Scan(0, {{0, 3, batch.id.Packed()}, {0, 3, batch.id.Packed()}}));
  EXPECT_TRUE(Scan(0, {{0, 11, batch.id.Packed()}}));
}

TEST_F(StressModel, KnowsWhatARangeDeletes) {
  const Operation batch = Batch();
  Accept(batch, {});
  Accept(Numbered(
             {.kind = OperationKind::kWrite, .writes = {{.collection = 0, .key = 1, .deletes = true, .range_end = 3}}}),
         {});
  EXPECT_FALSE(Scan(0, {{0, 3, batch.id.Packed()}}));
  const Operation range =
      Numbered({.kind = OperationKind::kWrite, .writes = {{.collection = 0, .deletes = true, .range_end = 4}}});
  model_.Doubt(range);
  EXPECT_FALSE(Scan(0, {}));
  EXPECT_EQ(model_.SettleDoubts().applied, 1u);
  EXPECT_TRUE(Scan(0, {{0, 3, batch.id.Packed()}}));
}

TEST_F(StressModel, AllowsWhatIsInDoubtAsAWholeOrNotAtAll) {
  for (const bool is_applied : {false, true}) {
    const Operation batch = Batch();
    model_.Doubt(batch);
    const auto entries_of = [&](uint32_t collection, uint32_t key) {
      return is_applied ? std::vector<FoundEntry>{{collection, key, batch.id.Packed()}} : std::vector<FoundEntry>{};
    };
    EXPECT_FALSE(Scan(0, entries_of(0, 3)));
    EXPECT_FALSE(Scan(1, entries_of(1, 4)));
    EXPECT_EQ(model_.SettleDoubts().applied, is_applied ? 1u : 0u);
    EXPECT_FALSE(Scan(0, entries_of(0, 3)));
    EXPECT_EQ(Scan(0, {}).has_value(), is_applied);
  }
}

TEST_F(StressModel, NoticesAHalfBatch) {
  const Operation batch = Batch();
  model_.Doubt(batch);
  EXPECT_FALSE(Scan(0, {{0, 3, batch.id.Packed()}}));
  EXPECT_EQ(Scan(1, {})->what, "an operation was applied in part");
}

TEST_F(StressModel, NoticesACollectionThatIsGoneOrCameBack) {
  const Reply absent{.result = Reply::Result::kAbsent};
  const Operation scan = Numbered({.kind = OperationKind::kScan, .collection = 1, .begin = 0, .end = 10});
  EXPECT_TRUE(model_.Judge(scan, absent));
  Accept(Numbered({.kind = OperationKind::kDrop, .collection = 1}), {});
  Accept(scan, absent);
  EXPECT_TRUE(Scan(1, {}));
  model_.Doubt(Numbered({.kind = OperationKind::kEnsure, .collection = 1}));
  EXPECT_FALSE(Scan(1, {}));
  EXPECT_TRUE(model_.Judge(scan, absent));
}

Reply BankWith(std::vector<FoundEntry> entries) { return {.entries = std::move(entries)}; }

TEST_F(StressModel, KnowsWhatTransfersLeave) {
  const Operation transfer = Numbered({.kind = OperationKind::kTransfer, .begin = 3, .end = 5, .amount = 10});
  const Operation look = Numbered({.kind = OperationKind::kReadBank});
  model_.SetChecking(true);
  Accept(look, BankWith({}));
  Accept(transfer, {});
  const uint64_t id = transfer.id.Packed();
  Accept(look, BankWith({{0, 3, kAmountAtFirst - 10}, {0, 5, kAmountAtFirst + 10}, {0, kAccounts, id}}));
  EXPECT_EQ(model_.Judge(look, BankWith({}))->what, "a transfer is gone, or came back");
  EXPECT_EQ(model_.Judge(look, BankWith({{0, 3, kAmountAtFirst - 10}, {0, kAccounts, id}}))->what,
            "money was made or lost");
  EXPECT_EQ(
      model_.Judge(look, BankWith({{0, 4, kAmountAtFirst - 10}, {0, 5, kAmountAtFirst + 10}, {0, kAccounts, id}}))
          ->what,
      "an account has not what transfers left there");
}

TEST_F(StressModel, AllowsATransferInDoubtAsAWholeOrNotAtAll) {
  const Operation transfer = Numbered({.kind = OperationKind::kTransfer, .begin = 3, .end = 5, .amount = 10});
  const Operation look = Numbered({.kind = OperationKind::kReadBank});
  const uint64_t id = transfer.id.Packed();
  const Reply made = BankWith({{0, 3, kAmountAtFirst - 10}, {0, 5, kAmountAtFirst + 10}, {0, kAccounts, id}});
  model_.SetChecking(true);
  model_.Doubt(transfer);
  Accept(look, BankWith({}));
  EXPECT_EQ(model_.SettleDoubts().not_applied, 1u);
  EXPECT_TRUE(model_.Judge(look, made));
  model_.Doubt(transfer);
  EXPECT_TRUE(model_.Judge(look, BankWith({{0, kAccounts, id}})));
  Accept(look, made);
  EXPECT_EQ(model_.SettleDoubts().applied, 1u);
  Accept(look, made);
}

TEST_F(StressModel, NoticesAViewThatChanges) {
  Operation view = Numbered({.kind = OperationKind::kTakeView, .collection = 0, .begin = 0, .end = 10});
  Accept(view, {});
  const Operation batch = Batch();
  Accept(batch, {});
  view.kind = OperationKind::kReadView;
  Accept(view, {});
  EXPECT_EQ(model_.Judge(view, {.entries = {{0, 3, batch.id.Packed()}}})->what, "a view does not give the same again");
  EXPECT_EQ(model_.Judge(view, {.marks = {{0, 200, batch.id.Packed()}}})->what, "a view shows a part of a batch");
}

// Runs that end soon, with a fault that a test puts in. No test opens a database in this process: that starts threads,
// which a child that is forked later would not have.
class StressRun : public ::testing::Test {
 protected:
  Report Run() {
    Stress stress(path_, settings_, interrupted_, nullptr);
    return stress.Run().value();
  }
  void ExpectViolation() {
    const Report report = Run();
    ASSERT_TRUE(report.violation);
    EXPECT_FALSE(report.violation->where.empty());
    EXPECT_FALSE(report.violation->expected.empty());
    EXPECT_FALSE(report.violation->found.empty());
    EXPECT_TRUE(std::filesystem::exists(path_));
  }
  // The newest file with that ending, of more than `size_min` bytes; empty where there is none.
  static std::filesystem::path Newest(const std::string& directory, const std::string& ending, uintmax_t size_min) {
    std::filesystem::path newest;
    if (!std::filesystem::exists(directory)) return newest;
    for (const auto& file : std::filesystem::directory_iterator(directory)) {
      if (file.path().extension() == ending && file.file_size() > size_min && file.path() > newest) {
        newest = file.path();
      }
    }
    return newest;
  }

  TemporaryDirectory directory_;
  std::string path_ = (directory_.path() / "data").string();
  Settings settings_{.seconds = 20, .seed = 7, .threads = 2, .keys = 500};
  std::atomic<bool> interrupted_ = false;
};

TEST_F(StressRun, KeepsAllPromises) {
  settings_.seconds = 3;
  settings_.threads = 3;
  const Report report = Run();
  EXPECT_FALSE(report.violation) << report.violation->what << ": " << report.violation->where << "; expected "
                                 << report.violation->expected << "; found " << report.violation->found;
  EXPECT_GT(report.figures.lives, 1u);
  EXPECT_GT(report.figures.acknowledged, 0u);
  EXPECT_GT(report.figures.compared, 0u);
  EXPECT_EQ(report.figures.lives, report.figures.kills + report.figures.closes);
  EXPECT_EQ(RunCommand({"verify", path_}).exit_code, 0);
}

TEST_F(StressRun, FindsAnAcknowledgedWriteThatIsLost) {
  settings_.before_operation = [](Operation& operation) {
    if (operation.kind == OperationKind::kWrite && operation.id.number % 50 == 0) operation.writes.clear();
  };
  ExpectViolation();
}

TEST_F(StressRun, FindsAHalfBatch) {
  settings_.before_operation = [](Operation& operation) {
    if (operation.kind == OperationKind::kWrite && operation.writes.size() > 2) operation.writes.pop_back();
  };
  ExpectViolation();
}

TEST_F(StressRun, FindsATransferThatIsLost) {
  settings_.before_operation = [](Operation& operation) {
    if (operation.kind == OperationKind::kTransfer && operation.id.number % 20 == 0) operation.amount = 0;
  };
  ExpectViolation();
}

TEST_F(StressRun, FindsATruncatedLog) {
  settings_.between_lives = [](const std::string& path) {
    if (const auto log = Newest(path, ".log", 4096); !log.empty()) std::filesystem::resize_file(log, 64);
  };
  ExpectViolation();
}

TEST_F(StressRun, FindsAByteThatWasFlipped) {
  settings_.between_lives = [](const std::string& path) {
    const auto tree = Newest(path, ".tree", 4096);
    if (tree.empty()) return;
    std::fstream file(tree, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(1000);
    const auto byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(1000);
    file.put(byte);
  };
  ExpectViolation();
}

TEST_F(StressRun, FindsAChildThatDies) {
  settings_.before_operation = [](Operation& operation) {
    if (operation.kind == OperationKind::kGet && operation.id.number > 300) std::_Exit(3);
  };
  const Report report = Run();
  ASSERT_TRUE(report.violation);
  EXPECT_EQ(report.violation->what, "the child died");
  EXPECT_EQ(report.violation->found, "it ended with exit code 3");
}

TEST_F(StressRun, ChecksOnceMoreWhenInterrupted) {
  interrupted_ = true;
  const Report report = Run();
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.figures.lives, 1u);
  EXPECT_EQ(report.figures.checks, 1u);
}

class StressVerb : public ::testing::Test {
 protected:
  CommandEnd Stress(std::vector<std::string> options) {
    options.insert(options.begin(), {"stress", path_});
    return RunCommand(options);
  }

  TemporaryDirectory directory_;
  std::string path_ = (directory_.path() / "data").string();
};

TEST_F(StressVerb, TellsWhatItDid) {
  const CommandEnd end = Stress({"--seconds=1.2", "--seed=7", "--keys=300"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with("seed 7, 4 threads")) << end.out;
  EXPECT_NE(end.out.find("operations/s"), std::string::npos) << end.out;
  EXPECT_TRUE(end.out.ends_with("All promises were kept.\n")) << end.out;
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(StressVerb, ShowsJsonAndRemovesItsDirectory) {
  const CommandEnd end = Stress({"--seconds=0.5", "--seed=8", "--keys=300", "--json", "--remove"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  const auto object = nlohmann::json::parse(end.out);
  EXPECT_EQ(object.at("seed"), 8);
  EXPECT_TRUE(object.at("violation").is_null());
  EXPECT_GT(object.at("operations"), 0);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(StressVerb, RefusesWhatItCannotDo) {
  EXPECT_NE(Stress({"--threads=0"}).err.find("--threads is 0: give 1 to 64"), std::string::npos);
  EXPECT_NE(Stress({"--keys=10"}).err.find("--keys is 10: give 256 to"), std::string::npos);
  EXPECT_EQ(Stress({"--seed=-1"}).exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_EQ(RunCommand({"create", path_}).exit_code, 0);
  const CommandEnd refused = Stress({"--seconds=1"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("not empty"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace logwood::stress
