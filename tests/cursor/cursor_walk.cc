#include "tests/cursor/cursor_walk.h"

#include <array>
#include <gtest/gtest.h>
#include <iterator>
#include <sstream>

#include "cursor/entry_batch.h"

namespace logwood::testing {
namespace {

constexpr std::array<std::string_view, 5> kPrefixes = {"", "0000000", "00000000", "\xff\xff\xff\xff\xff\xff\xff", "a"};
constexpr std::array<char, 4> kTails = {'\0', '1', 'a', '\xff'};

std::string Shown(const EntryCursor& cursor) {
  if (!cursor.valid()) return cursor.status().ok() ? "." : "!";
  const Entry& entry = cursor.entry();
  return entry.key.ToString() + (entry.type == EntryType::kTombstone ? "-" : entry.value.ToString());
}

void Move(EntryCursor& cursor, std::string_view move) {
  if (move == "first") return cursor.First();
  if (move == "last") return cursor.Last();
  if (move == "next") return cursor.valid() ? cursor.Next() : void();
  if (move == "prev") return cursor.valid() ? cursor.Prev() : void();
  if (move.starts_with(">=")) return cursor.Seek(move.substr(2), SeekTo::kAtOrAfter);
  if (move.starts_with("<=")) return cursor.Seek(move.substr(2), SeekTo::kAtOrBefore);
  if (move.starts_with("=")) return cursor.Seek(move.substr(1), SeekTo::kExact);
  ADD_FAILURE() << "unknown move: " << move;
}

// The same moves over the model; its end stands for not valid.
class ModelCursor {
 public:
  explicit ModelCursor(const CursorModel& model) : model_(model), position_(model.end()) {}

  [[nodiscard]] bool valid() const { return position_ != model_.end(); }
  [[nodiscard]] CursorModel::const_iterator position() const { return position_; }

  void First() { position_ = model_.begin(); }
  void Last() { StandBefore(model_.end()); }
  void Next() { ++position_; }
  void Prev() { StandBefore(position_); }
  void Seek(const std::string& key, SeekTo to) {
    switch (to) {
      case SeekTo::kExact: position_ = model_.find(key); return;
      case SeekTo::kAtOrAfter: position_ = model_.lower_bound(key); return;
      case SeekTo::kAtOrBefore: return StandBefore(model_.upper_bound(key));
    }
  }

 private:
  void StandBefore(CursorModel::const_iterator at) { position_ = at == model_.begin() ? model_.end() : std::prev(at); }

  const CursorModel& model_;
  CursorModel::const_iterator position_;
};

// Fills a batch, and brings both to the entry behind it.
std::string TakeBatch(EntryCursor& cursor, ModelCursor& model, SeededRandom& random) {
  EntryBatch batch;
  batch.Begin(1 + random.Below(40));
  batch.Fill(cursor);
  EXPECT_FALSE(batch.entries().empty());
  for (const Entry& entry : batch.entries()) {
    EXPECT_TRUE(model.valid());
    if (!model.valid()) break;
    EXPECT_EQ(entry.key, Bytes(model.position()->first));
    EXPECT_EQ(entry.type, model.position()->second.type);
    EXPECT_EQ(entry.value, Bytes(model.position()->second.value));
    model.Next();
  }
  if (cursor.valid()) cursor.Next();
  return "batch of " + std::to_string(batch.size());
}

// Returns what was done.
std::string MoveBoth(EntryCursor& cursor, ModelCursor& model, SeededRandom& random) {
  const uint64_t choice = random.Below(12);
  if (choice == 0) return cursor.First(), model.First(), "first";
  if (choice == 1) return cursor.Last(), model.Last(), "last";
  if (choice <= 4 || !model.valid()) {
    const std::string key = RandomKey(random);
    const auto to = static_cast<SeekTo>(random.Below(3));
    return cursor.Seek(key, to), model.Seek(key, to), "seek " + ::testing::PrintToString(key);
  }
  if (random.OneIn(8)) return TakeBatch(cursor, model, random);
  if (random.OneIn(2)) return cursor.Next(), model.Next(), "next";
  return cursor.Prev(), model.Prev(), "prev";
}

}  // namespace

std::string Walk(EntryCursor& cursor, std::string_view script) {
  std::istringstream moves{std::string(script)};
  std::string trace;
  for (std::string move; moves >> move;) {
    Move(cursor, move);
    trace += (trace.empty() ? "" : " ") + Shown(cursor);
  }
  return trace;
}

void WalkAtRandom(EntryCursor& cursor, const CursorModel& model, SeededRandom& random, int step_count) {
  ModelCursor expected(model);
  for (int step = 0; step < step_count; ++step) {
    SCOPED_TRACE("step " + std::to_string(step) + ": " + MoveBoth(cursor, expected, random));
    ASSERT_TRUE(cursor.status().ok()) << cursor.status();
    ASSERT_EQ(cursor.valid(), expected.valid());
    if (!cursor.valid()) continue;
    const auto& [key, entry] = *expected.position();
    ASSERT_EQ(cursor.entry().key, Bytes(key));
    ASSERT_EQ(cursor.entry().type, entry.type);
    ASSERT_EQ(cursor.entry().value, Bytes(entry.value));
  }
}

std::string RandomKey(SeededRandom& random) {
  std::string key(kPrefixes[random.Below(kPrefixes.size())]);
  for (uint64_t tail = random.Below(3); tail > 0; --tail) key += kTails[random.Below(kTails.size())];
  return key;
}

OwnedRange RandomRangeTombstone(SeededRandom& random) {
  for (;;) {
    OwnedRange range{RandomKey(random), random.OneIn(8) ? "" : RandomKey(random)};
    if (range.end.empty() || range.begin < range.end) return range;
    std::swap(range.begin, range.end);
    if (range.begin < range.end) return range;
  }
}

std::vector<OwnedEntry> EntriesOf(const CursorModel& model) {
  std::vector<OwnedEntry> entries;
  for (const auto& [key, entry] : model) entries.push_back({.type = entry.type, .key = key, .value = entry.value});
  return entries;
}

}  // namespace logwood::testing
