#include "lsm/lsm_kind.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/status_macros.h"
#include "codec/file_header.h"
#include "lsm/lsm_edit.h"
#include "lsm/lsm_state.h"
#include "tests/lsm/lsm_collection.h"

namespace logwood {
namespace {

using testing::Get;
using testing::LsmCollection;
using testing::LsmWorld;
using testing::SealedEntries;
using testing::Writes;

// What a reader sees: keys whose newest entry is a put.
std::map<std::string, std::string> LivingOf(const CollectionTrees& trees) {
  std::map<std::string, std::string> living;
  const auto cursor = trees.NewCursor();
  for (cursor->First(); cursor->valid(); cursor->Next()) {
    const Entry& entry = cursor->entry();
    if (entry.type == EntryType::kPut) living[entry.key.ToString()] = entry.value.ToString();
  }
  EXPECT_EQ(cursor->status(), Status::Ok());
  return living;
}

TEST(LsmKind, AnEmptyCollectionHasNothing) {
  LsmCollection collection;
  const auto trees = collection.Open();
  EXPECT_FALSE(Get(*trees, "key").value());
  EXPECT_TRUE(LivingOf(*trees).empty());
  EXPECT_TRUE(trees->LiveBytes().empty());
  EXPECT_TRUE(collection.kind().Files(collection.state_bytes()).value().empty());
  EXPECT_EQ(trees->Verify([](const Status& damage) { ADD_FAILURE() << damage; }).value(), 0u);
}

TEST(LsmKind, NewerSegmentsHideOlderOnes) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}, {"b", "1"}, {"c", "1"}}));
  collection.Apply(collection.Flush({{"b", "2"}, {"c", std::nullopt}}));
  const auto trees = collection.Open();
  EXPECT_EQ(Get(*trees, "a").value()->value, Bytes("1"));
  EXPECT_EQ(Get(*trees, "b").value()->value, Bytes("2"));
  EXPECT_EQ(Get(*trees, "c").value()->type, EntryType::kTombstone);
  EXPECT_FALSE(Get(*trees, "d").value());
  EXPECT_EQ(LivingOf(*trees), (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
}

TEST(LsmKind, AHitOutlivesTheTrees) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"key", std::string(500, 'v')}}));
  const auto hit = Get(*collection.Open(), "key").value();
  EXPECT_EQ(hit->value, Bytes(std::string(500, 'v')));
}

TEST(LsmKind, AFlushOfNothingAsksForNoFile) {
  LsmCollection collection;
  collection.Apply(collection.Flush({}));
  EXPECT_EQ(collection.world().file_count(), 0u);
  EXPECT_TRUE(collection.state().segments.empty());
}

TEST(LsmKind, TombstonesThatHideNothingAreNotWritten) {
  LsmCollection collection;
  const KindEdit nothing = collection.Flush({{"a", std::nullopt}});
  EXPECT_TRUE(nothing.live_bytes.empty());
  collection.Apply(nothing);
  EXPECT_EQ(collection.world().file_count(), 0u);
  collection.Apply(collection.Flush({{"a", std::nullopt}, {"b", "1"}}));
  EXPECT_EQ(collection.state().segments.begin()->second.tree.entries, 1u);
  EXPECT_EQ(collection.state().segments.begin()->second.tree.tombstones, 0u);
}

TEST(LsmKind, TombstonesAboveAnOlderSegmentAreKept) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}}));
  collection.Apply(collection.Flush({{"z", std::nullopt}}));
  EXPECT_EQ(collection.state().segments.at(2).tree.tombstones, 1u);
}

// The flush saw no segment; another one was installed before it.
TEST(LsmKind, AFlushThatDroppedTombstonesDoesNotFitAboveASegment) {
  LsmCollection collection;
  const KindEdit late = collection.Flush({{"a", std::nullopt}, {"b", "2"}});
  collection.Apply(collection.Flush({{"a", "1"}}));
  EXPECT_EQ(collection.kind().ApplyEdit(collection.state_bytes(), late.bytes).status().code(), StatusCode::kCorruption);
}

TEST(LsmKind, AMergeLeavesNoTombstoneAndNoOldBytes) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}, {"b", "1"}}));
  collection.Apply(collection.Flush({{"a", std::nullopt}}));
  EXPECT_TRUE(collection.MergeOnce(MergeEffort::kAll));
  EXPECT_FALSE(collection.MergeOnce(MergeEffort::kAll));
  const LsmState state = collection.state();
  ASSERT_EQ(state.segments.size(), 1u);
  EXPECT_EQ(state.segments.at(3).tree.entries, 1u);
  EXPECT_EQ(state.segments.at(3).tree.tombstones, 0u);
  EXPECT_EQ(collection.live_bytes().size(), 1u);
  EXPECT_EQ(collection.kind().Files(collection.state_bytes()).value(), std::set{FileNumber(3)});
}

TEST(LsmKind, AMergeOfWhatWasAllDeletedWritesNothing) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}}));
  collection.Apply(collection.Flush({{"a", std::nullopt}}));
  EXPECT_TRUE(collection.MergeOnce(MergeEffort::kAll));
  EXPECT_FALSE(collection.MergeOnce(MergeEffort::kAll));
  EXPECT_TRUE(collection.state().segments.empty());
  EXPECT_TRUE(collection.live_bytes().empty());
  EXPECT_EQ(collection.world().file_count(), 2u);
}

TEST(LsmKind, APlanForOtherTreesIsRefused) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}}));
  LsmWorld::Output output(collection.world());
  const auto edit = collection.kind().Merge(EncodeLsmPlan({.inputs = {{"", {9}}}}), *collection.Open(), output);
  EXPECT_EQ(edit.status().code(), StatusCode::kCorruption);
  EXPECT_FALSE(output.used());
}

// Two partitions, and a file of a segment for each of them; then a flush over both.
class Divided : public LsmCollection {
 public:
  Divided() : LsmCollection({.segment_size_bytes = 1000}) {
    Writes low;
    Writes high;
    for (int i = 100; i < 120; ++i) low["a" + std::to_string(i)] = std::string(50, 'v');
    for (int i = 100; i < 120; ++i) high["b" + std::to_string(i)] = std::string(50, 'v');
    Apply(Flush(low));
    Apply(Flush(high));
    Apply(Flush({{"a105", "2"}, {"b105", "2"}}));
    EXPECT_EQ(state().partitions.size(), 2u);
  }
};

std::string PlanToOldest(std::vector<LsmPlan::Input> inputs) {
  return EncodeLsmPlan({.to_oldest = true, .inputs = std::move(inputs)});
}

TEST(LsmKind, AFlushAtTheEndBeginsAPartitionWithoutWritingAnythingAnew) {
  Divided collection;
  EXPECT_EQ(collection.state().partitions[1].start, "b100");
  EXPECT_EQ(collection.world().file_count(), 3u);
}

TEST(LsmKind, ASegmentCountsWholeUntilItsLastPieceGoes) {
  Divided collection;
  const auto bytes_of_3 = static_cast<int64_t>(collection.state().segments.at(3).tree.bytes);
  collection.Apply(collection.Merge(PlanToOldest({{"", {3, 1}}})));
  EXPECT_EQ(collection.live_bytes().at(FileNumber(3)), bytes_of_3);
  EXPECT_FALSE(collection.live_bytes().contains(FileNumber(1)));
  collection.Apply(collection.Merge(PlanToOldest({{"b100", {3, 2}}})));
  EXPECT_FALSE(collection.live_bytes().contains(FileNumber(3)));
  EXPECT_FALSE(collection.live_bytes().contains(FileNumber(2)));
}

// Segment 3 still has an entry of partition "", older than what that has now.
TEST(LsmKind, WhatWasMergedAwayStaysAway) {
  Divided collection;
  collection.Apply(collection.Merge(PlanToOldest({{"", {3, 1}}})));
  collection.Apply(collection.Flush({{"a105", std::nullopt}}));
  const uint64_t oldest = collection.state().partitions[0].pieces[1].segment;
  collection.Apply(collection.Merge(PlanToOldest({{"", {5, oldest}}})));
  EXPECT_FALSE(Get(*collection.Open(), "a105").value());
  EXPECT_EQ(Get(*collection.Open(), "b105").value()->value, Bytes("2"));
  EXPECT_FALSE(LivingOf(*collection.Open()).contains("a105"));
  while (collection.MergeOnce(MergeEffort::kAll)) {
  }
  EXPECT_FALSE(LivingOf(*collection.Open()).contains("a105"));
  EXPECT_EQ(LivingOf(*collection.Open()).size(), 39u);
}

TEST(LsmKind, TombstonesAreDroppedOnlyInMergesToTheOldest) {
  Divided collection;
  collection.Apply(collection.Flush({{"a106", std::nullopt}}));
  collection.Apply(collection.Flush({{"a107", std::nullopt}}));
  collection.Apply(collection.Merge(EncodeLsmPlan({.to_oldest = false, .inputs = {{"", {5, 4}}}})));
  EXPECT_EQ(collection.state().segments.at(6).tree.tombstones, 2u);
  EXPECT_EQ(collection.state().partitions[0].pieces[0].contents.tombstones, 2u);
  EXPECT_EQ(Get(*collection.Open(), "a106").value()->type, EntryType::kTombstone);
  collection.Apply(collection.Merge(PlanToOldest({{"", {6, 3, 1}}})));
  EXPECT_EQ(collection.state().partitions[0].contents().tombstones, 0u);
  EXPECT_FALSE(Get(*collection.Open(), "a106").value());
}

TEST(LsmKind, AMergeIntoLargeSegmentsDividesThePartition) {
  Divided collection;
  Writes more;
  for (int i = 100; i < 140; ++i) more["a" + std::to_string(i) + "x"] = std::string(50, 'w');
  collection.Apply(collection.Flush(more));
  collection.Apply(collection.Merge(PlanToOldest({{"", {4, 3, 1}}})));
  const LsmState state = collection.state();
  ASSERT_EQ(state.partitions.size(), 4u);
  uint64_t entries = 0;
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(state.partitions[i].pieces.size(), 1u);
    entries += state.partitions[i].pieces[0].contents.entries;
    EXPECT_GE(state.partitions[i].pieces[0].contents.bytes, 850u);  // Even, but for a block.
    EXPECT_LE(state.partitions[i].pieces[0].contents.bytes, 1300u);
  }
  EXPECT_EQ(entries, 60u);
  EXPECT_EQ(LivingOf(*collection.Open()).size(), 80u);
}

TEST(LsmKind, OpenSharesTheSegmentsThatAreOpen) {
  Divided collection;
  const auto before = collection.Open();
  collection.Apply(collection.Flush({{"a", "1"}}));
  LsmWorld elsewhere;  // Has no file at all.
  EXPECT_EQ(collection.kind().Open(collection.state_bytes(), elsewhere, before.get()).status(),
            Status::Corruption("file 4 is unknown"));
  const auto after = collection.Open();
  EXPECT_TRUE(collection.kind().Open(collection.state_bytes(), elsewhere, after.get()).ok());
}

TEST(LsmKind, NothingStaysInLogs) {
  LsmCollection collection;
  const SealedEntries entries(Writes{{"a", std::string(100'000, 'v')}});
  EXPECT_TRUE(collection.kind().Stays(*entries.NewCursor()).value().empty());
}

class FullOutput : public JobOutput {
 public:
  Result<BlockFileWriter*> File() override { return Status::NoSpace("full"); }
};

TEST(LsmKind, AnOutputThatFailsFailsTheJob) {
  LsmCollection collection;
  const SealedEntries entries(Writes{{"a", "1"}});
  const auto cursor = entries.NewCursor();
  const auto trees = collection.Open();
  FullOutput output;
  const auto edit = collection.kind().Flush(
      {.state = collection.state_bytes(), .trees = *trees, .entries = *cursor, .logs_that_stay = {}}, output);
  EXPECT_EQ(edit.status(), Status::NoSpace("full"));
}

TEST(LsmKind, ADamagedSegmentFailsReadsAndMergesAndIsReported) {
  LsmCollection collection;
  Writes writes;
  for (int i = 0; i < 200; ++i) writes["key " + std::to_string(i)] = std::string(20, 'v');
  collection.Apply(collection.Flush(writes));
  collection.Apply(collection.Flush({{"key", "2"}}));

  Store& store = collection.world().store();
  const std::string name = FileName(FileNumber(1), FileType::kTree);
  std::string bytes(store.Open(name).value()->size(), '\0');
  ASSERT_EQ(store.Open(name).value()->Read(0, std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
  bytes[300] = static_cast<char>(bytes[300] ^ 1);
  ASSERT_EQ(store.Remove(name), Status::Ok());
  ASSERT_EQ(store.Create(name, {}).value()->Append(bytes), Status::Ok());

  const auto trees = collection.kind().Open(collection.state_bytes(), collection.world(), nullptr).value();
  EXPECT_EQ(Get(*trees, "key").value()->value, Bytes("2"));
  const auto cursor = trees->NewCursor();
  cursor->First();
  while (cursor->valid()) cursor->Next();
  EXPECT_EQ(cursor->status().code(), StatusCode::kCorruption);
  std::vector<Status> damages;
  ASSERT_TRUE(trees->Verify([&](const Status& damage) { damages.push_back(damage); }).ok());
  ASSERT_FALSE(damages.empty());
  EXPECT_EQ(damages[0].code(), StatusCode::kCorruption);
  EXPECT_EQ(damages[0].message().substr(0, 11), "segment 1: ");
  LsmWorld::Output output(collection.world());
  const auto plan = collection.kind().Choose(collection.state_bytes(), {.effort = MergeEffort::kAll}).value();
  EXPECT_EQ(collection.kind().Merge(plan.value().bytes, *trees, output).status().code(), StatusCode::kCorruption);
}

TEST(LsmKind, DamagedStatesAndEditsAreRefusedEverywhere) {
  LsmCollection collection;
  const Kind& kind = collection.kind();
  EXPECT_EQ(kind.ApplyEdit("?", EncodeLsmFlush({})).status().code(), StatusCode::kCorruption);
  EXPECT_EQ(kind.ApplyEdit(collection.state_bytes(), "?").status().code(), StatusCode::kCorruption);
  EXPECT_EQ(kind.Files("?").status().code(), StatusCode::kCorruption);
  EXPECT_EQ(kind.Open("?", collection.world(), nullptr).status().code(), StatusCode::kCorruption);
  EXPECT_EQ(kind.Choose("?", {.effort = MergeEffort::kAll}).status().code(), StatusCode::kCorruption);
}

TEST(LsmKind, AStateWithAFileThatIsNotThereDoesNotOpen) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}}));
  LsmWorld elsewhere;
  EXPECT_EQ(collection.kind().Open(collection.state_bytes(), elsewhere, nullptr).status(),
            Status::Corruption("file 1 is unknown"));
}

}  // namespace
}  // namespace logwood
