#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "memtable/memtable.h"

// Orders of arrival and shapes of keys that the tree under a memtable treats differently: each against a map, over
// several levels of nodes, with seeks at every border.

namespace logwood::testing {
namespace {

using namespace std::literals;
using Keys = std::vector<std::string>;
using Model = std::map<std::string, std::string>;

std::string Decimal(uint64_t number, size_t width = 16) {
  const std::string digits = std::to_string(number);
  return std::string(width - digits.size(), '0') + digits;
}

void Shuffle(Keys& keys, uint64_t seed) {
  SeededRandom random(seed);
  for (size_t i = keys.size(); i > 1; --i) std::swap(keys[i - 1], keys[random.Below(i)]);
}

Keys Ascending(size_t count) {
  Keys keys;
  for (size_t i = 0; i < count; ++i) keys.push_back(Decimal(3 * i));
  return keys;
}

Keys Reversed(Keys keys) {
  std::ranges::reverse(keys);
  return keys;
}

Keys Shuffled(Keys keys) {
  Shuffle(keys, 1);
  return keys;
}

Keys RandomKeys(size_t count, size_t size) {
  SeededRandom random(2);
  Keys keys(count, std::string(size, '\0'));
  for (std::string& key : keys) {
    for (char& byte : key) byte = static_cast<char>(random.Below(256));
  }
  return keys;
}

// Rows that grow at their ends in turn.
enum class Times { kRise, kFall };

Keys Series(size_t series_count, size_t length, Times times) {
  Keys keys;
  for (size_t i = 0; i < length; ++i) {
    for (size_t series = 0; series < series_count; ++series) {
      keys.push_back("series " + Decimal(series, 4) + "/" + Decimal(times == Times::kRise ? i : length - i, 10));
    }
  }
  return keys;
}

// First two keys, then all between them from above.
Keys DownInAGap(size_t count) {
  Keys keys = Ascending(200);
  for (size_t i = count; i > 0; --i) keys.push_back(Decimal(300) + Decimal(i));
  return keys;
}

// All strings of up to `length` bytes out of {0, 1, 255}: prefixes of one another, that zeros would pad to the same.
Keys ZerosAndEdges(size_t length) {
  Keys keys = {""};
  for (size_t begin = 0; length > 0; --length) {
    const size_t end = keys.size();
    for (; begin < end; ++begin) {
      for (const char byte : {'\0', '\1', '\xff'}) keys.push_back(keys[begin] + byte);
    }
  }
  return keys;
}

Keys Behind(const std::string& prefix, Keys keys) {
  for (std::string& key : keys) key.insert(0, prefix);
  return keys;
}

// Each key a byte shorter than the one before: their common prefix shrinks with each.
Keys EverShorter(size_t count) {
  Keys keys;
  for (size_t size = count; size > 0; --size) keys.emplace_back(size, 'a');
  return keys;
}

// The prefix of what came so far turns wrong time and again.
Keys ChangingPrefixes() {
  Keys keys;
  for (const std::string_view prefix :
       {"mmmm/mmmm/mmmm/", "mmmm/mmmm/", "mmmm/", "mmzz/", "aaaa/bbbb/", "zz/", "", "m"}) {
    for (const std::string& key : Shuffled(Ascending(150))) keys.push_back(std::string(prefix) + key);
  }
  return keys;
}

Keys OfAllLengths() {
  Keys keys;
  for (const size_t size : {0u, 1u, 7u, 8u, 9u, 15u, 16u, 39u, 40u, 41u, 48u, 49u, 100u, 255u, 256u, 1000u, 65'500u}) {
    for (const std::string_view tail :
         {""sv, "\0"sv, "\0\0\0\0\0\0\0\0\0"sv, "0000000"sv, "00000000"sv, "000000001"sv}) {
      keys.push_back(std::string(size, 'x') + std::string(tail));
      keys.push_back(std::string(size, 'x') + "y" + std::string(tail));
    }
  }
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  return keys;
}

struct Arrival {
  std::string name;
  Keys keys;
};

std::vector<Arrival> Arrivals() {
  return {
      {"ascending", Ascending(6000)},
      {"descending", Reversed(Ascending(6000))},
      {"shuffled decimals", Shuffled(Ascending(6000))},
      {"random", RandomKeys(6000, 16)},
      {"random, 3 bytes", RandomKeys(6000, 3)},
      {"random behind 8 shared bytes", Behind("customer", RandomKeys(6000, 12))},
      {"random behind 70 shared bytes", Behind(std::string(70, 's'), RandomKeys(3000, 12))},
      {"differing behind 40 shared bytes only at their end", Shuffled(Behind(std::string(40, 'd'), Ascending(3000)))},
      {"series", Series(50, 60, Times::kRise)},
      {"descending series", Series(50, 60, Times::kFall)},
      {"down in a gap", DownInAGap(3000)},
      {"zeros and edges", Shuffled(ZerosAndEdges(7))},
      {"zeros and edges in order of size", ZerosAndEdges(7)},
      {"zeros and edges behind a prefix", Shuffled(Behind("prefix of 19 bytes ", ZerosAndEdges(7)))},
      {"ever shorter", EverShorter(600)},
      {"ever longer", Reversed(EverShorter(600))},
      {"changing prefixes", ChangingPrefixes()},
      {"of all lengths", Shuffled(OfAllLengths())},
      {"of all lengths, ascending", OfAllLengths()},
      {"of all lengths, descending", Reversed(OfAllLengths())},
  };
}

class Tree {
 public:
  void Add(const std::string& key, const std::string& value) {
    memtable_.Add(Sequence(++last_), {.type = EntryType::kPut, .key = key, .value = value, .address = {}});
    model_[key] = value;
  }
  void AddAll(const Keys& keys) {
    for (const std::string& key : keys) Add(key, std::to_string(last_));
  }

  [[nodiscard]] Sequence last() const { return Sequence(last_); }
  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] const Memtable& memtable() const { return memtable_; }
  [[nodiscard]] size_t bytes() const { return arena_.bytes(); }

 private:
  Arena arena_;
  Memtable memtable_{arena_};
  uint64_t last_ = 0;
  Model model_;
};

std::string Shown(const EntryCursor& cursor) {
  if (!cursor.valid()) return "nothing";
  return cursor.entry().key.ToString() + "=" + cursor.entry().value.ToString();
}
std::string Shown(const Model& model, Model::const_iterator at) {
  return at == model.end() ? "nothing" : at->first + "=" + at->second;
}

void ExpectScansShow(EntryCursor& cursor, const Model& model) {
  cursor.First();
  for (auto expected = model.begin(); expected != model.end(); ++expected) {
    ASSERT_EQ(Shown(cursor), Shown(model, expected));
    cursor.Next();
  }
  ASSERT_FALSE(cursor.valid());
  cursor.Last();
  for (auto expected = model.rbegin(); expected != model.rend(); ++expected) {
    ASSERT_EQ(Shown(cursor), expected->first + "=" + expected->second);
    cursor.Prev();
  }
  ASSERT_FALSE(cursor.valid());
}

void ExpectFinds(const Tree& tree, EntryCursor& cursor, const std::string& key) {
  const Model& model = tree.model();
  const auto exact = model.find(key);
  const auto above = model.upper_bound(key);
  const auto hit = tree.memtable().Get(key, tree.last());
  ASSERT_EQ(hit.has_value(), exact != model.end());
  ASSERT_TRUE(!hit || hit->value == Bytes(exact->second));
  cursor.Seek(key, SeekTo::kExact);
  ASSERT_EQ(Shown(cursor), Shown(model, exact));
  cursor.Seek(key, SeekTo::kAtOrAfter);
  ASSERT_EQ(Shown(cursor), Shown(model, model.lower_bound(key)));
  cursor.Seek(key, SeekTo::kAtOrBefore);
  ASSERT_EQ(Shown(cursor), Shown(model, above == model.begin() ? model.end() : std::prev(above)));
  // From there on both ways.
  if (above == model.begin()) return;
  cursor.Next();
  ASSERT_EQ(Shown(cursor), Shown(model, above));
}

// At each key, right behind it, and right before it.
void ExpectFindsAllBorders(const Tree& tree) {
  const auto cursor = tree.memtable().NewCursor(tree.last());
  for (const auto& [key, value] : tree.model()) {
    SCOPED_TRACE("key of " + std::to_string(key.size()) + " bytes: " + ::testing::PrintToString(key.substr(0, 80)));
    ExpectFinds(tree, *cursor, key);
    ExpectFinds(tree, *cursor, key + '\0');
    if (!key.empty()) ExpectFinds(tree, *cursor, key.substr(0, key.size() - 1));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(MemtableTree, ShowsWhatAMapShowsInEveryOrderOfArrival) {
  for (const auto& [name, keys] : Arrivals()) {
    SCOPED_TRACE(name);
    Tree tree;
    tree.AddAll(keys);
    ExpectScansShow(*tree.memtable().NewCursor(tree.last()), tree.model());
    ExpectFindsAllBorders(tree);
    if (HasFailure()) return;
  }
}

TEST(MemtableTree, ShowsWhatAMapShowsAtEveryFillOfItsFirstNodes) {
  for (const auto& [name, keys] : Arrivals()) {
    SCOPED_TRACE(name);
    Tree tree;
    const auto cursor = tree.memtable().NewCursor(Sequence::Max());
    for (size_t i = 0; i < std::min<size_t>(keys.size(), 200); ++i) {
      tree.Add(keys[i], std::to_string(i));
      ExpectScansShow(*cursor, tree.model());
      ASSERT_FALSE(HasFailure()) << i;
    }
  }
}

TEST(MemtableTree, KeepsOldVersionsThroughSplits) {
  for (const auto& [name, keys] : Arrivals()) {
    SCOPED_TRACE(name);
    Tree tree;
    const size_t half = keys.size() / 2;
    tree.AddAll(Keys(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(half)));
    const Sequence at = tree.last();
    const Model then = tree.model();
    tree.AddAll(Shuffled(keys));  // New keys and newer versions of the old.
    ExpectScansShow(*tree.memtable().NewCursor(at), then);
    ExpectScansShow(*tree.memtable().NewCursor(tree.last()), tree.model());
    for (const std::string& key : keys) {
      const auto expected = then.find(key);
      const auto hit = tree.memtable().Get(key, at);
      ASSERT_EQ(hit.has_value(), expected != then.end());
      ASSERT_TRUE(!hit || hit->value == Bytes(expected->second));
    }
    if (HasFailure()) return;
  }
}

// Stands on every tenth key while the leaves under it are replaced, some more than once; then walks on, here forwards
// and there backwards, and turns.
TEST(MemtableTree, CursorsGoOnRightFromLeavesThatWereReplaced) {
  for (const auto& [name, keys] : Arrivals()) {
    SCOPED_TRACE(name);
    Tree tree;
    const Keys all = Shuffled(keys);
    tree.AddAll(Keys(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 4)));
    const Model then = tree.model();
    std::vector<std::pair<std::unique_ptr<EntryCursor>, Model::const_iterator>> standing;
    size_t index = 0;
    for (auto at = then.begin(); at != then.end(); ++at, ++index) {
      if (index % 10 != 0) continue;
      standing.emplace_back(tree.memtable().NewCursor(tree.last()), at);
      standing.back().first->Seek(at->first, SeekTo::kExact);
    }
    tree.AddAll(all);
    for (auto& [cursor, at] : standing) {
      ASSERT_EQ(Shown(*cursor), Shown(then, at));
      const bool forward = std::distance(then.begin(), at) % 20 == 0;
      for (int step = 0; step < 90 && cursor->valid(); ++step) {
        const bool back = step >= 80;
        if (forward != back) {
          cursor->Next();
          ++at;
        } else {
          cursor->Prev();
          at = at == then.begin() ? then.end() : std::prev(at);
        }
        ASSERT_EQ(Shown(*cursor), Shown(then, at)) << step;
      }
    }
  }
}

TEST(MemtableTree, AReusedCursorSeesWhatCameIntoItsLeaf) {
  Tree tree;
  const auto cursor = tree.memtable().NewCursor(Sequence::Max());
  tree.Add("b", "1");
  cursor->First();
  EXPECT_EQ(Shown(*cursor), "b=1");
  tree.Add("a", "2");
  tree.Add("b", "3");
  cursor->First();
  EXPECT_EQ(Shown(*cursor), "a=2");
  cursor->Next();
  EXPECT_EQ(Shown(*cursor), "b=3");
}

// Leaves that get nothing any more should be full, and no order of arrival should cost a leaf for each key.
TEST(MemtableTree, TakesLittleMemoryInEveryOrderOfArrival) {
  constexpr size_t kCount = 30'000;
  const struct {
    std::string name;
    Keys keys;
    size_t bytes_max;  // Of an entry of 16 to 24 bytes with a value of up to 5: 45 to 53 in a record.
  } cases[] = {
      {"ascending", Ascending(kCount), 115},
      {"descending", Reversed(Ascending(kCount)), 115},
      {"random", RandomKeys(kCount, 16), 155},
      {"series", Series(100, kCount / 100, Times::kRise), 175},
      {"descending series", Series(100, kCount / 100, Times::kFall), 175},
      {"down in a gap", DownInAGap(kCount), 175},
  };
  for (const auto& [name, keys, bytes_max] : cases) {
    Tree tree;
    tree.AddAll(keys);
    EXPECT_LE(tree.bytes() / keys.size(), bytes_max) << name;
  }
}

// Each key would take the prefix of its leaf down by a byte, and the leaf with it.
TEST(MemtableTree, TakesNoLeafForEachKeyThatBreaksAPrefix) {
  const Keys keys = EverShorter(2000);
  Tree tree;
  tree.AddAll(keys);
  size_t user_bytes = 0;
  for (const std::string& key : keys) user_bytes += key.size();
  EXPECT_LE((static_cast<double>(tree.bytes()) - 1.2 * static_cast<double>(user_bytes)) / 2000, 400);
}

}  // namespace
}  // namespace logwood::testing
