#include <gtest/gtest.h>
#include <iostream>
#include <optional>

#include "base/status_macros.h"
#include "logwood/runtime.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulated_store.h"
#include "tests/manifest/manifest_fixture.h"

namespace logwood {
namespace {

using testing::CollectionEdit;
using testing::CrashChoice;
using testing::EpochEdit;
using testing::FaultFor;
using testing::FaultStore;
using testing::FaultWhen;
using testing::IdentityOf;
using testing::LargeEdit;
using testing::NewState;
using testing::SimulatedStore;
using testing::StoreCallKind;

// What may be found after a crash: the state before the step under way, or the one after it. None: no database.
struct Expected {
  std::optional<ManifestState> before;
  std::optional<ManifestState> after;
};

// Everything that is done with manifests, step by step: created, appended to, gone over to a next file, opened by a
// next process and gone on with.
class History {
 public:
  History(Store& store, const KindRegistry& kinds, uint32_t large_count, Expected& expected)
      : store_(store), kinds_(kinds), large_count_(large_count), expected_(expected) {}

  // Stops at the first error.
  Status Run() {
    LOGWOOD_RETURN_IF_ERROR(Create());
    LOGWOOD_RETURN_IF_ERROR(Append(CollectionEdit(1)));
    LOGWOOD_RETURN_IF_ERROR(Append(LargeEdit(2, large_count_)));
    LOGWOOD_RETURN_IF_ERROR(manifest_->Rollover(FileNumber(2), IdentityOf(2).id));
    LOGWOOD_RETURN_IF_ERROR(store_.Remove(testing::ManifestName(1)));
    LOGWOOD_RETURN_IF_ERROR(Append(CollectionEdit(500)));
    LOGWOOD_RETURN_IF_ERROR(Continue(3));
    LOGWOOD_RETURN_IF_ERROR(store_.Remove(testing::ManifestName(2)));
    LOGWOOD_RETURN_IF_ERROR(Append(CollectionEdit(501)));
    LOGWOOD_RETURN_IF_ERROR(Succeed(4));
    LOGWOOD_RETURN_IF_ERROR(store_.Remove(testing::ManifestName(3)));
    return Append(CollectionEdit(502));
  }

 private:
  Status Create() {
    expected_.after = NewState();
    LOGWOOD_ASSIGN_OR_RETURN(manifest_, Manifest::Create(store_, IdentityOf(1), NewState(), kinds_));
    expected_.before = expected_.after;
    return Status::Ok();
  }

  Status Append(const ManifestEdit& edit) {
    LOGWOOD_RETURN_IF_ERROR(expected_.after->Apply(edit, kinds_));
    const Status status = manifest_->Append(edit);
    if (!status.ok()) {
      EXPECT_EQ(manifest_->Append(edit), status);
      return status;
    }
    expected_.before = expected_.after;
    return Status::Ok();
  }

  Status Continue(uint64_t number) {
    manifest_.reset();
    LOGWOOD_ASSIGN_OR_RETURN(const auto loaded, Manifest::Load(store_, kinds_, nullptr));
    EXPECT_EQ(loaded.state, *expected_.before);
    const ManifestEdit edit = EpochEdit(loaded.state.epoch + 1);
    LOGWOOD_RETURN_IF_ERROR(expected_.after->Apply(edit, kinds_));
    LOGWOOD_ASSIGN_OR_RETURN(manifest_, Manifest::Continue(store_, loaded, IdentityOf(number), edit, kinds_));
    expected_.before = expected_.after;
    return Status::Ok();
  }

  Status Succeed(uint64_t number) {
    const ManifestEdit edit{.file_numbers_reserved = FileNumber(200)};
    LOGWOOD_RETURN_IF_ERROR(expected_.after->Apply(edit, kinds_));
    LOGWOOD_ASSIGN_OR_RETURN(manifest_, manifest_->Successor(FileNumber(number), IdentityOf(number).id, edit));
    expected_.before = expected_.after;
    return Status::Ok();
  }

  Store& store_;
  const KindRegistry& kinds_;
  uint32_t large_count_;
  Expected& expected_;
  std::unique_ptr<Manifest> manifest_;
};

// Crashes a store at every call and looks at what is found.
class CrashChecker {
 public:
  explicit CrashChecker(const KindRegistry& kinds) : kinds_(kinds) {}

  // Watches `store` from now on; `depth` crashes follow upon one another.
  void Watch(SimulatedStore& store, const Expected& expected, int depth) {
    store.SetCallObserver([this, &store, &expected, depth](const testing::StoreCall& call) {
      SCOPED_TRACE("call " + std::to_string(call.index) + " " + std::string(ToString(call.kind)) + ", depth " +
                   std::to_string(depth));
      CrashInEveryWay(store, expected, depth);
    });
  }

  [[nodiscard]] uint64_t crash_count() const { return crash_count_; }

 private:
  static constexpr uint64_t kDrawnCount = 4;

  void CrashInEveryWay(const SimulatedStore& store, const Expected& expected, int depth) {
    Crash(store, CrashChoice::Nothing(), expected, depth);
    Crash(store, CrashChoice::Everything(), expected, depth);
    const size_t pending = store.PendingItems().size();
    for (size_t item = 0; item < pending; ++item) {
      Crash(store, CrashChoice::Only(item), expected, 1);
      Crash(store, CrashChoice::AllBut(item), expected, 1);
    }
    for (uint64_t seed = 0; seed < kDrawnCount; ++seed) Crash(store, CrashChoice::Drawn(seed), expected, 1);
  }

  void Crash(const SimulatedStore& store, const CrashChoice& choice, const Expected& expected, int depth) {
    ++crash_count_;
    const auto crashed = store.Crash(choice);
    std::vector<FileNumber> unfinished;
    const auto loaded = Manifest::Load(*crashed, kinds_, &unfinished);
    if (!loaded.ok()) {
      EXPECT_EQ(loaded.status().code(), StatusCode::kNotFound) << loaded.status();
      EXPECT_FALSE(expected.before) << loaded.status();
      return CreateAnew(*crashed, unfinished);
    }
    EXPECT_TRUE(loaded->state == expected.before || loaded->state == expected.after);
    GoOn(*crashed, *loaded, depth - 1);
  }

  void CreateAnew(SimulatedStore& store, const std::vector<FileNumber>& unfinished) {
    const Manifest::Identity identity = IdentityOf(testing::FreeNumber(store), DatabaseId(7));
    const auto manifest = Manifest::Create(store, identity, NewState(), kinds_);
    EXPECT_EQ(manifest.status(), Status::Ok());
    for (const FileNumber number : unfinished) EXPECT_EQ(store.Remove(FileName(number, FileType::kManifest)), Status());
    ExpectLoads(store, NewState());
  }

  void GoOn(SimulatedStore& store, const Manifest::Loaded& loaded, int depth) {
    const ManifestEdit edit = EpochEdit(loaded.state.epoch + 1);
    Expected expected{loaded.state, loaded.state};
    EXPECT_EQ(expected.after->Apply(edit, kinds_), Status::Ok());
    const Manifest::Identity identity = IdentityOf(testing::FreeNumber(store));
    if (depth > 0) Watch(store, expected, depth);
    const auto manifest = Manifest::Continue(store, loaded, identity, edit, kinds_);
    EXPECT_EQ(manifest.status(), Status::Ok());
    store.SetCallObserver(nullptr);
    for (const FileNumber number : loaded.leftovers) {
      EXPECT_EQ(store.Remove(FileName(number, FileType::kManifest)), Status());
    }
    ExpectLoads(store, *expected.after);
    EXPECT_TRUE(store.violations().empty());
  }

  void ExpectLoads(Store& store, const ManifestState& state) {
    const auto loaded = Manifest::Load(store, kinds_, nullptr);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->state, state);
  }

  const KindRegistry& kinds_;
  uint64_t crash_count_ = 0;
};

void CrashEverywhere(const testing::SimulatedStoreOptions& options, uint32_t large_count, int depth) {
  const KindRegistry kinds = testing::ToyKinds();
  SimulatedStore store(Runtime::Default(), options);
  Expected expected;
  CrashChecker checker(kinds);
  checker.Watch(store, expected, depth);
  EXPECT_EQ(History(store, kinds, large_count, expected).Run(), Status::Ok());
  EXPECT_TRUE(store.violations().empty());
  EXPECT_EQ(expected.before->epoch, 2u);
  std::cout << store.calls() << " calls, " << checker.crash_count() << " crashes\n";
}

TEST(ManifestCrash, FindsTheStateBeforeOrAfterWithSmallSectors) {
  CrashEverywhere({.sector_size_bytes = 128, .stale = testing::StaleBytes::kZeros}, 3, 1);
}

TEST(ManifestCrash, FindsTheStateBeforeOrAfterAmongGarbage) {
  CrashEverywhere({.sector_size_bytes = 128, .stale = testing::StaleBytes::kGarbage, .stale_seed = 3}, 3, 1);
}

TEST(ManifestCrash, FindsTheStateBeforeOrAfterOfEditsOfSeveralRecords) {
  CrashEverywhere({.sector_size_bytes = 4096}, 130, 1);
}

TEST(ManifestCrash, FindsItAfterACrashWithinTheNextOpenToo) { CrashEverywhere({.sector_size_bytes = 512}, 3, 2); }

// Until the successor is there an edit that has failed may count or not, from then on it never does.
TEST(ManifestCrash, ASuccessorRulesOutAnEditThatHasFailed) {
  const KindRegistry kinds = testing::ToyKinds();
  for (const FaultWhen when : {FaultWhen::kBeforeEffect, FaultWhen::kHalfway, FaultWhen::kAfterEffect}) {
    for (const StoreCallKind kind : {StoreCallKind::kAppend, StoreCallKind::kSync}) {
      if (when == FaultWhen::kHalfway && kind == StoreCallKind::kSync) continue;
      SimulatedStore store(Runtime::Default(), {.sector_size_bytes = 128});
      FaultStore faults(store);
      auto manifest = Manifest::Create(faults, IdentityOf(1), NewState(), kinds).value();
      ASSERT_EQ(manifest->Append(CollectionEdit(1)), Status::Ok());
      Expected expected{manifest->state(), manifest->state()};
      ASSERT_EQ(expected.after->Apply(CollectionEdit(2), kinds), Status::Ok());
      faults.FailAt(faults.calls({kind}) + 1, {.when = when, .kinds = {kind}});
      ASSERT_EQ(manifest->Append(CollectionEdit(2)).outcome(), Outcome::kUnknown);
      CrashChecker checker(kinds);
      checker.Watch(store, expected, 1);
      manifest = manifest->Successor(FileNumber(2), IdentityOf(2).id, {}).value();
      store.SetCallObserver(nullptr);
      EXPECT_GT(checker.crash_count(), 10u);
      EXPECT_EQ(manifest->Append(CollectionEdit(3)), Status::Ok());
      for (const CrashChoice& choice : {CrashChoice::Nothing(), CrashChoice::Everything()}) {
        EXPECT_EQ(Manifest::Load(*store.Crash(choice), kinds, nullptr).value().state, manifest->state());
      }
    }
  }
}

// Runs the history with its `call`-th call failing; false where it has no such call.
bool FailAtCall(uint64_t call, FaultWhen when, FaultFor how_long) {
  SCOPED_TRACE("call " + std::to_string(call) + " fails " + std::to_string(static_cast<int>(when)));
  const KindRegistry kinds = testing::ToyKinds();
  const auto store = NewMemoryStore();
  FaultStore faults(*store);
  faults.FailAt(call, {.when = when, .how_long = how_long, .kinds = {}});
  Expected expected;
  const Status status = History(faults, kinds, 130, expected).Run();
  if (faults.calls() < call) {
    EXPECT_EQ(status, Status::Ok());
    return false;
  }
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("injected fault"), std::string_view::npos) << status;
  faults.Heal();
  const auto power_cut = faults.SurvivorsOf();
  for (Store* const left : {store.get(), power_cut.value().get()}) {
    const auto loaded = Manifest::Load(*left, kinds, nullptr);
    if (loaded.ok()) {
      EXPECT_TRUE(loaded->state == expected.before || loaded->state == expected.after);
    } else {
      EXPECT_EQ(loaded.status().code(), StatusCode::kNotFound) << loaded.status();
      EXPECT_FALSE(expected.before);
    }
  }
  return true;
}

TEST(ManifestFaults, AnyCallThatFailsIsAnErrorAndTheStateIsTheOneBeforeOrAfter) {
  for (const FaultFor how_long : {FaultFor::kOnce, FaultFor::kForEver}) {
    for (const FaultWhen when : {FaultWhen::kBeforeEffect, FaultWhen::kHalfway, FaultWhen::kAfterEffect}) {
      uint64_t call = 1;
      while (FailAtCall(call, when, how_long)) ++call;
      EXPECT_GT(call, 30u);
    }
  }
}

}  // namespace
}  // namespace logwood
