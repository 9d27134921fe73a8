#include "engine/view_census.h"

#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

namespace logwood {
namespace {

using std::chrono::nanoseconds;

// Time goes on by one nanosecond with each look.
class TickingRuntime final : public Runtime {
 public:
  nanoseconds Now() override { return now_ += nanoseconds(1); }
  uint64_t Random() override { return 0; }
  void Execute(std::function<void()> job) override { job(); }
  void ExecuteAfter(nanoseconds /*delay*/, std::function<void()> job) override { job(); }

 private:
  nanoseconds now_{-1};  // The first view is taken at 0.
};

TEST(ViewCensus, TellTheOldestOfManyWhateverTheOrderInWhichTheyGo) {
  constexpr uint64_t kViews = 200;
  TickingRuntime runtime;
  ViewCensus views(runtime);
  std::vector<std::unique_ptr<ViewCensus::Mark>> marks;
  for (uint64_t i = 0; i < kViews; ++i) {
    marks.push_back(std::make_unique<ViewCensus::Mark>(views, Sequence::Of(1, 1000 - i)));
  }
  EXPECT_EQ(views.Summarize().count, kViews);
  EXPECT_EQ(views.Summarize().oldest, Sequence::Of(1, 1000));
  for (uint64_t i = 0; i < kViews; i += 2) marks[i].reset();
  const ViewCensus::Summary odd = views.Summarize();
  EXPECT_EQ(odd.count, kViews / 2);
  EXPECT_EQ(odd.oldest, Sequence::Of(1, 999));
  EXPECT_EQ(odd.age_max, nanoseconds(kViews + 2 - 1));  // It was taken at 1; this is the third look since all were.
  marks.clear();
  EXPECT_EQ(views.Summarize().count, 0u);
  EXPECT_EQ(views.Summarize().oldest, Sequence());
  EXPECT_EQ(views.Summarize().age_max, nanoseconds(0));
}

TEST(ViewCensus, AreCountedWhileThreadsTakeAndLeaveThem) {
  ViewCensus views(Runtime::Default());
  const ViewCensus::Mark first(views, Sequence::Of(1, 7));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&views] {
      for (int round = 0; round < 300; ++round) {
        std::vector<std::unique_ptr<ViewCensus::Mark>> marks;
        for (int j = 0; j < 20; ++j) marks.push_back(std::make_unique<ViewCensus::Mark>(views, Sequence::Of(1, 8)));
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    const ViewCensus::Summary summary = views.Summarize();
    ASSERT_GE(summary.count, 1u);
    ASSERT_EQ(summary.oldest, Sequence::Of(1, 7));
  }
  threads.clear();
  EXPECT_EQ(views.Summarize().count, 1u);
}

}  // namespace
}  // namespace logwood
