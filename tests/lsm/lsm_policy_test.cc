#include <algorithm>
#include <cmath>
#include <cstdio>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <vector>

#include "base/random.h"
#include "lsm/lsm_choice.h"
#include "lsm/lsm_edit.h"
#include "lsm/lsm_state.h"

// What the policy costs, without any file: segments are sorted numbers in memory, edits are those of the kind. All
// sizes are a 64th of a memtable of 425,000 entries of 16 + 100 bytes, and of segments of 48 MiB.

namespace logwood {
namespace {

constexpr size_t kFlushEntries = 425'000 / 64;
constexpr LsmTuning kTuning{.segment_size_bytes = (uint64_t{48} << 20) / 64};
constexpr size_t kFillFlushes = 24;  // About ten million entries.
constexpr uint64_t kKeyBytes = 16;
constexpr uint64_t kValueBytes = 100;

struct Record {
  uint32_t key = 0;
  bool is_tombstone = false;
};
using Records = std::vector<Record>;

std::string KeyOf(uint32_t key) {
  char text[kKeyBytes + 1];
  std::snprintf(text, sizeof(text), "%016u", key);
  return text;
}

LsmContents ContentsOf(const Records& records) {
  LsmContents contents;
  for (const Record& record : records) {
    contents += {1, record.is_tombstone ? 1U : 0U, kKeyBytes + (record.is_tombstone ? 0 : kValueBytes)};
  }
  return contents;
}

// Both by key; where both have one, the newer counts.
Records Merged(const Records& newer, const Records& older) {
  Records merged;
  merged.reserve(newer.size() + older.size());
  auto old = older.begin();
  for (const Record& record : newer) {
    for (; old != older.end() && old->key < record.key; ++old) merged.push_back(*old);
    if (old != older.end() && old->key == record.key) ++old;
    merged.push_back(record);
  }
  merged.insert(merged.end(), old, older.end());
  return merged;
}

class PolicyWorld {
 public:
  PolicyWorld() { state_.block_size_bytes = 8192; }

  // `records` in any order; each key once. Then merges for as long as the policy asks for it.
  void Flush(Records records) {
    std::ranges::sort(records, {}, &Record::key);
    for (const Record& record : records) {
      if (record.is_tombstone) living_.erase(record.key);
      if (!record.is_tombstone) living_.insert(record.key);
    }
    entries_ += records.size();
    LsmFlush flush{.may_begin_partition = IsLsmPartitionSize(ContentsOf(records).bytes, kTuning)};
    for (size_t i = 0; i < state_.partitions.size(); ++i) {
      flush.slices.push_back({state_.partitions[i].start, ContentsOf(Between(records, i))});
    }
    flush.tree = Write(std::move(records), ++jobs_);
    Apply(EncodeLsmFlush(flush));
    MergeAll({});
  }

  void MergeAll(const MergeRequest& request) {
    for (;;) {
      const std::optional<LsmPlan> plan = ChooseLsmMerge(state_, request, kTuning);
      if (!plan) return;
      Merge(*plan);
      ASSERT_LT(++merges_, 100'000U) << "merging does not come to rest";
    }
  }

  // From now on.
  void BeginFigures() {
    entries_ = 0;
    written_ = 0;
    deepest_ = 0;
    space_max_ = 0;
  }
  // Entries written for each one that came.
  [[nodiscard]] double write_amplification() const {
    return static_cast<double>(written_) / static_cast<double>(entries_);
  }
  [[nodiscard]] size_t deepest() const { return deepest_; }
  // The largest that all files were for each living byte.
  [[nodiscard]] double space_max() const { return space_max_; }
  [[nodiscard]] const LsmState& state() const { return state_; }
  [[nodiscard]] size_t living() const { return living_.size(); }
  void Print(const char* what) const {
    std::printf("%-28s write amplification %5.2f, at most %zu runs, space %4.2f, %zu partitions\n", what,
                write_amplification(), deepest_, space_max_, state_.partitions.size());
  }

 private:
  [[nodiscard]] Records Between(const Records& records, size_t partition) const {
    const auto at = [&records](const std::string& key) {
      return std::ranges::lower_bound(records, static_cast<uint32_t>(key.empty() ? 0 : std::stoul(key)), {},
                                      &Record::key);
    };
    const bool last = partition + 1 == state_.partitions.size();
    return {at(state_.partitions[partition].start), last ? records.end() : at(state_.partitions[partition + 1].start)};
  }

  TreeDescriptor Write(Records records, uint64_t job) {
    const LsmContents contents = ContentsOf(records);
    written_ += contents.entries;
    TreeDescriptor tree{.file = FileNumber(job),
                        .footer = BlockReference::Of(4096, 200),
                        .entries = contents.entries,
                        .tombstones = contents.tombstones,
                        .bytes = contents.bytes + 100,
                        .first_key = KeyOf(records.front().key),
                        .last_key = KeyOf(records.back().key)};
    file_bytes_[job] += tree.bytes;
    records_[tree.first_key + " " + std::to_string(job)] = std::move(records);
    return tree;
  }
  const Records& RecordsOf(uint64_t segment) const {
    const TreeDescriptor& tree = state_.segments.at(segment).tree;
    return records_.at(tree.first_key + " " + std::to_string(tree.file.value()));
  }

  void Merge(const LsmPlan& plan) {
    const auto places = FindLsmInputs(state_, plan);
    ASSERT_TRUE(places.ok()) << places.status();
    LsmMerge merge{plan, {}};
    Records all;
    std::vector<LsmContents> by_input;
    for (size_t i = 0; i < places->size(); ++i) {
      Records records;
      for (const uint64_t segment : plan.inputs[i].segments) {
        records = Merged(records, Between(RecordsOf(segment), (*places)[i].partition));
      }
      if (plan.to_oldest) std::erase_if(records, [](const Record& record) { return record.is_tombstone; });
      by_input.push_back(ContentsOf(records));
      all.insert(all.end(), records.begin(), records.end());
    }
    WriteOutputs(plan, all, by_input, merge);
    Apply(EncodeLsmMerge(merge));
  }

  void WriteOutputs(const LsmPlan& plan, const Records& all, const std::vector<LsmContents>& by_input,
                    LsmMerge& merge) {
    ++jobs_;
    if (all.empty()) return;
    if (!plan.to_oldest) {
      merge.outputs.push_back({Write(all, jobs_), by_input});
      return;
    }
    uint64_t bytes = 0;
    for (const LsmPlan::Input& input : plan.inputs) {
      bytes += state_.partitions[FindLsmPartition(state_, input.partition)].contents().bytes;
    }
    const uint64_t size = LsmSegmentSize(bytes, kTuning);
    const size_t entries = static_cast<size_t>(size / (kKeyBytes + kValueBytes)) + 1;
    for (size_t begin = 0; begin < all.size(); begin += entries) {
      const Records part(all.begin() + static_cast<std::ptrdiff_t>(begin),
                         all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), begin + entries)));
      merge.outputs.push_back({Write(part, jobs_), {ContentsOf(part)}});
    }
  }

  void Apply(const std::string& edit) {
    Measure();  // Before the files that the edit drops are gone.
    ASSERT_EQ(ApplyLsmEdit(edit, state_), Status::Ok());
    std::set<uint64_t> files;
    std::set<std::string> trees;
    for (const auto& [id, segment] : state_.segments) {
      files.insert(segment.tree.file.value());
      trees.insert(segment.tree.first_key + " " + std::to_string(segment.tree.file.value()));
    }
    std::erase_if(file_bytes_, [&files](const auto& file) { return !files.contains(file.first); });
    std::erase_if(records_, [&trees](const auto& records) { return !trees.contains(records.first); });
    for (const LsmPartition& partition : state_.partitions) deepest_ = std::max(deepest_, partition.pieces.size());
  }

  void Measure() {
    uint64_t bytes = 0;
    for (const auto& [file, size] : file_bytes_) bytes += size;
    const uint64_t live = std::max<uint64_t>(1, living_.size()) * (kKeyBytes + kValueBytes);
    space_max_ = std::max(space_max_, static_cast<double>(bytes) / static_cast<double>(live));
  }

  LsmState state_;
  uint64_t jobs_ = 0;
  uint64_t merges_ = 0;
  std::map<std::string, Records> records_;  // Of each segment, by its first key and file.
  std::map<uint64_t, uint64_t> file_bytes_;
  std::set<uint32_t> living_;
  uint64_t entries_ = 0;
  uint64_t written_ = 0;
  size_t deepest_ = 0;
  double space_max_ = 0;
};

// Keys that no flush had before, all over the key space.
Records FreshKeys(size_t flush) {
  Records records;
  for (size_t i = 0; i < kFlushEntries; ++i) {
    // An odd factor visits each number once.
    records.push_back({static_cast<uint32_t>(flush * kFlushEntries + i) * 2654435761U, false});
  }
  return records;
}

std::vector<uint32_t> Fill(PolicyWorld& world, size_t flushes) {
  std::vector<uint32_t> keys;
  for (size_t flush = 0; flush < flushes; ++flush) {
    const Records records = FreshKeys(flush);
    for (const Record& record : records) keys.push_back(record.key);
    world.Flush(records);
  }
  return keys;
}

// A memtable full of keys that `draw` gives, each once.
template <class Draw>
Records MemtableOf(Draw draw) {
  std::set<uint32_t> keys;
  while (keys.size() < kFlushEntries) keys.insert(draw());
  Records records;
  for (const uint32_t key : keys) records.push_back({key, false});
  return records;
}

// Entries in the one run that all effort leaves.
uint64_t EntriesAtRest(PolicyWorld& world) {
  world.MergeAll({.effort = MergeEffort::kAll});
  uint64_t entries = 0;
  for (const LsmPartition& partition : world.state().partitions) {
    EXPECT_LE(partition.pieces.size(), 1U);
    EXPECT_EQ(partition.contents().tombstones, 0U);
    entries += partition.contents().entries;
  }
  return entries;
}

TEST(LsmPolicy, RandomFillAndOverwrites) {
  PolicyWorld world;
  const std::vector<uint32_t> keys = Fill(world, kFillFlushes);
  world.Print("random fill");
  EXPECT_LE(world.write_amplification(), 3.2);
  EXPECT_LE(world.deepest(), 8U);
  EXPECT_LE(world.space_max(), 2.1);  // When the first flushes become the first run.
  EXPECT_GE(world.state().partitions.size(), 16U);

  world.BeginFigures();
  SeededRandom random(1);
  for (size_t i = 0; i < kFillFlushes; ++i) {
    world.Flush(MemtableOf([&] { return keys[random.Below(keys.size())]; }));
  }
  world.Print("random overwrites");
  EXPECT_LE(world.write_amplification(), 4.5);
  EXPECT_LE(world.deepest(), 8U);
  EXPECT_LE(world.space_max(), 1.9);
  EXPECT_EQ(EntriesAtRest(world), keys.size());
}

TEST(LsmPolicy, SkewedOverwrites) {
  PolicyWorld world;
  const std::vector<uint32_t> keys = Fill(world, kFillFlushes);
  world.BeginFigures();
  SeededRandom random(2);
  // Zipf with exponent 1, by inversion: the n-th most frequent key is overwritten 1/n times as often as the first.
  const double log_count = std::log(static_cast<double>(keys.size()));
  for (size_t i = 0; i < kFillFlushes; ++i) {
    world.Flush(MemtableOf([&] {
      const double share = static_cast<double>(random.Below(1 << 30)) / (1 << 30);
      return keys[static_cast<size_t>(std::exp(share * log_count)) - 1];
    }));
  }
  world.Print("zipf overwrites");
  EXPECT_LE(world.write_amplification(), 4.5);
  EXPECT_LE(world.deepest(), 8U);
  EXPECT_LE(world.space_max(), 1.9);
  EXPECT_EQ(EntriesAtRest(world), keys.size());
}

// Only a tenth of the key space is written to: what other partitions hold must not stay behind in files of theirs.
TEST(LsmPolicy, OverwritesOfOneRange) {
  PolicyWorld world;
  std::vector<uint32_t> keys = Fill(world, kFillFlushes);
  std::ranges::sort(keys);
  world.BeginFigures();
  SeededRandom random(3);
  for (size_t i = 0; i < kFillFlushes; ++i) {
    world.Flush(MemtableOf([&] { return keys[random.Below(keys.size() / 10)]; }));
  }
  world.Print("overwrites of a tenth");
  EXPECT_LE(world.deepest(), 8U);
  EXPECT_LE(world.space_max(), 1.9);
  EXPECT_EQ(EntriesAtRest(world), keys.size());
}

void FillInOrder(size_t flush_entries) {
  PolicyWorld ascending;
  PolicyWorld descending;
  for (uint32_t flush = 0; flush < kFillFlushes; ++flush) {
    Records records;
    Records backwards;
    for (uint32_t i = 0; i < flush_entries; ++i) {
      const auto key = static_cast<uint32_t>(flush * flush_entries) + i;
      records.push_back({key, false});
      backwards.push_back({1'000'000'000 - key, false});
    }
    ascending.Flush(records);
    descending.Flush(backwards);
  }
  ascending.Print("ascending fill");
  descending.Print("descending fill");
  for (const PolicyWorld* world : {&ascending, &descending}) {
    EXPECT_EQ(world->write_amplification(), 1.0);
    EXPECT_EQ(world->deepest(), 1U);
    EXPECT_EQ(world->state().partitions.size(), kFillFlushes);
  }
}

TEST(LsmPolicy, KeysInOrderAreNeverMerged) {
  FillInOrder(kFlushEntries);
  FillInOrder(kFlushEntries / 5);
}

// A hundred series, each ascending: a flush brings a range of its own for each, and overlaps all others.
TEST(LsmPolicy, SeriesInOrder) {
  PolicyWorld world;
  constexpr uint32_t kSeries = 100;
  for (uint32_t flush = 0; flush < kFillFlushes; ++flush) {
    Records records;
    for (uint32_t i = 0; i < kFlushEntries; ++i) {
      const uint32_t moment = (flush * static_cast<uint32_t>(kFlushEntries) + i) / kSeries;
      records.push_back({i % kSeries * 10'000'000 + moment, false});
    }
    world.Flush(std::move(records));
  }
  world.Print("100 series");
  EXPECT_LE(world.write_amplification(), 3.2);
  EXPECT_LE(world.deepest(), 8U);
}

TEST(LsmPolicy, DeletingEverythingLeavesLittle) {
  PolicyWorld world;
  std::vector<uint32_t> keys = Fill(world, kFillFlushes);
  world.BeginFigures();
  for (size_t flush = 0; flush < kFillFlushes; ++flush) {
    Records records;
    for (size_t i = flush * kFlushEntries; i < (flush + 1) * kFlushEntries; ++i) records.push_back({keys[i], true});
    world.Flush(std::move(records));
  }
  std::printf("all deleted: write amplification %.2f, %zu runs, %zu segments in %zu partitions\n",
              world.write_amplification(), world.deepest(), world.state().segments.size(),
              world.state().partitions.size());
  EXPECT_EQ(world.living(), 0U);
  EXPECT_LE(world.deepest(), 8U);
  EXPECT_LE(world.write_amplification(), 4.5);
  uint64_t tombstones = 0;
  for (const LsmPartition& partition : world.state().partitions) tombstones += partition.contents().tombstones;
  EXPECT_LE(tombstones, 2 * kFlushEntries);
  EXPECT_EQ(EntriesAtRest(world), 0U);
  EXPECT_TRUE(world.state().segments.empty());
  EXPECT_EQ(world.state().partitions.size(), 1U);
}

// Memtables that are small beside the data: the price is a question of how often the oldest run is merged.
TEST(LsmPolicy, FourTimesAsMuchCostsLittleMore) {
  PolicyWorld world;
  Fill(world, 4 * kFillFlushes);
  world.Print("random fill, four times");
  EXPECT_LE(world.write_amplification(), 5.0);
  EXPECT_LE(world.deepest(), 8U);
  EXPECT_LE(world.space_max(), 2.1);
}

}  // namespace
}  // namespace logwood
