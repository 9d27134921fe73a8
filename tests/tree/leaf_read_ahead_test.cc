#include "tree/leaf_read_ahead.h"

#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/tree/stored_tree.h"

namespace logwood::testing {
namespace {

// What reads of a file ask for; those of more than `size_max` bytes fail.
struct Reads {
  std::vector<size_t> sizes;
  size_t size_max = SIZE_MAX;
};

class WatchedFile : public ReadableFile {
 public:
  WatchedFile(std::unique_ptr<ReadableFile> file, Reads& reads) : file_(std::move(file)), reads_(reads) {}

  Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
    reads_.sizes.push_back(into.size());
    if (into.size() > reads_.size_max) return Status::Io("planted");
    return file_->Read(offset, into);
  }
  [[nodiscard]] uint64_t size() const override { return file_->size(); }
  Status Sync() override { return file_->Sync(); }

 private:
  std::unique_ptr<ReadableFile> file_;
  Reads& reads_;
};

constexpr int kEntryCount = 20'000;

// A tree of about 100 leaves, reads of whose file are watched.
class WatchedTree {
 public:
  explicit WatchedTree(size_t cache_capacity_bytes)
      : cache_(Runtime::Default(), cache_capacity_bytes),
        tree_(Tree::Open(OpenFile(), stored_.descriptors()[0], cache_).value()) {
    Cursor()->First();  // Reads the index.
    reads_.sizes.clear();
  }

  [[nodiscard]] std::unique_ptr<EntryCursor> Cursor() const { return tree_->NewCursor(); }
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] Reads& reads() { return reads_; }
  [[nodiscard]] BlockCache& cache() { return cache_; }
  [[nodiscard]] size_t leaf_count() const { return BlockOffsets(stored_.bytes()).size(); }

 private:
  std::shared_ptr<const BlockFile> OpenFile() {
    const FileHeader& header = kTreeFileHeader;
    auto file = stored_.store().Open(FileName(header.number, header.type)).value();
    const uint64_t size = file->size();
    return BlockFile::Of(std::make_unique<WatchedFile>(std::move(file), reads_),
                         {header.number, header.type, header.id, header.database, size});
  }

  Reads reads_;
  Model model_ = DecimalModel(kEntryCount);
  StoredTrees stored_{{model_}, {.block_size_bytes = 2048}};
  BlockCache cache_;
  std::shared_ptr<const Tree> tree_;
};

// Expects the model's entries of a pass over all, and returns how many reads it took.
size_t PassForward(WatchedTree& tree) {
  tree.reads().sizes.clear();
  const auto cursor = tree.Cursor();
  cursor->First();
  for (const auto& [key, entry] : tree.model()) {
    EXPECT_TRUE(cursor->valid() && cursor->entry().key == Bytes(key) && cursor->entry().value == Bytes(entry.value));
    if (!cursor->valid()) break;
    cursor->Next();
  }
  EXPECT_FALSE(cursor->valid());
  EXPECT_EQ(cursor->status(), Status::Ok());
  return tree.reads().sizes.size();
}

size_t PassBackward(WatchedTree& tree) {
  tree.reads().sizes.clear();
  const auto cursor = tree.Cursor();
  cursor->Last();
  for (auto at = tree.model().rbegin(); at != tree.model().rend() && cursor->valid(); ++at, cursor->Prev()) {
    EXPECT_EQ(cursor->entry().key, Bytes(at->first));
    EXPECT_EQ(cursor->entry().value, Bytes(at->second.value));
  }
  EXPECT_FALSE(cursor->valid());
  EXPECT_EQ(cursor->status(), Status::Ok());
  return tree.reads().sizes.size();
}

TEST(LeafReadAhead, ReadsManyLeavesAtOnceOnALongPass) {
  WatchedTree tree(0);
  ASSERT_GT(tree.leaf_count(), 100u);
  EXPECT_LT(PassForward(tree), tree.leaf_count() / 5);
  EXPECT_LT(PassBackward(tree), tree.leaf_count() / 5);
}

TEST(LeafReadAhead, LeavesBlocksToACacheThatHasRoom) {
  WatchedTree tree(8 << 20);
  EXPECT_LT(PassForward(tree), tree.leaf_count() / 5);
  EXPECT_EQ(PassForward(tree), 0u);
  EXPECT_EQ(PassBackward(tree), 0u);
}

TEST(LeafReadAhead, DrivesNothingOutOfTheCache) {
  WatchedTree tree(128 << 10);
  PassForward(tree);
  const uint64_t misses = tree.cache().statistics().misses;
  PassForward(tree);
  EXPECT_LT(tree.cache().statistics().misses - misses, tree.leaf_count() / 5);
}

TEST(LeafReadAhead, ReadsManyLeavesAtOnceForSeeksALittleOnward) {
  WatchedTree tree(0);
  const auto cursor = tree.Cursor();
  for (int i = 0; i < kEntryCount; i += 70) {
    const std::string key = std::next(tree.model().begin(), i)->first;
    cursor->Seek(key, SeekTo::kAtOrAfter);
    ASSERT_TRUE(cursor->valid());
    ASSERT_EQ(cursor->entry().key, Bytes(key));
  }
  EXPECT_LT(tree.reads().sizes.size(), tree.leaf_count() / 5);
}

TEST(LeafReadAhead, HasTheCacheMakeRoomForWhatItTakes) {
  constexpr size_t kCapacity = 128 << 10;
  WatchedTree tree(kCapacity);
  PassForward(tree);
  std::vector<std::unique_ptr<EntryCursor>> cursors;
  for (int i = 0; i < 3; ++i) {
    cursors.push_back(tree.Cursor());
    cursors.back()->First();
    for (int step = 0; step < kEntryCount / 2; ++step) cursors.back()->Next();
    EXPECT_LE(tree.cache().budget().bytes(MemoryUse::kBlocks), kCapacity + (4 << 10));
  }
}

TEST(LeafReadAhead, AShortScanReadsLeavesOneByOne) {
  WatchedTree tree(0);
  const auto cursor = tree.Cursor();
  cursor->Seek("00010000", SeekTo::kAtOrAfter);
  for (int i = 0; i < 200; ++i) cursor->Next();
  for (const size_t size : tree.reads().sizes) EXPECT_LE(size, 2048u);
}

TEST(LeafReadAhead, ALeafThatCannotBeReadWithOthersIsReadAlone) {
  WatchedTree tree(0);
  tree.reads().size_max = 4096;
  EXPECT_GT(PassForward(tree), tree.leaf_count() * 9 / 10);
  PassBackward(tree);
}

TEST(LeafReadAhead, GivesItsMemoryBackWithTheNextSeek) {
  WatchedTree tree(0);
  const auto cursor = tree.Cursor();
  cursor->First();
  for (int i = 0; i < kEntryCount - 100; ++i) cursor->Next();
  const uint64_t with = tree.cache().budget().bytes(MemoryUse::kBlocks);
  EXPECT_GE(with, 16u << 10);
  const std::string key = cursor->entry().key.ToString();
  cursor->Seek("00000000", SeekTo::kExact);
  EXPECT_LT(tree.cache().budget().bytes(MemoryUse::kBlocks), 16u << 10);
  cursor->Seek(key, SeekTo::kExact);
  EXPECT_EQ(cursor->entry().key, Bytes(key));
}

}  // namespace
}  // namespace logwood::testing
