#include "lsm/lsm_cursor.h"

#include <gtest/gtest.h>

#include "lsm/lsm_edit.h"
#include "tests/cursor/cursor_walk.h"
#include "tests/lsm/lsm_collection.h"

namespace logwood::testing {
namespace {

// Partitions "", "d", "h", "m" and "t", of which "h" and the last are empty. Segment 1 has all keys below "k"; those
// from "d" on are older than what partition "d" has now, and what it has from "h" on was merged away.
class Partitioned {
 public:
  Partitioned() {
    Flush({{"a", "1"}, {"c", "1"}, {"d", "stale"}, {"e", "1"}, {"i", "stale"}, {"k", "stale"}});
    Flush({{"b", "2"}, {"c", "2"}, {"d", "2"}, {"g", std::nullopt}});
    Flush({{"m", "3"}, {"n", "3"}, {"s", "3"}});
    LsmState state = DecodeLsmState(state_).value();
    const auto piece = [](uint64_t segment) { return LsmPiece{segment, {1, 0, 1}}; };
    state.partitions = {
        {"", {piece(2), piece(1)}}, {"d", {piece(2), piece(1)}}, {"h", {}}, {"m", {piece(3)}}, {"t", {}}};
    state_ = EncodeLsmState(state);
    trees_ = kind_->Open(state_, world_, nullptr).value();
  }

  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor() const { return trees_->NewCursor(); }
  [[nodiscard]] std::string Walk(std::string_view script) const { return testing::Walk(*NewCursor(), script); }

 private:
  void Flush(const Writes& writes) {
    const SealedEntries entries(writes);
    const auto cursor = entries.NewCursor();
    const auto trees = kind_->Open(state_, world_, nullptr).value();
    LsmWorld::Output output(world_);
    const KindEdit edit =
        kind_->Flush({.state = state_, .trees = *trees, .entries = *cursor, .logs_that_stay = {}}, output).value();
    output.Finish();
    state_ = kind_->ApplyEdit(state_, edit.bytes).value();
  }

  LsmWorld world_;
  std::unique_ptr<const Kind> kind_ = NewLsmKind();
  std::string state_ = kind_->InitialState({.kind = CollectionKind::kLsm, .block_size_bytes = 256});
  std::shared_ptr<const CollectionTrees> trees_;
};

TEST(LsmCursor, GoesThroughAllPartitionsInBothDirections) {
  const Partitioned partitioned;
  EXPECT_EQ(partitioned.Walk("first next next next next next next next next next"), "a1 b2 c2 d2 e1 g- m3 n3 s3 .");
  EXPECT_EQ(partitioned.Walk("last prev prev prev prev prev prev prev prev prev"), "s3 n3 m3 g- e1 d2 c2 b2 a1 .");
}

TEST(LsmCursor, TurnsAtBorders) {
  const Partitioned partitioned;
  EXPECT_EQ(partitioned.Walk("=c next prev next next"), "c2 d2 c2 d2 e1");
  EXPECT_EQ(partitioned.Walk("=g next prev next next prev prev"), "g- m3 g- m3 n3 m3 g-");
}

TEST(LsmCursor, SeeksAtAndBesideBorders) {
  const Partitioned partitioned;
  EXPECT_EQ(partitioned.Walk(">= >=c >=cc >=d >=dd >=g >=h >=i >=l >=m >=mm >=s >=ss >=t >=u"),
            "a1 c2 d2 d2 e1 g- m3 m3 m3 m3 n3 s3 . . .");
  EXPECT_EQ(partitioned.Walk("<= <=a <=cc <=d <=dd <=g <=h <=k <=l <=m <=mm <=s <=ss <=t <=u"),
            ". a1 c2 d2 d2 g- g- g- g- m3 m3 s3 s3 s3 s3");
  EXPECT_EQ(partitioned.Walk("= =a =c =cc =d =g =h =i =k =m =t =zz"), ". a1 c2 . d2 g- . . . m3 . .");
}

TEST(LsmCursor, GoesOnFromWhereASeekHasBroughtIt) {
  const Partitioned partitioned;
  EXPECT_EQ(partitioned.Walk(">=h prev <=l next =m prev =d prev =g next"), "m3 g- g- m3 m3 g- d2 c2 g- m3");
  EXPECT_EQ(partitioned.Walk("=k >=k >=u last next first prev last"), ". m3 . s3 . a1 . s3");
}

TEST(LsmCursor, SeeksTheKeyOnWhichItStands) {
  const Partitioned partitioned;
  const auto cursor = partitioned.NewCursor();
  for (cursor->First(); cursor->valid(); cursor->Next()) {
    const std::string key = cursor->entry().key.ToString();
    cursor->Seek(cursor->entry().key, SeekTo::kAtOrAfter);
    ASSERT_TRUE(cursor->valid());
    EXPECT_EQ(cursor->entry().key, Bytes(key));
  }
}

TEST(LsmCursor, OfNothingIsNeverValid) {
  LsmCollection collection;
  EXPECT_EQ(Walk(*collection.Open()->NewCursor(), "first last =a >=a <=a"), ". . . . .");
}

// Keys and moves at random over partitions of a few entries each.
TEST(LsmCursor, ShowsWhatAMapShows) {
  size_t partitions_max = 0;
  for (uint64_t seed = 1; seed <= 40 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    LsmCollection collection({.segment_size_bytes = 40});
    CursorModel model;
    for (uint64_t flush = random.Below(12); flush > 0; --flush) {
      Writes writes;
      for (uint64_t i = random.Below(20); i > 0; --i) {
        auto& value = writes[RandomKey(random)];
        if (!random.OneIn(3)) value = std::to_string(random.Below(1000));
      }
      // Tombstones that hide nothing may be dropped or not: only of living entries it is known what is shown.
      for (const auto& [key, value] : writes) {
        model[key] = {value ? EntryType::kPut : EntryType::kTombstone, value.value_or("")};
      }
      collection.Apply(collection.Flush(writes));
      collection.MergeOnce(random.OneIn(2) ? MergeEffort::kAll : MergeEffort::kWhileWriting);
    }
    while (collection.MergeOnce(MergeEffort::kAll)) {
    }
    std::erase_if(model, [](const auto& item) { return item.second.type == EntryType::kTombstone; });
    partitions_max = std::max(partitions_max, collection.state().partitions.size());
    WalkAtRandom(*collection.Open()->NewCursor(), model, random, 300);
  }
  EXPECT_GE(partitions_max, 8u);
}

// Five runs deep. Filters let one key in a hundred through.
TEST(LsmCursor, ASeekOfAKeyThatIsThereReadsOneLeaf) {
  LsmCollection collection;
  std::vector<std::string> keys;
  for (int i = 0; i < 1000; ++i) keys.push_back("key " + std::to_string(100'000 + i));
  for (size_t run = 0; run < 5; ++run) {
    Writes writes;
    for (size_t i = run; i < keys.size(); i += 5) writes[keys[i]] = "value";
    collection.Apply(collection.Flush(writes));
  }
  const auto trees = collection.Open();
  ASSERT_EQ(trees->Statistics().runs, 5u);
  const auto reads = [&collection] {
    const BlockCache::Statistics statistics = collection.world().cache().statistics();
    return statistics.hits + statistics.misses;
  };
  const uint64_t before = reads();
  for (const std::string& key : keys) {
    const auto cursor = trees->NewCursor();
    cursor->Seek(key, SeekTo::kAtOrAfter);
    ASSERT_TRUE(cursor->valid());
    ASSERT_EQ(cursor->entry().key, Bytes(key));
  }
  EXPECT_LT(reads() - before, keys.size() * 11 / 10);
}

}  // namespace
}  // namespace logwood::testing
