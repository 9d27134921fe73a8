#include "base/latency_recorder.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace logwood {
namespace {

using std::chrono::nanoseconds;

// Time goes on by 100 ns with each look.
class SteppingRuntime final : public Runtime {
 public:
  nanoseconds Now() override { return now_ += nanoseconds(100); }
  uint64_t Random() override { return 0; }
  void Execute(std::function<void()> job) override { job(); }
  void ExecuteAfter(nanoseconds /*delay*/, std::function<void()> job) override { job(); }
  [[nodiscard]] int looks() const { return static_cast<int>(now_ / nanoseconds(100)); }

 private:
  nanoseconds now_{};
};

TEST(LatencyRecorder, TellsWhatAHistogramOfTheSameTells) {
  LatencyRecorder recorder;
  LatencyHistogram expected;
  for (uint64_t i = 1; i < 2'000'000; i = i * 3 / 2 + 1) {
    recorder.Add(nanoseconds(i));
    expected.Add(i);
  }
  const LatencyHistogram histogram = recorder.histogram();
  EXPECT_EQ(histogram.count(), expected.count());
  EXPECT_EQ(histogram.max(), expected.max());
  for (const double share : {0.1, 0.5, 0.99}) EXPECT_EQ(histogram.Quantile(share), expected.Quantile(share)) << share;
}

TEST(LatencyRecorder, TakesADurationOutOfRangeForTheNearest) {
  LatencyRecorder recorder;
  recorder.Add(nanoseconds(-5));
  EXPECT_EQ(recorder.histogram().max(), 0u);
  recorder.Add(std::chrono::hours(5));
  EXPECT_EQ(recorder.histogram().max(), (uint64_t{1} << 42) - 1);
  EXPECT_EQ(recorder.histogram().count(), 2u);
}

TEST(LatencyRecorder, LosesNothingOfManyThreads) {
  constexpr uint64_t kEach = 20'000;
  LatencyRecorder recorder;
  {
    std::vector<std::jthread> threads;
    for (uint64_t i = 1; i <= 4; ++i) {
      threads.emplace_back([&recorder, i] {
        for (uint64_t j = 0; j < kEach; ++j) recorder.Add(nanoseconds(i));
      });
    }
  }
  EXPECT_EQ(recorder.histogram().count(), 4 * kEach);
  EXPECT_EQ(recorder.histogram().max(), 4u);
  EXPECT_EQ(recorder.histogram().Quantile(0.5), 2u);
}

TEST(LatencyTimer, AddsTheTimeItLived) {
  SteppingRuntime runtime;
  LatencyRecorder recorder;
  {
    const LatencyTimer timer(runtime, &recorder);
    (void)runtime.Now();
  }
  EXPECT_EQ(recorder.histogram().count(), 1u);
  EXPECT_EQ(recorder.histogram().max(), 200u);
}

TEST(LatencyTimer, AsksNoClockWithoutARecorder) {
  SteppingRuntime runtime;
  {
    const LatencyTimer timer(runtime, nullptr);
  }
  EXPECT_EQ(runtime.looks(), 0);
}

}  // namespace
}  // namespace logwood
