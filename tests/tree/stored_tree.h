#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "block/block_cache.h"
#include "block/block_file.h"
#include "codec/entry_type.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "tree/tree.h"
#include "tree/tree_builder.h"

namespace logwood::testing {

// What a tree should hold.
struct ModelEntry {
  EntryType type = EntryType::kPut;
  std::string value;
};
using Model = std::map<std::string, ModelEntry>;

// `count` puts whose keys are decimals of 8 digits, 0 first, 2 apart.
[[nodiscard]] Model DecimalModel(int count);

inline const FileHeader kTreeFileHeader = {
    .type = FileType::kTree, .number = FileNumber(7), .id = FileId(0x1122334455667788), .database = DatabaseId(99)};

// A tree file in a store of its own: written once, then read.
class StoredTrees {
 public:
  // One tree of each model, one after the other, each with these range tombstones.
  StoredTrees(const std::vector<Model>& models, const TreeBuilder::Options& options,
              const std::vector<RangeTombstone>& range_tombstones = {});
  // A file of these bytes.
  explicit StoredTrees(const std::string& bytes);

  // The whole file.
  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] std::shared_ptr<const BlockFile> OpenFile() const { return OpenFile(*store_); }
  // The same through another store that stands before this one's.
  [[nodiscard]] std::shared_ptr<const BlockFile> OpenFile(Store& store) const;
  [[nodiscard]] Store& store() const { return *store_; }
  [[nodiscard]] const std::vector<TreeDescriptor>& descriptors() const { return descriptors_; }

 private:
  std::unique_ptr<Store> store_ = NewMemoryStore();
  std::vector<TreeDescriptor> descriptors_;
  uint64_t length_ = 0;
};

// A store, a file, a cache, and one tree in it that is open.
class OpenTree {
 public:
  explicit OpenTree(const Model& model, const TreeBuilder::Options& options = {})
      : OpenTree(std::vector{model}, options) {}
  OpenTree(const std::vector<Model>& models, const TreeBuilder::Options& options, size_t index = 0);
  OpenTree(const Model& model, const TreeBuilder::Options& options,
           const std::vector<RangeTombstone>& range_tombstones);

  [[nodiscard]] const Tree& operator*() const { return *tree_; }
  [[nodiscard]] const Tree* operator->() const { return tree_.get(); }
  [[nodiscard]] const StoredTrees& stored() const { return stored_; }
  [[nodiscard]] BlockCache& cache() { return *cache_; }

 private:
  StoredTrees stored_;
  std::unique_ptr<BlockCache> cache_;
  std::shared_ptr<const Tree> tree_;
};

// Where each block of a file begins, its end last.
[[nodiscard]] std::vector<size_t> BlockOffsets(const std::string& file);

// Asks `tree` for every key of `model` and for keys beside them; expects what the model says.
void ExpectGets(const Tree& tree, const Model& model);
// Walks `tree` in both directions; expects the model's entries.
void ExpectWalks(const Tree& tree, const Model& model);
// What Verify() found, in the order in which it was found.
[[nodiscard]] std::vector<Status> DamageOf(const Tree& tree);

}  // namespace logwood::testing
