#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "codec/byte_writer.h"
#include "tests/tree/stored_tree.h"
#include "tree/blocked_bloom_filter.h"
#include "tree/tree_footer.h"

// Trees whose blocks are all well-formed, checksums included, but do not fit together.

namespace logwood::testing {
namespace {

std::string Packed(BlockReference reference) {
  std::string bytes;
  AppendFixed64(bytes, reference.packed());
  return bytes;
}

// A tree of a root over some leaves; by default a right one. What a test changes is what is wrong with it.
struct Forgery {
  std::vector<std::vector<std::string>> leaves = {{"a", "b"}, {"d", "e"}, {"g", "h"}};
  std::vector<std::string> separators = {"", "d", "g"};
  // Where not 0: so many leaves are below a first inner node, the rest below a second, and the root stands above both.
  size_t leaves_of_first_node = 0;
  std::vector<std::string> filter_keys = {"a", "b", "d", "e", "g", "h"};
  std::function<void(std::vector<std::string>&)> change_references = [](auto&) {};
  std::function<void(TreeFooter&)> change_footer = [](auto&) {};
};

// Writes the forged file block by block.
class Forger {
 public:
  explicit Forger(const Forgery& forgery) {
    TreeFooter footer{.leaves = forgery.leaves.size(), .entries = 0, .filter_lines = 1, .height = 2};
    std::vector<std::string> references;
    for (const std::vector<std::string>& keys : forgery.leaves) {
      references.push_back(Packed(AppendLeaf(keys)));
      footer.entries += keys.size();
    }
    footer.begin = BlockReference(LoadFixed64(Bytes(references[0]).data())).offset();
    forgery.change_references(references);
    footer.height = forgery.leaves_of_first_node == 0 ? 2 : 3;
    footer.root = AppendInnerNodes(forgery, references);
    AppendFilter(forgery.filter_keys, footer);
    footer.first_key = forgery.leaves.front().front();
    footer.last_key = forgery.leaves.back().back();
    forgery.change_footer(footer);
    AppendFooter(footer);
    writer_->SyncAndFinish().Check();
  }

  // What is reported when the tree is verified, without the place.
  [[nodiscard]] std::vector<std::string> Damage() const {
    std::vector<std::string> messages;
    for (const Status& status : DamageOf(*Open())) {
      EXPECT_EQ(status.code(), StatusCode::kCorruption);
      const std::string message(status.message());
      messages.push_back(message.substr(message.find(": ") + 2));
    }
    return messages;
  }

  [[nodiscard]] std::shared_ptr<const Tree> Open() const {
    const auto file = BlockFile::Open(*store_, {.number = kTreeFileHeader.number,
                                                .type = kTreeFileHeader.type,
                                                .id = kTreeFileHeader.id,
                                                .database = kTreeFileHeader.database,
                                                .length = writer_->size()})
                          .value();
    return Tree::Open(file, descriptor_, *cache_).value();
  }

 private:
  BlockReference AppendLeaf(const std::vector<std::string>& keys) {
    BlockBuilder leaf(BlockKind::kLeaf, 8192);
    for (const std::string& key : keys) leaf.Add(key, EntryType::kPut, "value");
    return writer_->Append(leaf).value();
  }

  BlockReference AppendInnerNodes(const Forgery& forgery, const std::vector<std::string>& references) {
    const std::span<const std::string> separators(forgery.separators);
    const std::span<const std::string> children(references);
    const size_t split = forgery.leaves_of_first_node;
    if (split == 0) return AppendInner(separators, children);
    const std::vector<std::string> nodes = {Packed(AppendInner(separators.first(split), children.first(split))),
                                            Packed(AppendInner(separators.subspan(split), children.subspan(split)))};
    const std::vector<std::string> node_separators = {"", separators[split]};
    return AppendInner(node_separators, nodes);
  }

  BlockReference AppendInner(std::span<const std::string> separators, std::span<const std::string> references) {
    BlockBuilder node(BlockKind::kInner, 8192);
    for (size_t i = 0; i < separators.size(); ++i) node.Add(separators[i], EntryType::kPut, references[i]);
    return writer_->Append(node).value();
  }

  void AppendFilter(const std::vector<std::string>& keys, TreeFooter& footer) {
    std::vector<uint64_t> hashes;
    for (const std::string& key : keys) hashes.push_back(Hash64(key));
    const BlockedBloomFilter filter = BlockedBloomFilter::Build(hashes, 10);
    BlockBuilder block(BlockKind::kFilter, 8192);
    block.Add("", EntryType::kPut, filter.EncodeLines(0, 1));
    footer.filter_probes = filter.probes();
    footer.filter_blocks = {writer_->Append(block).value()};
  }

  void AppendFooter(const TreeFooter& footer) {
    BlockBuilder block(BlockKind::kFooter, 8192);
    block.Add("", EntryType::kPut, EncodeTreeFooter(footer));
    descriptor_ = {.file = kTreeFileHeader.number,
                   .footer = writer_->Append(block).value(),
                   .entries = footer.entries,
                   .tombstones = footer.tombstones,
                   .bytes = writer_->size() - footer.begin,
                   .first_key = footer.first_key,
                   .last_key = footer.last_key};
  }

  std::unique_ptr<Store> store_ = NewMemoryStore();
  std::unique_ptr<BlockFileWriter> writer_ = BlockFileWriter::Create(*store_, kTreeFileHeader, 0).value();
  std::unique_ptr<BlockCache> cache_ = std::make_unique<BlockCache>(Runtime::Default(), size_t{1} << 20);
  TreeDescriptor descriptor_;
};

using Messages = std::vector<std::string>;

// Expects that a tree whose inner nodes are wrong is reported, and neither searched nor walked.
void ExpectIndexRefused(const Forgery& forgery, const std::string& message) {
  const Forger forger(forgery);
  const Messages damage = forger.Damage();
  ASSERT_FALSE(damage.empty()) << message;
  EXPECT_EQ(damage[0], message);
  const auto tree = forger.Open();
  EXPECT_EQ(tree->Get("a", Hash64("a")).status().code(), StatusCode::kCorruption);
  const auto cursor = tree->NewCursor();
  cursor->First();
  EXPECT_FALSE(cursor->valid());
  EXPECT_EQ(cursor->status().code(), StatusCode::kCorruption);
}

TEST(TreeForgery, ThatChangesNothingIsNotReported) {
  const Forger forger({});
  EXPECT_EQ(forger.Damage(), Messages());
  EXPECT_EQ(forger.Open()->Verify([](const Status&) {}).value(), 6u);
}

TEST(TreeForgery, OfReferencesIsReported) {
  ExpectIndexRefused({.change_references = [](auto& references) { references[1] = "short"; }},
                     "child 1 is no reference");
  ExpectIndexRefused({.change_references = [](auto& references) { references[2][6] = 1; }},
                     "child 2 stands in another file");
  ExpectIndexRefused({.change_references = [](auto& references) { std::swap(references[0], references[1]); }},
                     "child 1 stands at 48, expected 152 or more, and before its parent");
  ExpectIndexRefused({.change_references = [](auto& references) { references[1] = references[0]; }},
                     "child 1 stands at 48, expected 80 or more, and before its parent");
  ExpectIndexRefused(
      {.change_references = [](auto& references) { references[2] = Packed(BlockReference::Of(4096, 64)); }},
      "child 2 stands at 4096, expected 152 or more, and before its parent");
}

TEST(TreeForgery, OfTheFirstSeparatorIsReported) {
  ExpectIndexRefused({.separators = {"a", "d", "g"}}, "first key is not the separator in the parent");
}

TEST(TreeForgery, OfSeparatorsAcrossInnerNodesIsReported) {
  EXPECT_EQ(Forger({.leaves_of_first_node = 2}).Damage(), Messages());
  ExpectIndexRefused({.separators = {"", "h", "g"}, .leaves_of_first_node = 2},
                     "first key is below the separator of the leaf");
}

TEST(TreeForgery, OfTheNumberOfLeavesIsReported) {
  ExpectIndexRefused({.change_footer = [](auto& footer) { footer.leaves = 4; }}, "3 leaves found, the footer says 4");
}

TEST(TreeForgery, OfSeparatorsIsReported) {
  EXPECT_EQ(Forger({.separators = {"", "dd", "g"}}).Damage(),
            Messages({"first key is below the separator of the leaf"}));
  EXPECT_EQ(Forger({.separators = {"", "b", "g"}}).Damage(),
            Messages({"separator of the leaf is not above the last key before it"}));
}

TEST(TreeForgery, OfTheFilterIsReported) {
  EXPECT_EQ(Forger({.filter_keys = {"a", "b", "d", "g", "h"}}).Damage(),
            Messages({"the filter denies 1 keys of the leaf"}));
}

TEST(TreeForgery, OfTheSizeOfTheFilterIsReported) {
  const Forger forger({.change_footer = [](auto& footer) { footer.filter_lines = 2; }});
  EXPECT_EQ(forger.Damage(), Messages({"filter block of 64 bytes, expected 2 lines"}));
  EXPECT_EQ(forger.Open()->Get("a", Hash64("a")).status().code(), StatusCode::kCorruption);
}

TEST(TreeForgery, OfTotalsIsReported) {
  EXPECT_EQ(Forger({.change_footer = [](auto& footer) { footer.entries = 7; }}).Damage(),
            Messages({"6 entries found, the footer says 7"}));
  EXPECT_EQ(Forger({.change_footer = [](auto& footer) { footer.tombstones = 1; }}).Damage(),
            Messages({"0 tombstones found, the footer says 1"}));
  EXPECT_EQ(Forger({.change_footer = [](auto& footer) { footer.first_key = ""; }}).Damage(),
            Messages({"the footer has a wrong first key"}));
  EXPECT_EQ(Forger({.change_footer = [](auto& footer) { footer.last_key = "z"; }}).Damage(),
            Messages({"the footer has a wrong last key"}));
}

}  // namespace
}  // namespace logwood::testing
