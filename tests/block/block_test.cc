#include "block/block.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

#include "tests/block/block_entries.h"

namespace logwood::testing {
namespace {

// The entries of `keys`, each with a value of its own.
std::vector<BlockEntry> EntriesWith(const std::vector<std::string>& keys) {
  std::vector<BlockEntry> entries;
  for (size_t i = 0; i < keys.size(); ++i) entries.push_back({keys[i], "value" + std::to_string(i)});
  return entries;
}

// Checks block and model against one another for one probe.
void ExpectLowerBound(const Block& block, const std::vector<BlockEntry>& entries, const std::string& probe) {
  const auto at = std::ranges::lower_bound(entries, probe, {}, &BlockEntry::key);
  bool exact = false;
  EXPECT_EQ(block.LowerBound(probe, &exact), static_cast<uint32_t>(at - entries.begin())) << Bytes(probe);
  EXPECT_EQ(exact, at != entries.end() && at->key == probe) << Bytes(probe);
}

// Keys next to `key` in order, or of nearly the same bytes.
std::vector<std::string> Neighbours(const std::string& key) {
  std::vector<std::string> probes = {key, key + '\0', key + std::string(9, '\0'), key + "\xff"};
  for (size_t size = 0; size < std::min<size_t>(key.size(), 20); ++size) probes.push_back(key.substr(0, size));
  for (size_t i = 0; i < std::min<size_t>(key.size(), 20); ++i) {
    for (const int step : {-1, 1}) {
      probes.push_back(key);
      probes.back()[i] = static_cast<char>(probes.back()[i] + step);
    }
  }
  return probes;
}

void ExpectBlockOf(const std::vector<BlockEntry>& entries) {
  const auto block = MakeBlock(entries);
  EXPECT_EQ(EntriesOf(*block), entries);
  for (const BlockEntry& entry : entries) {
    for (const std::string& probe : Neighbours(entry.key)) ExpectLowerBound(*block, entries, probe);
  }
}

std::string operator""_z(const char* text, size_t size) { return {text, size}; }

TEST(Block, HoldsKeysOfEveryLengthAroundTheHead) {
  std::vector<std::string> keys;
  for (size_t size = 0; size <= 20; ++size) keys.push_back(std::string(size, 'k'));
  ExpectBlockOf(EntriesWith(keys));
  for (const std::string& key : keys) ExpectBlockOf(EntriesWith({key}));
  for (size_t size = 1; size < keys.size(); ++size) {
    ExpectBlockOf(EntriesWith({keys.begin() + static_cast<std::ptrdiff_t>(size), keys.end()}));
  }
}

TEST(Block, TellsKeysWithEqualHeadsApart) {
  std::vector<std::string> keys;
  for (char last = 'a'; last <= 'z'; ++last) keys.push_back(std::string("samehead") + last);
  keys.insert(keys.begin(), {"lower...", "samehead"});
  keys.push_back("zzzzzzzzzzzz");
  ExpectBlockOf(EntriesWith(keys));
}

TEST(Block, TellsPaddingFromZeroBytesOfKeys) {
  ExpectBlockOf(EntriesWith({""_z, "\0"_z, "\0\0"_z, "\0\0\0\0\0\0\0\0"_z, "\0\0\0\0\0\0\0\0\0"_z, "\0\1"_z, "\1"_z,
                             "\1\0"_z, "\1\0\0\0\0\0\0\0\0\0"_z}));
  // With heads of real bytes: a shorter probe ties by its padding.
  ExpectBlockOf(
      EntriesWith({"p\0\0\0\0\0\0\0\0"_z, "p\0\0\0\0\0\0\0\0\0"_z, "p\0\0\0\0\0\0\0\1"_z, "p\1\0\0\0\0\0\0\0"_z}));
}

TEST(Block, FindsAmongTheLargestHeads) {
  ExpectBlockOf(EntriesWith({std::string(8, '\xff'), std::string(9, '\xff'), std::string(10, '\xff')}));
  ExpectBlockOf(EntriesWith({"a", std::string(7, '\xff'), std::string(8, '\xff'), std::string(9, '\xff')}));
}

TEST(Block, PlacesProbesWithoutThePrefix) {
  const auto block = MakeBlock(EntriesWith({"shared-prefix-1-long", "shared-prefix-2-long"}));
  bool exact = true;
  EXPECT_EQ(block->LowerBound("", &exact), 0u);
  EXPECT_EQ(block->LowerBound("shared-pre", &exact), 0u);
  EXPECT_EQ(block->LowerBound("shared-prefiw", &exact), 0u);
  EXPECT_EQ(block->LowerBound("shared-prefiy", &exact), 2u);
  EXPECT_EQ(block->LowerBound("t", &exact), 2u);
  EXPECT_FALSE(exact);
}

TEST(Block, HoldsTheLargestKeys) {
  const std::string key(65'536, 'k');
  std::string next = key;
  next.back() = 'l';
  ExpectBlockOf(EntriesWith({key.substr(0, 65'535), key, next}));
  ExpectBlockOf(EntriesWith({"a", key, next}));
}

TEST(Block, HoldsValuesAroundTheWidthOfEnds) {
  for (const size_t size : {size_t{0}, size_t{65'534}, size_t{65'535}, size_t{65'536}, size_t{1} << 20}) {
    ExpectBlockOf({{"first key", std::string(size, 'v')}, {"second key", "w"}});
  }
}

TEST(Block, TellsTypes) {
  ExpectBlockOf({{"put key.", "value"},
                 {"put key..", ""},
                 {"tombstone", "", EntryType::kTombstone},
                 {"value link", "where it is", EntryType::kValueLink}});
}

TEST(Block, TellsItsKindAndMemory) {
  const std::string stored = BuildBlock({{"", "filter"}}, {.file_id = FileId(3), .kind = BlockKind::kFilter});
  const auto block = ParseBlock(stored, {.file_id = FileId(3), .kind = BlockKind::kFilter}).value();
  EXPECT_EQ(block.kind(), BlockKind::kFilter);
  EXPECT_EQ(block.value(0), Bytes("filter"));
  EXPECT_EQ(block.bytes(), stored.size());
}

TEST(Block, IgnoresWhatIsReadBehindIt) {
  const std::string stored = BuildBlock(EntriesWith({"a", "b"}));
  const auto block = ParseBlock(stored + std::string(100, '\xee')).value();
  EXPECT_EQ(EntriesOf(block), EntriesWith({"a", "b"}));
  EXPECT_EQ(block.bytes(), stored.size() + 100);
}

class BlockModel : public ::testing::TestWithParam<KeyFamily> {};

TEST_P(BlockModel, AgreesWithAMap) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    const bool with_types = random.OneIn(2);
    const size_t value_size_limit = random.OneIn(4) ? 4000 : 60;
    std::map<std::string, BlockEntry> model;
    for (uint64_t i = 1 + random.Below(150); i > 0; --i) {
      BlockEntry entry{.key = RandomKey(GetParam(), random), .value = std::string(random.Below(value_size_limit), 'v')};
      if (with_types && random.OneIn(3)) entry = {.key = entry.key, .value = "", .type = EntryType::kTombstone};
      model.insert_or_assign(entry.key, entry);
    }
    std::vector<BlockEntry> entries;
    for (const auto& [key, entry] : model) entries.push_back(entry);
    const auto block = MakeBlock(entries);
    ASSERT_EQ(EntriesOf(*block), entries);
    for (int i = 0; i < 100; ++i) {
      ExpectLowerBound(*block, entries, RandomKey(GetParam(), random));
      const auto neighbours = Neighbours(entries[random.Below(entries.size())].key);
      ExpectLowerBound(*block, entries, neighbours[random.Below(neighbours.size())]);
    }
  }
}

std::string NameOf(const ::testing::TestParamInfo<KeyFamily>& family) {
  switch (family.param) {
    case KeyFamily::kRandom: return "Random";
    case KeyFamily::kDecimal: return "Decimal";
    case KeyFamily::kPrefix: return "Prefix";
    case KeyFamily::kShort: return "Short";
    case KeyFamily::kZeros: return "Zeros";
  }
  return "Unknown";
}

INSTANTIATE_TEST_SUITE_P(Families, BlockModel,
                         ::testing::Values(KeyFamily::kRandom, KeyFamily::kDecimal, KeyFamily::kPrefix,
                                           KeyFamily::kShort, KeyFamily::kZeros),
                         NameOf);

}  // namespace
}  // namespace logwood::testing
