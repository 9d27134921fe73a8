#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

#include "logwood/testing/fault_store.h"
#include "logwood/testing/simulator.h"
#include "tests/crash/crash_explorer.h"
#include "tests/crash/history.h"

namespace logwood::testing {
namespace {

// Histories of which one call fails, and what is found afterwards.
class FailedCalls {
 public:
  FailedCalls() = default;
  // Of another history than the long one.
  explicit FailedCalls(void (History::*run)()) : run_(run) {}

  // Fails one call after another, until the history has no more.
  void FailEach(const Fault& fault) {
    for (uint64_t call = 1; FailAt(call, fault) && !::testing::Test::HasFailure();) ++call;
  }

  void Print() const {
    std::cout << "failed calls: " << failed_count_ << " (" << noticed_count_ << " ended the history, " << unknown_count_
              << " with an unknown outcome), devices: " << explorer_.counts().devices << " ("
              << explorer_.distinct_count() << " differ)\n";
  }

 private:
  // Returns false where the history has no such call.
  bool FailAt(uint64_t call, const Fault& fault) {
    SCOPED_TRACE("call " + std::to_string(call) + " fails, in way " + std::to_string(static_cast<int>(fault.when)));
    return is_full_ ? FailSimulated(call, fault) : FailQueued(call, fault);
  }

  // Without threads, and so in a fraction of the time; one job runs after every other commit, others when waited for,
  // and all that are due in a rest now and then.
  bool FailQueued(uint64_t call, const Fault& fault) {
    QueueRuntime runtime(1);
    SimulatedStore store(runtime);
    FaultStore faults(store);
    faults.FailAt(call, fault);
    Ledger ledger;
    int commits = 0;
    const auto run_jobs = [&] {
      const int jobs = ++commits % 12 == 0 ? 16 : commits % 2;
      for (int job = 0; job < jobs; ++job) runtime.RunOneJob();
    };
    History history({faults, runtime, ledger, run_jobs}, 1);
    run_ == nullptr ? history.RunMedium() : (history.*run_)();
    return Check(history.failure(), store, ledger, faults.calls(fault.kinds) >= call);
  }

  bool FailSimulated(uint64_t call, const Fault& fault) {
    Simulator simulator(1);
    SimulatedStore store(simulator);
    FaultStore faults(store);
    faults.FailAt(call, fault);
    Ledger ledger;
    History history({faults, simulator, ledger}, 1);
    simulator.Spawn("history", [&] { run_ == nullptr ? history.RunLong() : (history.*run_)(); });
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
    return Check(history.failure(), store, ledger, faults.calls(fault.kinds) >= call);
  }

  bool Check(const Status& failure, const SimulatedStore& store, const Ledger& ledger, bool has_call) {
    CheckFailure(failure);
    Reopen(store, ledger);
    failed_count_ += has_call ? 1 : 0;
    return has_call;
  }

  void CheckFailure(const Status& failure) {
    if (failure.ok()) return;
    ++noticed_count_;
    if (failure.outcome() == Outcome::kUnknown) ++unknown_count_;
    EXPECT_EQ(failure.code(), StatusCode::kIo) << failure;
    EXPECT_NE(failure.message().find("injected fault"), std::string_view::npos) << failure;
  }

  // What the process left must be right, and so must be what a power cut makes of it.
  void Reopen(const SimulatedStore& store, const Ledger& ledger) {
    const Moment moment{.device = store.Clone(explorer_.runtime()), .bounds = ledger.bounds(), .call = "at the end"};
    explorer_.ExploreMoment(
        moment, ledger,
        {.singles = is_full_ ? DeathPlan::Singles::kEach : DeathPlan::Singles::kSkip, .drawn_count = 2});
  }

  void (History::* const run_)() = nullptr;
  const bool is_full_ = std::getenv("LOGWOOD_FULL") != nullptr;
  CrashExplorer explorer_{1, StaleBytes::kZeros};
  int failed_count_ = 0;
  int noticed_count_ = 0;
  int unknown_count_ = 0;
};

TEST(FailedCall, BeforeItsEffectIsAnErrorAndNoLoss) {
  FailedCalls calls;
  calls.FailEach({.when = FaultWhen::kBeforeEffect});
  calls.Print();
}

TEST(FailedCall, AfterItsEffectIsAnErrorAndNoLoss) {
  FailedCalls calls;
  calls.FailEach({.when = FaultWhen::kAfterEffect});
  calls.Print();
}

TEST(FailedCall, HalfwayThroughAnAppendIsAnErrorAndNoLoss) {
  FailedCalls calls;
  calls.FailEach({.when = FaultWhen::kHalfway, .kinds = {StoreCallKind::kAppend}});
  calls.Print();
}

TEST(FailedCall, FromWhichOnAllWritingFailsIsAnErrorAndNoLoss) {
  FailedCalls calls;
  calls.FailEach({.how_long = FaultFor::kForEver, .kinds = kWritingCalls});
  calls.Print();
}

TEST(FailedCall, WithoutALogIsAnErrorAndNoLoss) {
  FailedCalls calls(&History::RunUnlogged);
  calls.FailEach({.when = FaultWhen::kBeforeEffect});
  calls.Print();
}

}  // namespace
}  // namespace logwood::testing
