#include "logwood/cursor.h"

#include <functional>
#include <gtest/gtest.h>
#include <initializer_list>
#include <map>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logwood/logwood.h"

namespace logwood {
namespace {

using Keys = std::vector<std::string>;

Keys KeysOf(Cursor&& cursor) {
  Keys keys;
  for (const auto [key, value] : cursor) keys.push_back(key.ToString());
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return keys;
}

Keys KeysBackwards(Cursor&& cursor) {
  Keys keys;
  for (cursor.Last(); cursor.valid(); cursor.Prev()) keys.insert(keys.begin(), cursor.key().ToString());
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return keys;
}

class CursorTest : public ::testing::Test {
 protected:
  void PutAll(const Keys& keys) {
    for (const std::string& key : keys) entries_.Put(key, "of " + key, {.sync = Sync::kNo}).Check();
  }

  Database db_ = Database::OpenInMemory().value();
  Collection entries_ = db_.CreateCollection("entries").value();
};

TEST_F(CursorTest, ScansBeginOnTheirFirstEntry) {
  PutAll({"a", "b", "c"});
  EXPECT_EQ(entries_.Scan().key(), "a");
  EXPECT_EQ(entries_.Scan("aa", "c").key(), "b");
  EXPECT_EQ(entries_.ScanFrom("b").key(), "b");
  EXPECT_EQ(entries_.ScanPrefix("c").key(), "c");
  EXPECT_FALSE(entries_.Scan("ba", "c").valid());
  EXPECT_TRUE(entries_.Scan("ba", "c").status().ok());
}

TEST_F(CursorTest, RangeForGoesFromWhereTheCursorStands) {
  PutAll({"a", "b", "c"});
  Cursor cursor = entries_.Scan();
  cursor.Next();
  Keys seen;
  for (const auto [key, value] : cursor) {
    EXPECT_EQ(value, "of " + key.ToString());
    seen.push_back(key.ToString());
  }
  EXPECT_EQ(seen, (Keys{"b", "c"}));
  EXPECT_FALSE(cursor.valid());
  EXPECT_TRUE(cursor.status().ok());
}

TEST_F(CursorTest, PastAnEndItIsNotValidAndCanBeMovedAgain) {
  PutAll({"a", "b"});
  Cursor cursor = entries_.Scan();
  cursor.Prev();
  EXPECT_FALSE(cursor.valid());
  cursor.Last();
  EXPECT_EQ(cursor.key(), "b");
  cursor.Next();
  EXPECT_FALSE(cursor.valid());
  cursor.Seek("b");
  EXPECT_EQ(cursor.key(), "b");
  cursor.SeekExact("bb");
  EXPECT_FALSE(cursor.valid());
  cursor.SeekAtOrBefore("bb");
  EXPECT_EQ(cursor.key(), "b");
  cursor.SeekAtOrBefore("a");
  EXPECT_EQ(cursor.key(), "a");
  EXPECT_TRUE(cursor.status().ok());
}

Keys KeysOf(std::span<const Cursor::KeyAndValue> batch) {
  Keys keys;
  for (const auto [key, value] : batch) {
    EXPECT_EQ(value, "of " + key.ToString());
    keys.push_back(key.ToString());
  }
  return keys;
}

TEST_F(CursorTest, BatchesBeginWhereItStandsAndGoOnBehindOneAnother) {
  PutAll({"a", "c", "e"});
  db_.Flush().Check();
  PutAll({"b", "d", "f"});
  Cursor cursor = entries_.Scan("a", "f");
  cursor.Next();
  EXPECT_EQ(KeysOf(cursor.NextBatch(2)), (Keys{"b", "c"}));
  EXPECT_FALSE(cursor.valid());
  EXPECT_EQ(KeysOf(cursor.NextBatch()), (Keys{"d", "e"}));
  EXPECT_TRUE(cursor.NextBatch().empty());
  EXPECT_TRUE(cursor.NextBatch().empty());
  EXPECT_TRUE(cursor.status().ok());
  cursor.Seek("e");
  ASSERT_TRUE(cursor.valid());
  EXPECT_EQ(cursor.key(), "e");
  EXPECT_TRUE(cursor.NextBatch(0).empty());
  EXPECT_TRUE(cursor.valid());
  EXPECT_EQ(KeysOf(cursor.NextBatch()), Keys{"e"});
  cursor.First();
  cursor.Prev();
  EXPECT_TRUE(cursor.NextBatch().empty());
}

TEST_F(CursorTest, BatchesHaveEntriesTooLargeToBeCopied) {
  const std::string large(100'000, 'v');
  for (const char* key : {"a", "b", "c"}) entries_.Put(key, large).Check();
  db_.Flush().Check();
  for (const char* key : {"bb", "d"}) entries_.Put(key, large).Check();
  const std::string long_key(kKeySizeMax, 'k');
  entries_.Put(long_key, large).Check();
  Cursor cursor = entries_.Scan();
  Keys keys;
  for (auto batch = cursor.NextBatch(); !batch.empty(); batch = cursor.NextBatch()) {
    for (const auto [key, value] : batch) {
      EXPECT_EQ(value, large);
      keys.push_back(key.ToString());
    }
  }
  EXPECT_EQ(keys, (Keys{"a", "b", "bb", "c", "d", long_key}));
}

TEST_F(CursorTest, BatchesEndWithTheDatabase) {
  PutAll({"a", "b"});
  Cursor cursor = entries_.Scan();
  EXPECT_EQ(KeysOf(cursor.NextBatch(1)), Keys{"a"});
  db_.Close().Check();
  EXPECT_TRUE(cursor.NextBatch().empty());
  EXPECT_EQ(cursor.status().code(), StatusCode::kClosed);
}

TEST_F(CursorTest, NothingExistsOutsideTheBounds) {
  PutAll({"a", "b", "c", "d"});
  Cursor cursor = entries_.Scan("b", "d");
  cursor.Seek("a");
  EXPECT_EQ(cursor.key(), "b");
  cursor.SeekAtOrBefore("z");
  EXPECT_EQ(cursor.key(), "c");
  cursor.SeekExact("d");
  EXPECT_FALSE(cursor.valid());
  cursor.SeekExact("a");
  EXPECT_FALSE(cursor.valid());
  cursor.SeekAtOrBefore("a");
  EXPECT_FALSE(cursor.valid());
  cursor.Seek("d");
  EXPECT_FALSE(cursor.valid());
  cursor.Last();
  cursor.Next();
  EXPECT_FALSE(cursor.valid());
  cursor.First();
  cursor.Prev();
  EXPECT_FALSE(cursor.valid());
}

TEST_F(CursorTest, BoundsThatHoldNothingGiveAnEmptyScanAndNoError) {
  PutAll({"a", "b", "c"});
  EXPECT_EQ(KeysOf(entries_.Scan("b", "b")), Keys{});
  EXPECT_EQ(KeysOf(entries_.Scan("c", "a")), Keys{});
  EXPECT_EQ(KeysOf(entries_.Scan("a", "")), Keys{});
  EXPECT_EQ(KeysBackwards(entries_.Scan("c", "a")), Keys{});
  EXPECT_EQ(KeysOf(entries_.ScanFrom("d")), Keys{});
}

TEST_F(CursorTest, BoundsAreCopied) {
  PutAll({"a", "b", "c"});
  std::string start = "b";
  std::string limit = "c";
  Cursor cursor = entries_.Scan(start, limit);
  start = limit = "zzz";
  EXPECT_EQ(KeysOf(std::move(cursor)), Keys{"b"});
}

struct PrefixCase {
  std::string prefix;
  Keys expected;
};

TEST_F(CursorTest, PrefixesEndWhereTheyShould) {
  using std::string_literals::operator""s;
  PutAll({""s, "\x00"s, "a"s, "a\x00"s, "a\xff"s, "a\xff\xff"s, "a\xff\xffz"s, "b"s, "\xfe"s, "\xff"s, "\xff\x00"s,
          "\xff\xff"s, "\xff\xff\xff"s});
  const PrefixCase cases[] = {
      {"a"s, {"a"s, "a\x00"s, "a\xff"s, "a\xff\xff"s, "a\xff\xffz"s}},
      {"a\x00"s, {"a\x00"s}},
      {"a\xff"s, {"a\xff"s, "a\xff\xff"s, "a\xff\xffz"s}},
      {"a\xff\xff"s, {"a\xff\xff"s, "a\xff\xffz"s}},
      {"a\xff\xff\xff"s, {}},
      {"\xfe"s, {"\xfe"s}},
      {"\xff"s, {"\xff"s, "\xff\x00"s, "\xff\xff"s, "\xff\xff\xff"s}},
      {"\xff\xff"s, {"\xff\xff"s, "\xff\xff\xff"s}},
      {"\x00"s, {"\x00"s}},
      {"c"s, {}},
  };
  for (const PrefixCase& one : cases) {
    EXPECT_EQ(KeysOf(entries_.ScanPrefix(one.prefix)), one.expected);
    EXPECT_EQ(KeysBackwards(entries_.ScanPrefix(one.prefix)), one.expected);
  }
  EXPECT_EQ(KeysOf(entries_.ScanPrefix("")).size(), 13u);
  db_.Compact(entries_).Check();
  for (const PrefixCase& one : cases) EXPECT_EQ(KeysOf(entries_.ScanPrefix(one.prefix)), one.expected);
}

// Over many leaves and partitions, settled and not.
TEST(CursorMoves, ShowWhatAMapShowsHoweverTheyAreMixed) {
  Database db = Database::OpenInMemory({.memtable_size_bytes = 4 << 10}).value();
  Collection entries = db.CreateCollection("entries", {.block_size_bytes = 256}).value();
  std::map<std::string, std::string> model;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = "key " + std::to_string(10'000 + i * 7919 % 2000);
    entries.Put(key, std::to_string(i), {.sync = Sync::kNo}).Check();
    model[key] = std::to_string(i);
  }
  db.Compact(entries).Check();
  for (int i = 500; i < 900; ++i) {
    entries.Delete("key " + std::to_string(10'000 + i), {.sync = Sync::kNo}).Check();
    model.erase("key " + std::to_string(10'000 + i));
  }
  for (const bool settled : {false, true}) {
    if (settled) db.Compact(entries).Check();
    Cursor cursor = entries.Scan("key 10100", "key 11900");
    const auto begin = model.lower_bound("key 10100");
    const auto end = model.lower_bound("key 11900");
    auto at = begin;
    std::mt19937 random(1);
    for (int i = 0; i < 3000; ++i) {
      const bool is_valid = at != end;
      ASSERT_EQ(cursor.valid(), is_valid) << i;
      if (!is_valid || random() % 16 == 0) {
        const std::string key = "key " + std::to_string(10'100 + random() % 1800);
        cursor.Seek(key);
        at = model.lower_bound(key);
        continue;
      }
      ASSERT_EQ(cursor.key(), at->first) << i;
      ASSERT_EQ(cursor.value(), at->second) << i;
      if (random() % 16 == 0 && at != begin) {
        cursor.Prev();
        --at;
        continue;
      }
      if (random() % 16 == 0) {
        cursor.SeekExact(cursor.key());
        continue;
      }
      cursor.Next();
      ++at;
    }
    EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  }
}

TEST_F(CursorTest, ShowsTheMomentWhenItWasMade) {
  PutAll({"a", "b", "c"});
  Cursor cursor = entries_.Scan();
  entries_.Put("aa", "later").Check();
  entries_.Put("b", "later").Check();
  entries_.Delete("c").Check();
  db_.Compact(entries_).Check();
  Keys seen;
  for (const auto [key, value] : cursor) {
    EXPECT_EQ(value, "of " + key.ToString());
    seen.push_back(key.ToString());
  }
  EXPECT_EQ(seen, (Keys{"a", "b", "c"}));
}

TEST_F(CursorTest, OutlivesItsDroppedCollection) {
  PutAll({"a", "b"});
  db_.Compact(entries_).Check();
  Cursor cursor = entries_.Scan();
  db_.DropCollection("entries").Check();
  db_.Flush().Check();
  EXPECT_EQ(KeysOf(std::move(cursor)), (Keys{"a", "b"}));
}

TEST_F(CursorTest, MovesTakeItsPlaceAlong) {
  PutAll({"a", "b"});
  Cursor cursor = entries_.Scan();
  cursor.Next();
  Cursor moved = std::move(cursor);
  EXPECT_EQ(moved.key(), "b");
  cursor = entries_.Scan();
  EXPECT_EQ(cursor.key(), "a");
}

TEST_F(CursorTest, OfAClosedDatabaseKeepsItsEntryUntilTheNextMove) {
  PutAll({"a", "b"});
  const std::function<void(Cursor&)> moves[] = {[](Cursor& c) { c.First(); },
                                                [](Cursor& c) { c.Last(); },
                                                [](Cursor& c) { c.Next(); },
                                                [](Cursor& c) { c.Prev(); },
                                                [](Cursor& c) { c.Seek("b"); },
                                                [](Cursor& c) { c.SeekExact("b"); },
                                                [](Cursor& c) { c.SeekAtOrBefore("b"); }};
  std::vector<Cursor> cursors;
  for (size_t i = 0; i < std::size(moves); ++i) cursors.push_back(entries_.Scan());
  db_.Close().Check();
  for (size_t i = 0; i < std::size(moves); ++i) {
    ASSERT_TRUE(cursors[i].valid());
    EXPECT_EQ(cursors[i].value(), "of a");
    moves[i](cursors[i]);
    EXPECT_FALSE(cursors[i].valid());
    EXPECT_EQ(cursors[i].status().code(), StatusCode::kClosed);
    cursors[i].First();
    EXPECT_FALSE(cursors[i].valid()) << "an error is sticky";
  }
}

}  // namespace
}  // namespace logwood
