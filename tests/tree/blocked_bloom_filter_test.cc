#include "tree/blocked_bloom_filter.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/hash.h"

namespace logwood::testing {
namespace {

std::vector<uint64_t> HashesOf(const std::string& prefix, int count) {
  std::vector<uint64_t> hashes;
  for (int i = 0; i < count; ++i) hashes.push_back(Hash64(prefix + std::to_string(i)));
  return hashes;
}

double FalsePositiveRate(const BlockedBloomFilter& filter) {
  constexpr int kAbsent = 200'000;
  int passed = 0;
  for (const uint64_t hash : HashesOf("absent", kAbsent)) passed += filter.MayContain(hash) ? 1 : 0;
  return static_cast<double>(passed) / kAbsent;
}

TEST(BlockedBloomFilter, DeniesNoKeyOfItsOwn) {
  for (const int count : {1, 2, 51, 52, 1000, 50'000}) {
    for (const double bits : {0.5, 1.0, 5.0, 10.0, 20.0, 100.0}) {
      const std::vector<uint64_t> hashes = HashesOf("key", count);
      const BlockedBloomFilter filter = BlockedBloomFilter::Build(hashes, bits);
      for (const uint64_t hash : hashes) ASSERT_TRUE(filter.MayContain(hash)) << count << " keys, " << bits << " bits";
    }
  }
}

TEST(BlockedBloomFilter, LetsOnePercentThroughAtTenBits) {
  const double rate = FalsePositiveRate(BlockedBloomFilter::Build(HashesOf("key", 100'000), 10));
  RecordProperty("false_positive_rate", std::to_string(rate));
  EXPECT_GT(rate, 0.008);
  EXPECT_LT(rate, 0.0115);
}

TEST(BlockedBloomFilter, LetsFewerThroughWithMoreBits) {
  EXPECT_LT(FalsePositiveRate(BlockedBloomFilter::Build(HashesOf("key", 100'000), 15)), 0.0025);
}

TEST(BlockedBloomFilter, IsTheSameOnceStored) {
  const std::vector<uint64_t> hashes = HashesOf("key", 1000);
  const BlockedBloomFilter filter = BlockedBloomFilter::Build(hashes, 10);
  EXPECT_EQ(filter.line_count(), 20u);
  EXPECT_EQ(filter.probes(), 7u);
  BlockedBloomFilter read(filter.probes());
  read.AppendLines(filter.EncodeLines(0, 7));
  read.AppendLines(filter.EncodeLines(7, 20));
  for (const uint64_t hash : HashesOf("absent", 10'000)) ASSERT_EQ(read.MayContain(hash), filter.MayContain(hash));
  for (const uint64_t hash : hashes) ASSERT_TRUE(read.MayContain(hash));
}

}  // namespace
}  // namespace logwood::testing
