#include <cstdint>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "memtable/memtable.h"
#include "tests/cursor/cursor_walk.h"

// A memtable against a map of versions, read at random sequences, in every direction.

namespace logwood::testing {
namespace {

class VersionedModel {
 public:
  void Add(const std::string& key, uint64_t sequence, const ModelEntry& entry) { versions_[key][sequence] = entry; }
  void Add(const OwnedRange& range, uint64_t sequence) { ranges_[sequence] = range; }

  // What a reader at `at` sees.
  [[nodiscard]] CursorModel At(uint64_t at) const {
    CursorModel seen;
    for (const auto& [key, versions] : versions_) {
      const auto after = versions.upper_bound(at);
      if (after == versions.begin() || std::prev(after)->first < CoveredAt(key, at)) continue;
      seen[key] = std::prev(after)->second;
    }
    return seen;
  }
  // The sequence of the newest range tombstone that covers a key, for a reader at `at`; 0 without one.
  [[nodiscard]] uint64_t CoveredAt(const std::string& key, uint64_t at) const {
    uint64_t covered = 0;
    for (const auto& [sequence, range] : ranges_) {
      if (sequence <= at && range.Covers(key)) covered = sequence;
    }
    return covered;
  }

 private:
  std::map<uint64_t, OwnedRange> ranges_;  // By sequence.
  std::map<std::string, std::map<uint64_t, ModelEntry>> versions_;
};

ModelEntry RandomEntry(SeededRandom& random) {
  if (random.OneIn(3)) return {.type = EntryType::kTombstone, .value = ""};
  return {.type = EntryType::kPut, .value = std::string(random.Below(40), static_cast<char>(random.Below(256)))};
}

// Adds entries to both, with gaps between the sequences, and returns the last sequence.
uint64_t AddAtRandom(Memtable& memtable, VersionedModel& model, SeededRandom& random) {
  uint64_t sequence = 0;
  const uint64_t ranges_of_8 = random.Below(4) * random.Below(3);
  for (uint64_t left = random.Below(120); left > 0; --left) {
    sequence += 1 + random.Below(3);
    if (ranges_of_8 > random.Below(8)) {
      const OwnedRange range = RandomRangeTombstone(random);
      memtable.Add(Sequence(sequence),
                   {.type = EntryType::kRangeTombstone, .key = range.begin, .value = range.end, .address = {}});
      model.Add(range, sequence);
      continue;
    }
    const std::string key = RandomKey(random);
    const ModelEntry entry = RandomEntry(random);
    memtable.Add(Sequence(sequence), {.type = entry.type, .key = key, .value = entry.value, .address = {}});
    model.Add(key, sequence, entry);
  }
  return sequence;
}

void ExpectGetsAgree(const Memtable& memtable, const VersionedModel& versions, uint64_t at, SeededRandom& random) {
  const CursorModel model = versions.At(at);
  const std::vector<RangeTombstone> united = Unite(memtable.RangeTombstonesAt(Sequence(at)));
  for (int i = 0; i < 60; ++i) {
    const std::string key = RandomKey(random);
    const std::optional<Memtable::Hit> hit = memtable.Get(key, Sequence(at));
    const auto expected = model.find(key);
    const uint64_t covered = versions.CoveredAt(key, at);
    ASSERT_EQ(RangeTombstones(united).Covering(key) != nullptr, covered > 0);
    if (covered > 0 && expected == model.end()) {
      ASSERT_TRUE(hit.has_value());
      ASSERT_EQ(hit->type, EntryType::kTombstone);
      ASSERT_EQ(hit->sequence, Sequence(covered));
      continue;
    }
    ASSERT_EQ(hit.has_value(), expected != model.end()) << ::testing::PrintToString(key);
    if (!hit) continue;
    ASSERT_EQ(hit->type, expected->second.type);
    ASSERT_EQ(hit->value, Bytes(expected->second.value));
    ASSERT_LE(hit->sequence, Sequence(at));
  }
}

TEST(MemtableModel, EverySequenceShowsWhatAMapOfVersionsShows) {
  for (uint64_t seed = 1; seed <= 200 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    Arena arena;
    Memtable memtable(arena);
    VersionedModel versions;
    const uint64_t last = AddAtRandom(memtable, versions, random);
    for (int view = 0; view < 4; ++view) {
      const uint64_t at = random.Below(last + 2);
      SCOPED_TRACE("at " + std::to_string(at));
      ExpectGetsAgree(memtable, versions, at, random);
      WalkAtRandom(*memtable.NewCursor(Sequence(at)), versions.At(at), random, 100);
    }
  }
}

}  // namespace
}  // namespace logwood::testing
