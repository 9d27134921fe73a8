// What becomes of flushes and merges that fail, and of those who write meanwhile.
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "base/status_macros.h"
#include "engine/job_failures.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"
#include "tests/engine/engine_fixture.h"
#include "tests/engine/wrapped_store.h"

namespace logwood::testing {
namespace {

using namespace std::chrono_literals;

// Trees cannot be synced for a while.
class BadTreeStore final : public WrappedStore {
 public:
  using WrappedStore::WrappedStore;

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, WrappedStore::Create(name, options));
    if (name.ends_with(".tree")) file = std::make_unique<BadTree>(*this, std::string(name), std::move(file));
    return file;
  }

  int failures = 0;              // Of the next syncs.
  std::set<std::string> failed;  // Files.

 private:
  class BadTree final : public AppendFile {
   public:
    BadTree(BadTreeStore& store, std::string name, std::unique_ptr<AppendFile> file)
        : store_(store), name_(std::move(name)), file_(std::move(file)) {}
    Status Append(Bytes data) override { return file_->Append(data); }
    Status Sync() override {
      EXPECT_FALSE(store_.failed.contains(name_)) << "a failed sync is tried again";
      if (store_.failures == 0) return file_->Sync();
      --store_.failures;
      store_.failed.insert(name_);
      return Status::Io("planted");
    }
    Status Finish() override { return file_->Finish(); }
    [[nodiscard]] uint64_t size() const override { return file_->size(); }

   private:
    BadTreeStore& store_;
    const std::string name_;
    const std::unique_ptr<AppendFile> file_;
  };
};

struct Setting {
  Simulator& simulator;
  SimulatedStore& device;
  BadTreeStore& store;
  std::shared_ptr<Engine> engine;
  CollectionId id;

  [[nodiscard]] Status Put(Bytes value = "v") const { return PutOne(*engine, id, "key", value); }
  void Rest(std::chrono::nanoseconds duration) const {
    Mutex mutex(simulator);
    Condition never(simulator);
    const MutexLock lock(mutex);
    never.WaitFor(mutex, duration);
  }
  [[nodiscard]] size_t trees() const { return FilesEndingWith(store, ".tree").size(); }
};

std::shared_ptr<Engine> OpenIn(Simulator& simulator, Store& store) {
  Engine::Parts parts{.store = store, .runtime = simulator, .owned_store = nullptr, .kinds = {}, .stay_policy = {}};
  parts.kinds.Register(CollectionKind::kLsm, NewLsmKind({.segment_size_bytes = 2000}));
  return Engine::Open(std::move(parts), {.memtable_size_bytes = 512}).value();
}

void ForSeeds(const std::function<void(Setting&)>& body) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulator simulator({.seed = seed, .disposal = Disposal::kPark});
    SimulatedStore device(simulator);
    BadTreeStore store(device);
    simulator.Spawn("driver", [&] {
      const std::shared_ptr<Engine> engine = OpenIn(simulator, store);
      Setting setting{simulator, device, store, engine, engine->CreateCollection("c", {}).value().id};
      body(setting);
    });
    const SimulationReport report = simulator.Run();
    EXPECT_TRUE(report.completed()) << report;
  }
}

constexpr int kForEver = 1'000'000;

TEST(FailedJob, AFlushIsRepeatedIntoNewFilesByItself) {
  ForSeeds([](Setting& on) {
    on.store.failures = 3;
    const std::chrono::nanoseconds begun = on.simulator.Now();
    on.Put().Check();
    on.engine->Flush().Check();
    EXPECT_GE(on.simulator.Now() - begun, 70ms) << "10, 20 and 40";
    EXPECT_EQ(on.store.failed.size(), 3u);
    on.Rest(1s);
    EXPECT_EQ(on.trees(), 1u) << "what failed was not removed";
    on.engine->Close().Check();
  });
}

TEST(FailedJob, WritesGoOnAndAFlushComesInTheEnd) {
  ForSeeds([](Setting& on) {
    on.store.failures = kForEver;
    on.Put().Check();
    const Status flushed = on.engine->Flush();
    EXPECT_EQ(flushed.code(), StatusCode::kIo);
    EXPECT_EQ(flushed.outcome(), Outcome::kNotApplied);
    EXPECT_EQ(on.store.failed.size(), static_cast<size_t>(JobFailures::kPatience));
    on.Put("later").Check();
    on.store.failures = 0;
    on.Rest(JobFailures::kDelayMax);
    EXPECT_GE(on.trees(), 1u);
    EXPECT_EQ(GetOne(on.engine->View().value(), on.id, "key"), "later");
    on.engine->Close().Check();
  });
}

TEST(FailedJob, AFlushThatIsAskedForAgainIsTriedAtOnce) {
  ForSeeds([](Setting& on) {
    on.store.failures = kForEver;
    on.Put().Check();
    EXPECT_FALSE(on.engine->Flush().ok());
    on.store.failures = 0;
    const std::chrono::nanoseconds begun = on.simulator.Now();
    on.engine->Flush().Check();
    EXPECT_LT(on.simulator.Now() - begun, 100ms);
    on.engine->Close().Check();
  });
}

TEST(FailedJob, WritesStopWithTheFirstCauseOnceMemoryIsFull) {
  ForSeeds([](Setting& on) {
    on.store.failures = kForEver;
    const std::string value(300, 'v');
    Status status;
    int puts = 0;
    for (; status.ok() && puts < 100; ++puts) status = on.Put(value);
    EXPECT_GT(puts, 3) << "two sealed memtables and an active one";
    EXPECT_EQ(status.code(), StatusCode::kIo) << status;
    EXPECT_NE(status.message().find("planted"), std::string_view::npos) << status;
    EXPECT_EQ(on.Put().code(), StatusCode::kIo);
    EXPECT_EQ(GetOne(on.engine->View().value(), on.id, "key"), value);
    on.store.failures = 0;
    on.engine->Resume().Check();
    on.Put("after").Check();
    on.engine->Flush().Check();
    EXPECT_EQ(GetOne(on.engine->View().value(), on.id, "key"), "after");
    on.engine->Close().Check();
  });
}

TEST(FailedJob, ClosingDoesNotWaitForTheNextTry) {
  ForSeeds([](Setting& on) {
    on.store.failures = kForEver;
    on.Put().Check();
    EXPECT_FALSE(on.engine->Flush().ok());
    on.Rest(20s);
    const std::chrono::nanoseconds begun = on.simulator.Now();
    on.engine->Close().Check();
    EXPECT_LT(on.simulator.Now() - begun, 1s);
    on.store.failures = 0;
    EXPECT_EQ(GetOne(OpenIn(on.simulator, on.store)->View().value(), on.id, "key"), "v");
  });
}

TEST(FailedJob, AMergeIsRepeatedIntoNewFiles) {
  ForSeeds([](Setting& on) {
    for (int i = 0; i < 2; ++i) {
      on.Put().Check();
      on.engine->Flush().Check();
    }
    on.store.failures = 3;
    on.engine->Compact(on.id).Check();
    on.Rest(1s);
    EXPECT_EQ(on.trees(), 1u);
    on.store.failures = kForEver;
    for (int i = 0; i < 3; ++i) on.Put("w").Check();
    on.store.failures = 0;
    on.engine->Flush().Check();
    on.store.failures = kForEver;
    EXPECT_EQ(on.engine->Compact(on.id).code(), StatusCode::kIo);
    on.Put("x").Check();
    on.store.failures = 0;
    on.engine->Compact(on.id).Check();
    EXPECT_EQ(GetOne(on.engine->View().value(), on.id, "key"), "x");
    on.engine->Close().Check();
  });
}

TEST(FailedJob, DamageThatAMergeMeetsStopsWriting) {
  ForSeeds([](Setting& on) {
    for (int i = 0; i < 2; ++i) {
      on.Put().Check();
      on.engine->Flush().Check();
    }
    on.engine->Close().Check();
    for (const std::string& tree : FilesEndingWith(on.device, ".tree")) on.device.Overwrite(tree, 60, "damage").Check();
    const std::shared_ptr<Engine> engine = OpenIn(on.simulator, on.store);
    EXPECT_EQ(engine->Compact(on.id).code(), StatusCode::kCorruption);
    EXPECT_EQ(PutOne(*engine, on.id, "key", "v").code(), StatusCode::kCorruption);
    EXPECT_EQ(engine->Resume().code(), StatusCode::kOk) << "memory is not damaged";
    engine->Close().IgnoreError();  // Why: the damage may be met again.
  });
}

TEST(JobFailures, WaitLongerEachTime) {
  JobFailures failures;
  std::chrono::nanoseconds sum{0};
  for (int i = 1; i < JobFailures::kPatience; ++i) {
    sum += failures.Add(Status::Io("number " + std::to_string(i)));
    EXPECT_TRUE(failures.lasting().ok());
  }
  EXPECT_EQ(sum, 1270ms);
  EXPECT_EQ(failures.Add(Status::Io("last")), 1280ms);
  EXPECT_EQ(failures.lasting().message(), "number 1");
  for (int i = 0; i < 10; ++i) EXPECT_LE(failures.Add(Status::Io("more")), JobFailures::kDelayMax);
  failures.Clear();
  EXPECT_TRUE(failures.lasting().ok());
}

}  // namespace
}  // namespace logwood::testing
