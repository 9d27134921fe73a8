#include "tree/tree_builder.h"

#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "logwood/options.h"
#include "tests/tree/stored_tree.h"
#include "tree/inner_walk.h"
#include "tree/tree_footer.h"

namespace logwood::testing {
namespace {

// The separators of all leaves but the first.
std::vector<std::string> SeparatorsOf(const Tree& tree) {
  std::vector<std::string> separators;
  const TreeFooter footer = ReadTreeFooter(tree.file(), tree.descriptor().footer).value();
  const InnerWalk::Visitor visitor{.on_leaf =
                                       [&](Bytes separator, BlockReference leaf) {
                                         if (leaf.offset() != footer.begin) separators.push_back(separator.ToString());
                                         return Status::Ok();
                                       },
                                   .on_damage = [](const Status& damage) { return damage; }};
  InnerWalk(tree.file(), footer, visitor).Run().Check();
  return separators;
}

class BuilderOfOneFile {
 public:
  BuilderOfOneFile() : writer_(BlockFileWriter::Create(*store_, kTreeFileHeader, 0).value()), builder_(*writer_, {}) {}
  TreeBuilder* operator->() { return &builder_; }

 private:
  std::unique_ptr<Store> store_ = NewMemoryStore();
  std::unique_ptr<BlockFileWriter> writer_;
  TreeBuilder builder_;
};

TEST(TreeBuilder, CutsSeparatorsToTheByteThatDivides) {
  const std::string large(300, 'v');
  const OpenTree tree({{"apple", {.value = large}},
                       {"apricot", {.value = large}},
                       {"apricots", {.value = large}},
                       {"banana", {.value = large}},
                       {"banana peel", {.value = large}}},
                      {.block_size_bytes = 256});
  EXPECT_EQ(SeparatorsOf(*tree), (std::vector<std::string>{"apr", "apricots", "b", "banana "}));
}

TEST(TreeBuilder, EndsNodesWithTwoChildrenHoweverLongSeparatorsAre) {
  Model model;
  for (char last = 'a'; last <= 'p'; ++last) model[std::string(1000, 'k') + last] = {.value = "value"};
  const OpenTree tree(model, {.block_size_bytes = 256});
  const TreeFooter footer = ReadTreeFooter(tree->file(), tree->descriptor().footer).value();
  EXPECT_EQ(footer.leaves, 16u);
  EXPECT_EQ(footer.height, 5);
  ExpectWalks(*tree, model);
}

TEST(TreeBuilder, StatesWhatTheTreeTakes) {
  const StoredTrees stored({DecimalModel(100), DecimalModel(50)}, {.block_size_bytes = 256});
  EXPECT_EQ(stored.descriptors()[0].bytes + stored.descriptors()[1].bytes, stored.bytes().size() - kFileHeaderSize);
  EXPECT_EQ(stored.descriptors()[0].first_key, "00000000");
  EXPECT_EQ(stored.descriptors()[0].last_key, "00000198");
  EXPECT_EQ(stored.descriptors()[0].file, kTreeFileHeader.number);
}

TEST(TreeBuilder, TakesLittleMoreThanTheBytesOfItsEntries) {
  Model model;
  size_t user_bytes = 0;
  for (const auto& [key, entry] : DecimalModel(20'000)) {
    model[std::string(8, '0') + key] = {.value = std::string(100, 'v')};
    user_bytes += 116;
  }
  const StoredTrees stored({model}, {});
  EXPECT_LT(static_cast<double>(stored.descriptors()[0].bytes), 1.05 * static_cast<double>(user_bytes));
}

TEST(TreeBuilder, RefusesKeysThatDoNotRiseForGood) {
  for (const char* const key : {"b", "a", ""}) {
    BuilderOfOneFile builder;
    builder->Add("b", EntryType::kPut, "1").Check();
    EXPECT_EQ(builder->Add(key, EntryType::kPut, "2").code(), StatusCode::kCorruption);
    EXPECT_EQ(builder->Add("c", EntryType::kPut, "3").code(), StatusCode::kCorruption);
    EXPECT_EQ(builder->Finish().status().code(), StatusCode::kCorruption);
    EXPECT_EQ(builder->entries(), 1u);
  }
}

TEST(TreeBuilder, RefusesKeysThatDoNotRiseAcrossLeaves) {
  BuilderOfOneFile builder;
  for (char key = 'a'; key <= 'z'; ++key) {
    builder->Add(std::string(1, key), EntryType::kPut, std::string(8000, 'v')).Check();
    EXPECT_EQ(builder->entries(), static_cast<uint64_t>(key - 'a' + 1));
  }
  EXPECT_EQ(builder->Add("y", EntryType::kPut, "").code(), StatusCode::kCorruption);
}

// A tree of what another has: leaves are added whole where `adds_whole` says so of their index, else entry by entry.
class Copy {
 public:
  Copy(const Tree& source, const TreeBuilder::Options& options, const std::function<bool(size_t)>& adds_whole) {
    const auto writer = BlockFileWriter::Create(*store_, kTreeFileHeader, 0).value();
    TreeBuilder builder(*writer, options);
    const auto cursor = source.NewCursor();
    size_t leaf = 0;
    cursor->First();
    while (cursor->valid()) {
      const Block* const block = cursor->entry().begins_block ? cursor->WholeBlock(nullptr) : nullptr;
      leaf += cursor->entry().begins_block ? 1 : 0;
      if (block != nullptr && adds_whole(leaf - 1)) {
        builder.AddBlock(*block).Check();
        cursor->PassBlock();
      } else {
        builder.Add(cursor->entry().key, cursor->entry().type, cursor->entry().value).Check();
        cursor->Next();
      }
    }
    const TreeDescriptor descriptor = builder.Finish().value();
    writer->SyncAndFinish().Check();
    const FileHeader& header = kTreeFileHeader;
    tree_ =
        Tree::Open(
            BlockFile::Open(*store_, {header.number, header.type, header.id, header.database, writer->size()}).value(),
            descriptor, cache_)
            .value();
  }
  const Tree& operator*() const { return *tree_; }
  const Tree* operator->() const { return tree_.get(); }

 private:
  std::unique_ptr<Store> store_ = NewMemoryStore();
  BlockCache cache_{Runtime::Default(), size_t{64} << 20};
  std::shared_ptr<const Tree> tree_;
};

// The leaves of a tree without their checksums, which say where they stand.
std::vector<std::string> LeavesOf(const Tree& tree) {
  std::vector<std::string> leaves;
  const auto cursor = tree.NewCursor();
  cursor->First();
  for (; cursor->valid(); cursor->PassBlock()) {
    leaves.push_back(cursor->WholeBlock(nullptr)->stored().From(sizeof(uint64_t)).ToString());
  }
  return leaves;
}

TEST(TreeBuilder, CopiesLeavesAmongEntriesOfItsOwn) {
  const TreeBuilder::Options options{.block_size_bytes = 256};
  const Model model = DecimalModel(3000);
  const OpenTree source(model, options);
  for (size_t every = 1; every <= 4; ++every) {
    const Copy copy(*source, options, [every](size_t leaf) { return leaf % every == 0; });
    EXPECT_EQ(copy->descriptor().entries, model.size());
    EXPECT_EQ(copy->descriptor().first_key, model.begin()->first);
    EXPECT_EQ(copy->descriptor().last_key, model.rbegin()->first);
    EXPECT_EQ(LeavesOf(*copy), LeavesOf(*source));
    EXPECT_EQ(DamageOf(*copy), std::vector<Status>());
    ExpectGets(*copy, model);
    ExpectWalks(*copy, model);
  }
}

TEST(TreeBuilder, LeavesStayHalfFullHoweverOftenTheyAreCopied) {
  const TreeBuilder::Options options{.block_size_bytes = 256};
  const OpenTree source(DecimalModel(3000), options);
  auto copy = std::make_unique<Copy>(*source, options, [](size_t leaf) { return leaf % 3 == 0; });
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SeededRandom random(seed);
    copy = std::make_unique<Copy>(**copy, options, [&random](size_t) { return random.OneIn(2); });
    std::vector<std::string> leaves = LeavesOf(**copy);
    leaves.pop_back();
    for (const std::string& leaf : leaves) EXPECT_GE(leaf.size(), 128u - 40u);  // But for an entry that did not fit.
  }
}

TEST(TreeBuilder, RefusesALeafThatDoesNotRise) {
  const OpenTree source(DecimalModel(100));
  const auto cursor = source->NewCursor();
  cursor->First();
  const Block& leaf = *cursor->WholeBlock(nullptr);
  BuilderOfOneFile builder;
  builder->AddBlock(leaf).Check();
  EXPECT_EQ(builder->AddBlock(leaf).code(), StatusCode::kCorruption);
  EXPECT_EQ(builder->Add("z", EntryType::kPut, "").code(), StatusCode::kCorruption);
}

TEST(TreeBuilder, RefusesWhatNoBlockMayHold) {
  EXPECT_EQ(BuilderOfOneFile()->Add(std::string(kKeySizeMax + 1, 'k'), EntryType::kPut, "").code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(BuilderOfOneFile()->Add("k", EntryType::kPut, std::string(kValueSizeMax + 1, 'v')).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(BuilderOfOneFile()->Add("k", EntryType::kTombstone, "v").code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace logwood::testing
