#include "tree/tree.h"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "base/hash.h"
#include "base/thread_pool.h"
#include "logwood/options.h"
#include "tests/tree/stored_tree.h"
#include "tree/tree_footer.h"

namespace logwood::testing {
namespace {

constexpr TreeBuilder::Options kSmallBlocks = {.block_size_bytes = 256};

// Hands everything on to another store, but fails reads while told to.
class FailingStore : public Store {
 public:
  explicit FailingStore(Store& store) : store_(store) {}

  void FailReads(bool fail) { fail_ = fail; }

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    return store_.Create(name, options);
  }
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override {
    return std::unique_ptr<ReadableFile>(std::make_unique<File>(store_.Open(name).value(), fail_));
  }
  Result<std::vector<std::string>> List() override { return store_.List(); }
  Status Remove(std::string_view name) override { return store_.Remove(name); }
  Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override { return store_.Lock(mode); }
  StoreCapabilities capabilities() const override { return store_.capabilities(); }
  std::string description() const override { return "failing"; }

 private:
  class File : public ReadableFile {
   public:
    File(std::unique_ptr<ReadableFile> file, const std::atomic<bool>& fail) : file_(std::move(file)), fail_(fail) {}
    Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
      if (fail_) return Status::Io("planted");
      return file_->Read(offset, into);
    }
    uint64_t size() const override { return file_->size(); }
    Status Sync() override { return file_->Sync(); }

   private:
    std::unique_ptr<ReadableFile> file_;
    const std::atomic<bool>& fail_;
  };

  Store& store_;
  std::atomic<bool> fail_ = false;
};

void ExpectWhole(const OpenTree& tree, const Model& model) {
  ExpectGets(*tree, model);
  ExpectWalks(*tree, model);
  EXPECT_EQ(DamageOf(*tree), std::vector<Status>());
  EXPECT_EQ(tree->descriptor().entries, model.size());
}

uint8_t HeightOf(const Tree& tree) { return ReadTreeFooter(tree.file(), tree.descriptor().footer).value().height; }

TEST(Tree, OfOneEntryHasALeafAsRoot) {
  const Model model = {{"key", {.value = "value"}}};
  const OpenTree tree(model);
  ExpectWhole(tree, model);
  EXPECT_EQ(HeightOf(*tree), 1);
}

TEST(Tree, HoldsTheEmptyKeyAlone) {
  const Model model = {{"", {.value = ""}}};
  const OpenTree tree(model);
  ExpectWhole(tree, model);
}

TEST(Tree, GrowsASecondLeafOneEntryAfterTheFirstIsFull) {
  int count = 1;
  while (ReadTreeFooter(OpenTree(DecimalModel(count + 1), kSmallBlocks)->file(),
                        OpenTree(DecimalModel(count + 1), kSmallBlocks)->descriptor().footer)
             .value()
             .leaves == 1) {
    ++count;
  }
  const OpenTree one_leaf(DecimalModel(count), kSmallBlocks);
  const OpenTree two_leaves(DecimalModel(count + 1), kSmallBlocks);
  ExpectWhole(one_leaf, DecimalModel(count));
  ExpectWhole(two_leaves, DecimalModel(count + 1));
  EXPECT_GT(count, 2);
  EXPECT_EQ(HeightOf(*one_leaf), 1);
  EXPECT_EQ(HeightOf(*two_leaves), 2);
}

TEST(Tree, OfEverySizeUpToThreeLevelsIsWhole) {
  for (int count = 1; count < 300; count += 7) {
    SCOPED_TRACE(count);
    const OpenTree tree(DecimalModel(count), kSmallBlocks);
    ExpectWhole(tree, DecimalModel(count));
  }
  EXPECT_GE(HeightOf(*OpenTree(DecimalModel(300), kSmallBlocks)), 3);
}

TEST(Tree, TakesTheLargestKeysAndValues) {
  Model model;
  for (const char last : {'a', 'b', 'c', 'd', 'e'}) {
    model[std::string(kKeySizeMax - 1, 'k') + last] = {.value = std::string(3, last)};
  }
  model["value"] = {.value = std::string(kValueSizeMax, 'v')};
  const OpenTree tree(model, kSmallBlocks);
  ExpectWhole(tree, model);
}

TEST(Tree, KeepsTombstonesAndLinks) {
  Model model = DecimalModel(200);
  uint64_t tombstones = 0;
  for (auto& [key, entry] : model) {
    if (key.back() == '4') {
      entry = {.type = EntryType::kTombstone, .value = ""};
      ++tombstones;
    } else if (key.back() == '6') {
      entry.type = EntryType::kValueLink;
    }
  }
  const OpenTree tree(model, kSmallBlocks);
  ExpectWhole(tree, model);
  EXPECT_EQ(tree->descriptor().tombstones, tombstones);
}

TEST(Tree, StandsBesideOthersInOneFile) {
  Model other;
  for (const auto& [key, entry] : DecimalModel(100)) other["other" + key] = entry;
  const std::vector<Model> models = {DecimalModel(150), other, {{"last", {.value = "1"}}}};
  for (size_t i = 0; i < models.size(); ++i) {
    SCOPED_TRACE(i);
    const OpenTree tree(models, kSmallBlocks, i);
    ExpectWhole(tree, models[i]);
  }
}

TEST(Tree, WithoutAFilterFindsTheSame) {
  const OpenTree tree(DecimalModel(300), {.block_size_bytes = 256, .filter_bits_per_key = 0});
  ExpectWhole(tree, DecimalModel(300));
}

TEST(Tree, WithAFilterOfSeveralBlocksIsWhole) {
  const Model model = DecimalModel(3000);
  const OpenTree tree(model, {.block_size_bytes = 8192, .filter_bits_per_key = 6000});
  ExpectWhole(tree, model);
  const TreeFooter footer = ReadTreeFooter(tree->file(), tree->descriptor().footer).value();
  EXPECT_EQ(footer.filter_lines, 35'157u);
  EXPECT_EQ(footer.filter_blocks.size(), 3u);
}

TEST(Tree, LetsFewAbsentKeysThroughToTheLeaves) {
  OpenTree tree(DecimalModel(2000), kSmallBlocks);
  const uint64_t reads_before = tree.cache().statistics().hits + tree.cache().statistics().misses;
  for (const auto& [key, entry] : DecimalModel(2000)) {
    const std::string absent = key + "absent";
    ASSERT_EQ(tree->Get(absent, Hash64(absent)).value(), std::nullopt);
  }
  const uint64_t reads = tree.cache().statistics().hits + tree.cache().statistics().misses - reads_before;
  EXPECT_LT(reads, 2000 * 3 / 100);
}

TEST(Tree, ReadsTheFooterAloneWhenItIsOpened) {
  const StoredTrees stored({DecimalModel(300)}, kSmallBlocks);
  FailingStore store(stored.store());
  BlockCache cache(Runtime::Default(), 1 << 20);
  const auto tree = Tree::Open(stored.OpenFile(store), stored.descriptors()[0], cache).value();
  store.FailReads(true);
  EXPECT_EQ(tree->Get("00000000", Hash64("00000000")).status().code(), StatusCode::kIo);
}

TEST(Tree, TriesAgainAfterAReadFailed) {
  const StoredTrees stored({DecimalModel(300)}, kSmallBlocks);
  FailingStore store(stored.store());
  BlockCache cache(Runtime::Default(), 1 << 20);
  const auto tree = Tree::Open(stored.OpenFile(store), stored.descriptors()[0], cache).value();
  store.FailReads(true);
  EXPECT_EQ(tree->Get("00000000", Hash64("00000000")).status().code(), StatusCode::kIo);
  EXPECT_EQ(tree->Verify([](const Status&) {}).status().code(), StatusCode::kIo);
  store.FailReads(false);
  ExpectGets(*tree, DecimalModel(300));
}

TEST(Tree, IsFirstUsedByManyThreadsAtOnce) {
  const Model model = DecimalModel(500);
  for (int round = 0; round < 20; ++round) {
    const OpenTree tree(model, kSmallBlocks);
    ThreadPool threads(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.Run([&tree, &model, thread] {
        if (thread % 2 == 0) ExpectGets(*tree, model);
        ExpectWalks(*tree, model);
      });
    }
  }
}

TEST(Tree, OutlivedByItsCursorsAndHits) {
  const Model model = DecimalModel(300);
  const StoredTrees stored({model}, kSmallBlocks);
  BlockCache cache(Runtime::Default(), 0);
  auto tree = Tree::Open(stored.OpenFile(), stored.descriptors()[0], cache).value();
  const std::unique_ptr<EntryCursor> cursor = tree->NewCursor();
  const std::optional<Tree::Hit> hit = tree->Get("00000000", Hash64("00000000")).value();
  tree.reset();
  size_t count = 0;
  for (cursor->First(); cursor->valid(); cursor->Next()) ++count;
  EXPECT_EQ(count, model.size());
  EXPECT_EQ(hit->value, "value 0");
}

TEST(Tree, RefusesADescriptorThatIsNotItsOwn) {
  const StoredTrees stored({DecimalModel(300), DecimalModel(10)}, kSmallBlocks);
  const TreeDescriptor right = stored.descriptors()[0];
  BlockCache cache(Runtime::Default(), 0);
  const auto expect_refused = [&](const TreeDescriptor& wrong, const std::string& message) {
    const auto tree = Tree::Open(stored.OpenFile(), wrong, cache);
    ASSERT_EQ(tree.status().code(), StatusCode::kCorruption) << message;
    EXPECT_NE(tree.status().message().find(message), std::string::npos) << tree.status();
  };
  const auto changed = [&right](const auto& change) {
    TreeDescriptor wrong = right;
    change(wrong);
    return wrong;
  };
  expect_refused(changed([](auto& wrong) { wrong.file = FileNumber(8); }), "names file 8, expected 7");
  expect_refused(changed([](auto& wrong) { ++wrong.entries; }), "entries 300, expected 301");
  expect_refused(changed([](auto& wrong) { ++wrong.tombstones; }), "tombstones 0, expected 1");
  expect_refused(changed([](auto& wrong) { wrong.first_key = "0"; }), "first key");
  expect_refused(changed([](auto& wrong) { wrong.last_key = "1"; }), "last key");
  expect_refused(changed([](auto& wrong) { wrong.bytes -= 256; }), "bytes");
  expect_refused(changed([](auto& wrong) { wrong.bytes += 4096; }), "bytes");
  expect_refused(changed([&](auto& wrong) { wrong.footer = stored.descriptors()[1].footer; }), "entries 10");
  expect_refused(changed([](auto& wrong) { wrong.footer = BlockReference::Of(kFileHeaderSize, 256); }), "offset 48");
  expect_refused(changed([](auto& wrong) { wrong.footer = BlockReference::Of(1 << 30, 256); }), "offset 1073741824");
}

}  // namespace
}  // namespace logwood::testing
