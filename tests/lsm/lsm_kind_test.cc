#include "lsm/lsm_kind.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/status_macros.h"
#include "codec/file_header.h"
#include "lsm/lsm_state.h"
#include "tests/lsm/lsm_world.h"

namespace logwood {
namespace {

using testing::LsmWorld;
using testing::SealedEntries;
using testing::Writes;

// One collection, and its live bytes as the manifest would count them.
class LsmCollection {
 public:
  explicit LsmCollection(uint32_t block_size_bytes = 256)
      : state_(kind_->InitialState({.kind = CollectionKind::kLsm, .block_size_bytes = block_size_bytes})) {}

  std::shared_ptr<const CollectionTrees> Open() { return kind_->Open(state_, world_).value(); }

  KindEdit Flush(const Writes& writes) {
    const SealedEntries entries(writes);
    const auto cursor = entries.NewCursor();
    const auto trees = Open();
    LsmWorld::Output output(world_);
    KindEdit edit =
        kind_->Flush({.state = state_, .trees = *trees, .entries = *cursor, .logs_that_stay = {}}, output).value();
    output.Finish();
    return edit;
  }
  std::optional<KindEdit> Merge(MergeEffort effort) {
    const auto plan = kind_->Choose(state_, effort).value();
    if (!plan) return std::nullopt;
    LsmWorld::Output output(world_);
    KindEdit edit = kind_->Merge(*plan, *Open(), output).value();
    output.Finish();
    return edit;
  }
  void Apply(const KindEdit& edit) {
    state_ = kind_->ApplyEdit(state_, edit.bytes).value();
    for (const LiveBytesChange& change : edit.live_bytes) {
      live_bytes_[change.file] += change.bytes;
      if (live_bytes_[change.file] == 0) live_bytes_.erase(change.file);
    }
  }

  [[nodiscard]] const Kind& kind() const { return *kind_; }
  [[nodiscard]] LsmState state() const { return DecodeLsmState(state_).value(); }
  [[nodiscard]] const std::string& state_bytes() const { return state_; }
  [[nodiscard]] const std::map<FileNumber, int64_t>& live_bytes() const { return live_bytes_; }
  LsmWorld& world() { return world_; }

 private:
  std::unique_ptr<const Kind> kind_ = NewLsmKind();
  LsmWorld world_;
  std::string state_;
  std::map<FileNumber, int64_t> live_bytes_;
};

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
  EXPECT_FALSE(trees->Get("key").value());
  EXPECT_TRUE(LivingOf(*trees).empty());
  EXPECT_TRUE(trees->LiveBytes().empty());
  EXPECT_TRUE(collection.kind().Files(collection.state_bytes()).value().empty());
  EXPECT_EQ(trees->Verify([](const Status& damage) { ADD_FAILURE() << damage; }).value(), 0u);
}

TEST(LsmKind, NewerRunsHideOlderOnes) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}, {"b", "1"}, {"c", "1"}}));
  collection.Apply(collection.Flush({{"b", "2"}, {"c", std::nullopt}}));
  const auto trees = collection.Open();
  EXPECT_EQ(trees->Get("a").value()->value, Bytes("1"));
  EXPECT_EQ(trees->Get("b").value()->value, Bytes("2"));
  EXPECT_EQ(trees->Get("c").value()->type, EntryType::kTombstone);
  EXPECT_FALSE(trees->Get("d").value());
  EXPECT_EQ(LivingOf(*trees), (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
}

TEST(LsmKind, AHitOutlivesTheTrees) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"key", std::string(500, 'v')}}));
  const auto hit = collection.Open()->Get("key").value();
  EXPECT_EQ(hit->value, Bytes(std::string(500, 'v')));
}

TEST(LsmKind, AFlushOfNothingAsksForNoFile) {
  LsmCollection collection;
  collection.Apply(collection.Flush({}));
  EXPECT_EQ(collection.world().file_count(), 0u);
  EXPECT_TRUE(collection.state().runs.empty());
}

TEST(LsmKind, TombstonesThatHideNothingAreNotWritten) {
  LsmCollection collection;
  const KindEdit nothing = collection.Flush({{"a", std::nullopt}});
  EXPECT_TRUE(nothing.live_bytes.empty());
  collection.Apply(nothing);
  EXPECT_EQ(collection.world().file_count(), 0u);
  collection.Apply(collection.Flush({{"a", std::nullopt}, {"b", "1"}}));
  EXPECT_EQ(collection.state().runs[0].tree.entries, 1u);
  EXPECT_EQ(collection.state().runs[0].tree.tombstones, 0u);
}

TEST(LsmKind, TombstonesAboveAnOlderRunAreKept) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}}));
  collection.Apply(collection.Flush({{"z", std::nullopt}}));
  EXPECT_EQ(collection.state().runs[0].tree.tombstones, 1u);
}

// The flush saw no run; another one was installed before it.
TEST(LsmKind, AFlushThatDroppedTombstonesDoesNotFitAboveARun) {
  LsmCollection collection;
  const KindEdit late = collection.Flush({{"a", std::nullopt}, {"b", "2"}});
  collection.Apply(collection.Flush({{"a", "1"}}));
  EXPECT_EQ(collection.kind().ApplyEdit(collection.state_bytes(), late.bytes).status().code(), StatusCode::kCorruption);
}

TEST(LsmKind, AMergeLeavesNoTombstoneAndNoOldBytes) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}, {"b", "1"}}));
  collection.Apply(collection.Flush({{"a", std::nullopt}}));
  collection.Apply(collection.Merge(MergeEffort::kAll).value());
  const LsmState state = collection.state();
  ASSERT_EQ(state.runs.size(), 1u);
  EXPECT_EQ(state.runs[0].tree.entries, 1u);
  EXPECT_EQ(state.runs[0].tree.tombstones, 0u);
  EXPECT_EQ(collection.live_bytes().size(), 1u);
  EXPECT_EQ(collection.kind().Files(collection.state_bytes()).value(), std::set{FileNumber(3)});
}

TEST(LsmKind, AMergeOfWhatWasAllDeletedWritesNothing) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}}));
  collection.Apply(collection.Flush({{"a", std::nullopt}}));
  collection.Apply(collection.Merge(MergeEffort::kAll).value());
  EXPECT_TRUE(collection.state().runs.empty());
  EXPECT_TRUE(collection.live_bytes().empty());
  EXPECT_EQ(collection.world().file_count(), 2u);
}

TEST(LsmKind, APlanForOtherTreesIsRefused) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}}));
  LsmWorld::Output output(collection.world());
  const auto edit = collection.kind().Merge(EncodeLsmPlan({9}), *collection.Open(), output);
  EXPECT_EQ(edit.status().code(), StatusCode::kCorruption);
  EXPECT_FALSE(output.used());
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

TEST(LsmKind, ADamagedRunFailsReadsAndMergesAndIsReported) {
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

  const auto trees = collection.Open();
  EXPECT_EQ(trees->Get("key").value()->value, Bytes("2"));
  const auto cursor = trees->NewCursor();
  cursor->First();
  while (cursor->valid()) cursor->Next();
  EXPECT_EQ(cursor->status().code(), StatusCode::kCorruption);
  std::vector<Status> damages;
  ASSERT_TRUE(trees->Verify([&](const Status& damage) { damages.push_back(damage); }).ok());
  ASSERT_FALSE(damages.empty());
  EXPECT_EQ(damages[0].code(), StatusCode::kCorruption);
  EXPECT_EQ(damages[0].message().substr(0, 7), "run 1: ");
  LsmWorld::Output output(collection.world());
  const auto plan = collection.kind().Choose(collection.state_bytes(), MergeEffort::kAll).value();
  EXPECT_EQ(collection.kind().Merge(*plan, *trees, output).status().code(), StatusCode::kCorruption);
}

TEST(LsmKind, DamagedStatesAndEditsAreRefusedEverywhere) {
  LsmCollection collection;
  const Kind& kind = collection.kind();
  EXPECT_EQ(kind.ApplyEdit("?", EncodeLsmFlush({})).status().code(), StatusCode::kCorruption);
  EXPECT_EQ(kind.ApplyEdit(collection.state_bytes(), "?").status().code(), StatusCode::kCorruption);
  EXPECT_EQ(kind.Files("?").status().code(), StatusCode::kCorruption);
  EXPECT_EQ(kind.Open("?", collection.world()).status().code(), StatusCode::kCorruption);
  EXPECT_EQ(kind.Choose("?", MergeEffort::kAll).status().code(), StatusCode::kCorruption);
}

TEST(LsmKind, AStateWithAFileThatIsNotThereDoesNotOpen) {
  LsmCollection collection;
  collection.Apply(collection.Flush({{"a", "1"}}));
  LsmWorld elsewhere;
  EXPECT_EQ(collection.kind().Open(collection.state_bytes(), elsewhere).status(),
            Status::Corruption("file 1 is unknown"));
}

// Flushes and merges in any order, merges that flushes overtake among them, beside a std::map.
class LsmModel {
 public:
  explicit LsmModel(uint64_t seed) : random_(seed) {}

  void Run() {
    for (int step = 0; step < 40; ++step) {
      Step();
      Check();
    }
    while (const auto edit = collection_.Merge(MergeEffort::kAll)) collection_.Apply(*edit);
    Check();
    EXPECT_EQ(collection_.state().runs.size(), model_.empty() ? 0u : 1u);
    for (const LsmRun& run : collection_.state().runs) EXPECT_EQ(run.tree.entries, model_.size());
  }

 private:
  static constexpr uint64_t kKeyCount = 60;

  static std::string Key(uint64_t index) { return "key " + std::to_string(index); }

  void Step() {
    if (!random_.OneIn(3)) return collection_.Apply(collection_.Flush(Draw()));
    const auto merge = collection_.Merge(random_.OneIn(2) ? MergeEffort::kAll : MergeEffort::kWhileWriting);
    for (uint64_t i = random_.Below(3); i > 0; --i) collection_.Apply(collection_.Flush(Draw()));
    if (merge) collection_.Apply(*merge);
  }

  Writes Draw() {
    Writes writes;
    for (uint64_t i = random_.Below(30); i > 0; --i) {
      auto& value = writes[Key(random_.Below(kKeyCount))];
      if (!random_.OneIn(3)) value = std::string(random_.Below(60), static_cast<char>('a' + random_.Below(26)));
    }
    for (const auto& [key, value] : writes) {
      if (value) model_[key] = *value;
      if (!value) model_.erase(key);
    }
    return writes;
  }

  void Check() {
    const auto trees = collection_.Open();
    EXPECT_EQ(LivingOf(*trees), model_);
    for (uint64_t i = 0; i < kKeyCount; ++i) {
      const auto hit = trees->Get(Key(i)).value();
      const auto expected = model_.find(Key(i));
      const bool lives = hit && hit->type == EntryType::kPut;
      ASSERT_EQ(lives, expected != model_.end()) << Key(i);
      if (!lives) continue;
      EXPECT_EQ(hit->value, Bytes(expected->second));
    }
    std::map<FileNumber, int64_t> live_bytes;
    std::set<FileNumber> files;
    for (const auto& [file, bytes] : trees->LiveBytes()) {
      live_bytes[file] = static_cast<int64_t>(bytes);
      files.insert(file);
    }
    EXPECT_EQ(live_bytes, collection_.live_bytes());
    EXPECT_EQ(files, collection_.kind().Files(collection_.state_bytes()).value());
    EXPECT_TRUE(trees->Verify([](const Status& damage) { ADD_FAILURE() << damage; }).ok());
  }

  SeededRandom random_;
  LsmCollection collection_;
  std::map<std::string, std::string> model_;
};

TEST(LsmKind, AgreesWithAMapUnderFlushesAndMerges) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LsmModel(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace logwood
