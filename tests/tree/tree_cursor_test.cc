#include "tree/tree_cursor.h"

#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/tree/stored_tree.h"
#include "tree/tree.h"

namespace logwood::testing {
namespace {

// A family of keys: similar enough that neighbours, prefixes and equal heads are common.
struct KeyFamily {
  const char* name;
  std::function<std::string(SeededRandom&)> make;
};

std::string RandomBytes(SeededRandom& random, size_t size_max, uint64_t alphabet_size) {
  std::string bytes(random.Below(size_max + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Below(alphabet_size));
  return bytes;
}

const KeyFamily kFamilies[] = {
    {"random", [](SeededRandom& random) { return RandomBytes(random, 20, 256); }},
    {"decimals",
     [](SeededRandom& random) {
       const std::string digits = std::to_string(random.Below(100'000));
       return std::string(16 - digits.size(), '0') + digits;
     }},
    {"prefixes",
     [](SeededRandom& random) { return "a common prefix/" + RandomBytes(random, 2, 4) + RandomBytes(random, 12, 3); }},
    {"zeros", [](SeededRandom& random) { return RandomBytes(random, 24, 2); }},
    {"high", [](SeededRandom& random) { return std::string(random.Below(30), '\xff') + RandomBytes(random, 2, 256); }},
};

// Moves a cursor and an iterator alike; the iterator at the end stands for "not valid".
class Pair {
 public:
  Pair(const Tree& tree, const Model& model) : cursor_(tree.NewCursor()), model_(model), at_(model.end()) {}

  void Move(SeededRandom& random, const std::string& key) {
    switch (at_ == model_.end() ? random.Below(5) : random.Below(12)) {
      case 0: Seek(key, SeekTo::kExact, model_.find(key)); break;
      case 1: Seek(key, SeekTo::kAtOrAfter, model_.lower_bound(key)); break;
      case 2: Seek(key, SeekTo::kAtOrBefore, Before(model_.upper_bound(key))); break;
      case 3:
        cursor_->First();
        at_ = model_.begin();
        break;
      case 4:
        cursor_->Last();
        at_ = Before(model_.end());
        break;
      case 5:
      case 6:
      case 7:
      case 8:
        cursor_->Next();
        ++at_;
        break;
      default: cursor_->Prev(); at_ = Before(at_);
    }
    Compare();
  }

 private:
  void Seek(const std::string& key, SeekTo to, Model::const_iterator expected) {
    cursor_->Seek(key, to);
    at_ = expected;
  }

  [[nodiscard]] Model::const_iterator Before(Model::const_iterator at) const {
    return at == model_.begin() ? model_.end() : std::prev(at);
  }

  void Compare() {
    ASSERT_EQ(cursor_->status(), Status::Ok());
    ASSERT_EQ(cursor_->valid(), at_ != model_.end());
    if (!cursor_->valid()) return;
    ASSERT_EQ(cursor_->entry().key, Bytes(at_->first));
    ASSERT_EQ(cursor_->entry().value, Bytes(at_->second.value));
    ASSERT_EQ(cursor_->entry().type, at_->second.type);
  }

  std::unique_ptr<EntryCursor> cursor_;
  const Model& model_;
  Model::const_iterator at_;
};

Model RandomModel(const KeyFamily& family, SeededRandom& random, size_t count) {
  Model model;
  for (size_t i = 0; i < count; ++i) {
    const bool tombstone = random.OneIn(8);
    model[family.make(random)] = {.type = tombstone ? EntryType::kTombstone : EntryType::kPut,
                                  .value = tombstone ? "" : RandomBytes(random, 40, 256)};
  }
  return model;
}

// A key that is there, nearly there, or any.
std::string DrawKey(const KeyFamily& family, SeededRandom& random, const Model& model) {
  std::string key = family.make(random);
  if (random.OneIn(3)) return key;
  const auto neighbour = model.lower_bound(key);
  key = neighbour == model.end() ? model.begin()->first : neighbour->first;
  if (random.OneIn(4)) key.push_back('\0');
  if (random.OneIn(4) && !key.empty()) key.pop_back();
  return key;
}

TEST(TreeCursor, MovesAsAnOrderedMapDoes) {
  for (const KeyFamily& family : kFamilies) {
    for (const size_t block_size : {size_t{256}, size_t{1024}, size_t{8192}}) {
      for (uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE(std::string(family.name) + ", blocks of " + std::to_string(block_size) + ", seed " +
                     std::to_string(seed));
        SeededRandom random(seed);
        const Model model = RandomModel(family, random, size_t{1} << (2 * seed - 1));
        const OpenTree tree(model, {.block_size_bytes = block_size});
        Pair pair(*tree, model);
        for (int move = 0; move < 1500; ++move) {
          pair.Move(random, DrawKey(family, random, model));
          ASSERT_FALSE(HasFatalFailure()) << "at move " << move;
        }
        ExpectGets(*tree, model);
        EXPECT_EQ(DamageOf(*tree), std::vector<Status>());
      }
    }
  }
}

TEST(TreeCursor, IsNotValidBeforeTheFirstMoveAndPastBothEnds) {
  const OpenTree tree(DecimalModel(100), {.block_size_bytes = 256});
  const std::unique_ptr<EntryCursor> cursor = tree->NewCursor();
  EXPECT_FALSE(cursor->valid());
  cursor->Last();
  cursor->Next();
  EXPECT_FALSE(cursor->valid());
  cursor->First();
  cursor->Prev();
  EXPECT_FALSE(cursor->valid());
  EXPECT_EQ(cursor->status(), Status::Ok());
}

TEST(TreeCursor, SeeksToTheKeyOfItsOwnEntry) {
  const OpenTree tree(DecimalModel(100), {.block_size_bytes = 256});
  const std::unique_ptr<EntryCursor> cursor = tree->NewCursor();
  for (cursor->First(); cursor->valid(); cursor->Next()) {
    const std::string key = cursor->entry().key.ToString();
    cursor->Seek(cursor->entry().key, SeekTo::kExact);
    ASSERT_TRUE(cursor->valid());
    ASSERT_EQ(cursor->entry().key, Bytes(key));
  }
}

// The value lies in a leaf that nobody else holds, and the seek leaves it.
TEST(TreeCursor, SeeksToAKeyThatTheValueOfItsOwnEntryHolds) {
  Model model = DecimalModel(101);
  std::vector<std::string> keys;
  for (const auto& [key, entry] : model) keys.push_back(key);
  for (size_t i = 0; i < keys.size(); ++i) model[keys[i]].value = keys[(i + 37) % keys.size()];
  const StoredTrees stored({model}, {.block_size_bytes = 256});
  BlockCache cache(Runtime::Default(), 0);
  const auto tree = Tree::Open(stored.OpenFile(), stored.descriptors()[0], cache).value();
  const std::unique_ptr<EntryCursor> cursor = tree->NewCursor();
  cursor->First();
  for (size_t step = 1; step < 200; ++step) {
    cursor->Seek(cursor->entry().value, SeekTo::kExact);
    ASSERT_TRUE(cursor->valid());
    ASSERT_EQ(cursor->entry().key, Bytes(keys[37 * step % keys.size()]));
  }
}

TEST(TreeCursor, AsksTheFilterBeforeAnExactSeekReadsALeaf) {
  OpenTree tree(DecimalModel(2000), {.block_size_bytes = 256});
  const std::unique_ptr<EntryCursor> cursor = tree->NewCursor();
  const auto reads = [&tree] { return tree.cache().statistics().hits + tree.cache().statistics().misses; };
  const uint64_t before = reads();
  for (const auto& [key, entry] : DecimalModel(2000)) {
    cursor->Seek(key + "absent", SeekTo::kExact);
    ASSERT_FALSE(cursor->valid());
  }
  EXPECT_LT(reads() - before, 2000 * 3 / 100);
  EXPECT_EQ(cursor->status(), Status::Ok());
}

TEST(TreeCursor, TellsOfALeafThatStandsWholeBeforeTheLimit) {
  Model model = DecimalModel(100);
  model["00000150"] = {.type = EntryType::kTombstone, .value = ""};
  const OpenTree tree(model, {.block_size_bytes = 256});
  const std::unique_ptr<EntryCursor> cursor = tree->NewCursor();
  size_t whole = 0;
  size_t with_tombstone = 0;
  cursor->First();
  while (cursor->valid()) {
    ASSERT_TRUE(cursor->entry().begins_block);
    const auto at = model.find(cursor->entry().key.ToString());
    const Block* const block = cursor->WholeBlock(nullptr);
    if (block == nullptr) {
      ++with_tombstone;
      do {
        cursor->Next();
      } while (cursor->valid() && !cursor->entry().begins_block);
      continue;
    }
    ++whole;
    const std::string last = std::next(at, block->count() - 1)->first;
    const Bytes at_last(last);
    const std::string behind = last + '\0';
    const Bytes behind_last(behind);
    EXPECT_EQ(cursor->WholeBlock(&at_last), nullptr);
    EXPECT_EQ(cursor->WholeBlock(&behind_last), block);
    cursor->PassBlock();
    const auto next = std::next(at, block->count());
    ASSERT_EQ(cursor->valid(), next != model.end());
    if (cursor->valid()) {
      EXPECT_EQ(cursor->entry().key, Bytes(next->first));
    }
  }
  EXPECT_GT(whole, 5u);
  EXPECT_EQ(with_tombstone, 1u);
}

TEST(TreeCursor, StaysInvalidAfterAnError) {
  const StoredTrees stored({DecimalModel(100)}, {.block_size_bytes = 256});
  std::string bytes = stored.bytes();
  bytes[BlockOffsets(bytes)[1] + 100] ^= 1;
  const StoredTrees damaged(bytes);
  BlockCache cache(Runtime::Default(), 1 << 20);
  const auto tree = Tree::Open(damaged.OpenFile(), stored.descriptors()[0], cache).value();
  const std::unique_ptr<EntryCursor> cursor = tree->NewCursor();
  cursor->First();
  while (cursor->valid()) cursor->Next();
  EXPECT_EQ(cursor->status().code(), StatusCode::kCorruption);
  cursor->First();
  EXPECT_FALSE(cursor->valid());
  cursor->Seek("00000000", SeekTo::kAtOrAfter);
  EXPECT_FALSE(cursor->valid());
  EXPECT_EQ(cursor->status().code(), StatusCode::kCorruption);
}

}  // namespace
}  // namespace logwood::testing
