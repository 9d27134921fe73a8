#include <array>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <span>
#include <string>

#include "base/head_search.h"
#include "base/random.h"

// Searches in 64 heads in random order, in the first cache, with each instruction set that the processor has.

namespace logwood::bench {
namespace {

std::array<KeyHead, HeadSearch::kHeadsMax> RandomHeads(uint64_t seed) {
  SeededRandom random(seed);
  std::array<KeyHead, HeadSearch::kHeadsMax> heads{};
  for (KeyHead& head : heads) head = static_cast<KeyHead>(random.Next());
  return heads;
}

template <class Run>
void RunEach(benchmark::State& state, const Run& run) {
  const auto heads = RandomHeads(1);
  const auto wanted = RandomHeads(2);
  size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(run(heads, wanted[i++ % wanted.size()]));
}

void Equal(benchmark::State& state, const HeadSearch& search) {
  RunEach(state, [&](const auto& heads, KeyHead head) { return search.equal(heads.data(), heads.size(), head); });
}

void Floor(benchmark::State& state, const HeadSearch& search) {
  RunEach(state,
          [&](const auto& heads, KeyHead head) { return search.floor(heads.data(), heads.size(), head).places; });
}

// The 32 that came after the 32 in order.
void RankHalf(benchmark::State& state, const HeadSearch& search) {
  std::array<uint8_t, HeadSearch::kHeadsMax / 2> ranks{};
  RunEach(state, [&](const auto& heads, KeyHead) {
    search.rank(heads.data(), heads.size(), ranks);
    return ranks[0];
  });
}

}  // namespace
}  // namespace logwood::bench

int main(int argc, char** argv) {
  using namespace logwood;
  for (const HeadSearch& search : HeadSearch::All()) {
    const std::string name = search.name;
    benchmark::RegisterBenchmark(("equal/" + name).c_str(), bench::Equal, search);
    benchmark::RegisterBenchmark(("floor/" + name).c_str(), bench::Floor, search);
    benchmark::RegisterBenchmark(("rank_half/" + name).c_str(), bench::RankHalf, search);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
