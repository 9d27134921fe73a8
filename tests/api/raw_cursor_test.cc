#include "logwood/raw_cursor.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "logwood/logwood.h"
#include "tests/api/map_cursor.h"

namespace logwood::testing {
namespace {

std::string RandomKey(SeededRandom& random) {
  std::string key;
  for (uint64_t size = random.Below(4); size > 0; --size) key += static_cast<char>('a' + random.Below(5));
  return key;
}

RawEntries RandomEntries(SeededRandom& random) {
  RawEntries entries;
  for (uint64_t left = random.Below(60); left > 0; --left) {
    std::optional<std::string> value;
    if (!random.OneIn(3)) value = std::to_string(random.Next());
    entries[RandomKey(random)] = std::move(value);
  }
  return entries;
}

// Where a cursor stands, in a word.
std::string Show(const RawCursor& cursor) {
  if (!cursor.status().ok()) return cursor.status().ToString();
  if (!cursor.valid()) return "nowhere";
  return cursor.key().ToString() + (cursor.is_tombstone() ? " deleted" : "=" + cursor.value().ToString());
}

// A tree of sources: segments, maps, and merges of them. `expected` gets what all of them say together.
class Sources {
 public:
  explicit Sources(SeededRandom& random) : random_(random) {}

  std::unique_ptr<RawCursor> Make(RawEntries& expected, int depth) {
    std::vector<std::unique_ptr<RawCursor>> cursors;
    for (uint64_t count = random_.Below(5); count > 0; --count) {
      RawEntries own = RandomEntries(random_);
      if (depth > 0 && random_.OneIn(4)) {
        own.clear();
        cursors.push_back(Make(own, depth - 1));
      } else if (random_.OneIn(2)) {
        cursors.push_back(NewMapCursor(own));
      } else {
        cursors.push_back(NewSegmentCursor(own));
      }
      expected.insert(own.begin(), own.end());  // Where a newer source has the key, that stays.
    }
    return MergeCursors(std::move(cursors));
  }

 private:
  std::unique_ptr<RawCursor> NewSegmentCursor(const RawEntries& entries) {
    const std::string name = "s" + std::to_string(segment_count_++);
    SegmentBuilder builder = SegmentBuilder::Create(*store_, name, {.block_size_bytes = 256}).value();
    MapCursor cursor(entries);
    builder.AddAll(cursor).Check();
    builder.Finish().Check();
    return Segment::Open(*store_, name).value().NewCursor();
  }

  SeededRandom& random_;
  const std::unique_ptr<Store> store_ = NewMemoryStore();
  int segment_count_ = 0;
};

void Move(RawCursor& cursor, uint64_t move, const std::string& key) {
  switch (move) {
    case 0: return cursor.First();
    case 1: return cursor.Last();
    case 2: return cursor.Seek(key);
    case 3: return cursor.SeekAtOrBefore(key);
    case 4:
    case 5:
    case 6: return cursor.valid() ? cursor.Next() : cursor.First();
    default: return cursor.valid() ? cursor.Prev() : cursor.Last();
  }
}

TEST(RawCursorModel, SegmentsMapsAndMergesOfThemAgreeWithOneMap) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    Sources sources(random);
    RawEntries expected;
    const std::unique_ptr<RawCursor> cursor = sources.Make(expected, 2);
    MapCursor reference(expected);
    std::ostringstream moves;
    for (int i = 0; i < 300; ++i) {
      const uint64_t move = random.Below(10);
      const std::string key = RandomKey(random);
      moves << ' ' << move << key;
      Move(*cursor, move, key);
      Move(reference, move, key);
      ASSERT_EQ(Show(*cursor), Show(reference)) << moves.str();
    }
    EXPECT_EQ(ReadForward(*cursor), expected);
  }
}

TEST(RawCursorModel, WhatLivesInThemIsAnOrdinaryCursorAndThatIsARawOneAgain) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    Sources sources(random);
    RawEntries expected;
    Cursor living = LivingCursorOf(sources.Make(expected, 1));
    std::erase_if(expected, [](const auto& entry) { return !entry.second; });
    RawEntries read;
    for (const auto [key, value] : living) read.emplace(key.ToString(), value.ToString());
    EXPECT_TRUE(living.status().ok());
    EXPECT_EQ(read, expected);
    const std::unique_ptr<RawCursor> raw = RawCursorOf(std::move(living));
    MapCursor reference(expected);
    for (int i = 0; i < 200; ++i) {
      const uint64_t move = random.Below(10);
      const std::string key = RandomKey(random);
      Move(*raw, move, key);
      Move(reference, move, key);
      ASSERT_EQ(Show(*raw), Show(reference));
    }
  }
}

TEST(RawCursor, OfADatabaseStaysWithinItsBounds) {
  Database db = Database::OpenInMemory().value();
  Collection words = db.OpenOrCreate("words").value();
  for (const char* word : {"a", "b", "c", "d"}) words.Put(word, word).Check();
  EXPECT_EQ(ReadForward(*RawCursorOf(words.Scan("b", "d"))), (RawEntries{{"b", "b"}, {"c", "c"}}));
}

TEST(RawCursor, NoSourcesAreAnEmptySource) {
  const std::unique_ptr<RawCursor> cursor = MergeCursors({});
  cursor->Last();
  EXPECT_FALSE(cursor->valid());
  EXPECT_FALSE(LivingCursorOf(MergeCursors({})).valid());
}

// Gives what a list says, whatever the order.
class LyingCursor final : public RawCursor {
 public:
  explicit LyingCursor(std::vector<std::string> keys) : keys_(std::move(keys)), position_(keys_.size()) {}

  void First() override { position_ = 0; }
  void Last() override { position_ = keys_.size() - 1; }
  void Seek(Bytes) override { position_ = 0; }
  void SeekAtOrBefore(Bytes) override { position_ = keys_.size() - 1; }
  void Next() override { ++position_; }
  void Prev() override { --position_; }

  [[nodiscard]] bool valid() const override { return position_ < keys_.size(); }
  [[nodiscard]] Bytes key() const override { return keys_[position_]; }
  [[nodiscard]] Bytes value() const override { return {}; }

 private:
  std::vector<std::string> keys_;
  size_t position_;
};

std::unique_ptr<RawCursor> Lying(std::vector<std::string> keys) {
  return std::make_unique<LyingCursor>(std::move(keys));
}

TEST(RawCursor, ThatBreaksItsOrderIsAnErrorOfWhoeverUsesIt) {
  const auto is_told = [](const Status& status) {
    return status.code() == StatusCode::kInvalidArgument && status.message().find("raw cursor: ") == 0;
  };
  for (const std::vector<std::string>& keys : {std::vector<std::string>{"a", "c", "b"}, {"a", "a"}}) {
    Cursor living = LivingCursorOf(Lying(keys));
    size_t count = 0;
    for (; living.valid(); living.Next()) ++count;
    EXPECT_EQ(count, keys.size() - 1);
    EXPECT_TRUE(is_told(living.status())) << living.status();
    living.First();
    EXPECT_FALSE(living.valid()) << "an error is sticky";

    const std::unique_ptr<Store> store = NewMemoryStore();
    SegmentBuilder builder = SegmentBuilder::Create(*store, "s").value();
    LyingCursor liar(keys);
    EXPECT_TRUE(is_told(builder.AddAll(liar)));
    EXPECT_TRUE(is_told(builder.Finish()));
  }
  Cursor backward = LivingCursorOf(Lying({"b", "a", "c"}));
  backward.Last();
  backward.Prev();
  backward.Prev();
  EXPECT_TRUE(is_told(backward.status())) << backward.status();
  Cursor seeking = LivingCursorOf(Lying({"b", "c"}));
  seeking.Seek("c");
  EXPECT_TRUE(is_told(seeking.status())) << seeking.status();
  Cursor seeking_back = LivingCursorOf(Lying({"b", "c"}));
  seeking_back.SeekAtOrBefore("b");
  EXPECT_TRUE(is_told(seeking_back.status())) << seeking_back.status();
}

// Fails at its third entry.
class FailingCursor final : public RawCursor {
 public:
  void First() override { position_ = 0; }
  void Last() override { position_ = 2; }
  void Seek(Bytes) override { position_ = 2; }
  void SeekAtOrBefore(Bytes) override { position_ = 2; }
  void Next() override { ++position_; }
  void Prev() override { --position_; }

  [[nodiscard]] bool valid() const override { return position_ < 2; }
  [[nodiscard]] Bytes key() const override { return position_ == 0 ? "a" : "b"; }
  [[nodiscard]] Bytes value() const override { return "value"; }
  [[nodiscard]] Status status() const override {
    return position_ == 2 ? Status::Unsupported("my own reason") : Status::Ok();
  }

 private:
  int position_ = 3;
};

TEST(RawCursor, ThatFailsStopsAllThatIsMadeOfIt) {
  std::vector<std::unique_ptr<RawCursor>> sources;
  sources.push_back(NewMapCursor({{"a", "newer"}, {"z", "newer"}}));
  sources.push_back(std::make_unique<FailingCursor>());
  Cursor living = LivingCursorOf(MergeCursors(std::move(sources)));
  EXPECT_EQ(living.value(), Bytes("newer"));
  living.Next();
  EXPECT_EQ(living.key(), Bytes("b"));
  living.Next();
  EXPECT_FALSE(living.valid()) << "z may not be the next key";
  EXPECT_EQ(living.status().message(), "my own reason");
}

// Moves as a map does, but overwrites what key() and value() pointed to with each move.
class FleetingCursor final : public RawCursor {
 public:
  explicit FleetingCursor(RawEntries entries) : inner_(std::move(entries)) {}

  void First() override {
    inner_.First();
    Show();
  }
  void Last() override {
    inner_.Last();
    Show();
  }
  // Forgets the old entry first, as a cursor may that reads a block anew.
  void Seek(Bytes key) override {
    Forget();
    inner_.Seek(key);
    Show();
  }
  void SeekAtOrBefore(Bytes key) override {
    Forget();
    inner_.SeekAtOrBefore(key);
    Show();
  }
  void Next() override {
    inner_.Next();
    Show();
  }
  void Prev() override {
    inner_.Prev();
    Show();
  }

  [[nodiscard]] bool valid() const override { return inner_.valid(); }
  [[nodiscard]] Bytes key() const override { return shown_[now_].key; }
  [[nodiscard]] Bytes value() const override { return shown_[now_].value; }

 private:
  struct Shown {
    std::string key;
    std::string value;
  };

  void Forget() {
    std::ranges::fill(shown_[now_].key, '~');
    std::ranges::fill(shown_[now_].value, '~');
  }
  void Show() {
    Forget();
    now_ = 1 - now_;
    if (inner_.valid()) shown_[now_] = {.key = inner_.key().ToString(), .value = inner_.value().ToString()};
  }

  MapCursor inner_;
  std::array<Shown, 2> shown_;
  size_t now_ = 0;
};

// Keys k1 to k5, odd ones in a cursor of one's own and even ones in a segment; the value of each names another.
Cursor HalfFleeting(Store& store) {
  SegmentBuilder builder = SegmentBuilder::Create(store, "even").value();
  builder.Add("k2", "k5").Check();
  builder.Add("k4", "k1").Check();
  builder.Finish().Check();
  std::vector<std::unique_ptr<RawCursor>> sources;
  sources.push_back(std::make_unique<FleetingCursor>(RawEntries{{"k1", "k4"}, {"k3", "k2"}, {"k5", "k3"}}));
  sources.push_back(Segment::Open(store, "even").value().NewCursor());
  return LivingCursorOf(MergeCursors(std::move(sources)));
}

TEST(RawCursor, MayBeSoughtWithTheKeyItStandsOn) {
  Cursor alone = LivingCursorOf(std::make_unique<FleetingCursor>(RawEntries{{"k1", ""}, {"k3", ""}}));
  for (const auto seek : {&Cursor::Seek, &Cursor::SeekAtOrBefore, &Cursor::SeekExact}) {
    alone.Seek("k3");
    (alone.*seek)(alone.key());
    ASSERT_TRUE(alone.valid()) << alone.status();
    EXPECT_EQ(alone.key(), Bytes("k3"));
  }
}

TEST(RawCursor, MayBeSoughtWithTheKeyOrTheValueItStandsOnInAMerge) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Cursor merged = HalfFleeting(*store);
  for (const auto seek : {&Cursor::Seek, &Cursor::SeekAtOrBefore, &Cursor::SeekExact}) {
    merged.Seek("k3");
    (merged.*seek)(merged.key());
    ASSERT_TRUE(merged.valid()) << merged.status();
    EXPECT_EQ(merged.key(), Bytes("k3"));
    for (const char* next : {"k2", "k5", "k3"}) {
      (merged.*seek)(merged.value());
      ASSERT_TRUE(merged.valid()) << merged.status();
      EXPECT_EQ(merged.key(), Bytes(next));
    }
  }
}

}  // namespace
}  // namespace logwood::testing
