#include "tests/tree/stored_tree.h"

#include <array>
#include <cstdio>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "codec/byte_writer.h"

namespace logwood::testing {

Model DecimalModel(int count) {
  Model model;
  for (int i = 0; i < count; ++i) {
    std::array<char, 16> key;
    std::snprintf(key.data(), key.size(), "%08d", 2 * i);
    model[key.data()] = {.value = "value " + std::to_string(i)};
  }
  return model;
}

StoredTrees::StoredTrees(const std::vector<Model>& models, const TreeBuilder::Options& options,
                         const std::vector<RangeTombstone>& range_tombstones) {
  const std::unique_ptr<BlockFileWriter> writer = BlockFileWriter::Create(*store_, kTreeFileHeader, 0).value();
  for (const Model& model : models) {
    TreeBuilder builder(*writer, options);
    for (const auto& [key, entry] : model) builder.Add(key, entry.type, entry.value).Check();
    for (const RangeTombstone& tombstone : range_tombstones) builder.AddRangeTombstone(tombstone).Check();
    descriptors_.push_back(builder.Finish().value());
  }
  writer->SyncAndFinish().Check();
  length_ = writer->size();
}

StoredTrees::StoredTrees(const std::string& bytes) : length_(bytes.size()) {
  const std::unique_ptr<AppendFile> file =
      store_->Create(FileName(kTreeFileHeader.number, kTreeFileHeader.type), {}).value();
  file->Append(bytes).Check();
}

std::string StoredTrees::bytes() const {
  const auto file = store_->Open(FileName(kTreeFileHeader.number, kTreeFileHeader.type)).value();
  std::string bytes(length_, '\0');
  EXPECT_EQ(file->Read(0, std::as_writable_bytes(std::span(bytes))).value(), length_);
  return bytes;
}

std::shared_ptr<const BlockFile> StoredTrees::OpenFile(Store& store) const {
  return BlockFile::Open(store, {.number = kTreeFileHeader.number,
                                 .type = kTreeFileHeader.type,
                                 .id = kTreeFileHeader.id,
                                 .database = kTreeFileHeader.database,
                                 .length = length_})
      .value();
}

OpenTree::OpenTree(const std::vector<Model>& models, const TreeBuilder::Options& options, size_t index)
    : stored_(models, options), cache_(std::make_unique<BlockCache>(Runtime::Default(), size_t{64} << 20)) {
  tree_ = Tree::Open(stored_.OpenFile(), stored_.descriptors()[index], *cache_).value();
}

OpenTree::OpenTree(const Model& model, const TreeBuilder::Options& options,
                   const std::vector<RangeTombstone>& range_tombstones)
    : stored_({model}, options, range_tombstones),
      cache_(std::make_unique<BlockCache>(Runtime::Default(), size_t{64} << 20)) {
  tree_ = Tree::Open(stored_.OpenFile(), stored_.descriptors()[0], *cache_).value();
}

std::vector<size_t> BlockOffsets(const std::string& file) {
  constexpr size_t kLengthOffset = 8;
  std::vector<size_t> offsets = {kFileHeaderSize};
  while (offsets.back() < file.size()) {
    const size_t length = LoadFixed32(Bytes(file).data() + offsets.back() + kLengthOffset);
    offsets.push_back(offsets.back() + (length + 7) / 8 * 8);
  }
  return offsets;
}

void ExpectGets(const Tree& tree, const Model& model) {
  const auto expect = [&](const std::string& key) {
    const auto found = model.find(key);
    const std::optional<Tree::Hit> hit = tree.Get(key, Hash64(key)).value();
    ASSERT_EQ(hit.has_value(), found != model.end()) << key;
    if (!hit) return;
    EXPECT_EQ(hit->type, found->second.type) << key;
    EXPECT_EQ(hit->value, Bytes(found->second.value)) << key;
  };
  expect("");
  for (const auto& [key, entry] : model) {
    expect(key);
    expect(key + '\0');
    expect(key + "x");
    if (!key.empty()) expect(key.substr(0, key.size() - 1));
  }
}

void ExpectWalks(const Tree& tree, const Model& model) {
  const std::unique_ptr<EntryCursor> cursor = tree.NewCursor();
  auto expected = model.begin();
  for (cursor->First(); cursor->valid(); cursor->Next(), ++expected) {
    ASSERT_NE(expected, model.end());
    ASSERT_EQ(cursor->entry().key, Bytes(expected->first));
    ASSERT_EQ(cursor->entry().value, Bytes(expected->second.value));
    ASSERT_EQ(cursor->entry().type, expected->second.type);
  }
  EXPECT_EQ(expected, model.end());
  auto backwards = model.rbegin();
  for (cursor->Last(); cursor->valid(); cursor->Prev(), ++backwards) {
    ASSERT_NE(backwards, model.rend());
    ASSERT_EQ(cursor->entry().key, Bytes(backwards->first));
    ASSERT_EQ(cursor->entry().value, Bytes(backwards->second.value));
  }
  EXPECT_EQ(backwards, model.rend());
  EXPECT_EQ(cursor->status(), Status::Ok());
}

std::vector<Status> DamageOf(const Tree& tree) {
  std::vector<Status> damage;
  const Result<uint64_t> blocks = tree.Verify([&damage](const Status& status) { damage.push_back(status); });
  EXPECT_EQ(blocks.status(), Status::Ok());
  return damage;
}

}  // namespace logwood::testing
