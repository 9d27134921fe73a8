#include "tree/tree_builder.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

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

TEST(TreeBuilder, RefusesWhatNoBlockMayHold) {
  EXPECT_EQ(BuilderOfOneFile()->Add(std::string(kKeySizeMax + 1, 'k'), EntryType::kPut, "").code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(BuilderOfOneFile()->Add("k", EntryType::kPut, std::string(kValueSizeMax + 1, 'v')).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(BuilderOfOneFile()->Add("k", EntryType::kTombstone, "v").code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace logwood::testing
