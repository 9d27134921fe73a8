#include "cursor/merging_cursor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/assert.h"
#include "cursor/entry_batch.h"

// How it stands between two moves, when valid:
//   1. The winner is on the current key, and of the children on that key it is the first (the newest).
//   2. In direction kForward every other child that is placed is on its first entry at or after that key, or past its
//      end; in kBackward on its last entry at or before it. Of one that is not placed it is known that it has no
//      entry of that key, or only an older one.
//   3. Each child has a rank: a number that orders the children's keys in the current direction as far as their first
//      8 bytes tell. Only equal ranks need a full comparison.
//   4. A child whose current key a newer source's range tombstone covers counts as not being there: it is moved on, or
//      hidden where nothing that is not covered can follow.
// A step first places the others: all of them where it goes in another direction. A seek that finds the key itself
// places none: who asks for one entry has no more than that read, for trees ask their filters before they read.

namespace logwood {
namespace {

// The first 8 bytes as a number, shorter keys padded with zeros: a < b implies HeadOf(a) <= HeadOf(b).
uint64_t HeadOf(Bytes key) noexcept {
  std::array<std::byte, sizeof(uint64_t)> head{};
  if (key.size() >= head.size()) {
    std::memcpy(head.data(), key.data(), head.size());
  } else if (!key.empty()) {
    std::memcpy(head.data(), key.data(), key.size());
  }
  const auto number = std::bit_cast<uint64_t>(head);
  return std::endian::native == std::endian::little ? __builtin_bswap64(number) : number;
}

class MergingCursor final : public EntryCursor {
 public:
  explicit MergingCursor(std::vector<MergingSource> sources) {
    children_.reserve(sources.size());
    for (MergingSource& source : sources) {
      if (status_.ok()) status_ = source.cursor->status();
      children_.push_back({.cursor = std::move(source.cursor), .newer_lists = lists_.size()});
      for (const RangeTombstones& list : source.range_tombstones) {
        if (!list.empty()) lists_.push_back(list);
      }
    }
  }

  void Seek(Bytes key, SeekTo to) override {
    // It may stand in the current entry, which its child gives up before those behind it have looked for it.
    if (valid_) key = Bytes(sought_.assign(key.string_view()));
    Begin(to == SeekTo::kAtOrBefore ? Direction::kBackward : Direction::kForward);
    if (FindExact(key, to) || to == SeekTo::kExact) return;
    for (Child& child : children_) {
      if (!status_.ok()) break;
      if (!child.placed) Place(child, [key, to](EntryCursor& cursor) { cursor.Seek(key, to); });
    }
    ShowFirst();
  }
  void First() override {
    PlaceAll(Direction::kForward, [](EntryCursor& cursor) { cursor.First(); });
  }
  void Last() override {
    PlaceAll(Direction::kBackward, [](EntryCursor& cursor) { cursor.Last(); });
  }
  void Next() override { Step(Direction::kForward); }
  void Prev() override { Step(Direction::kBackward); }
  void Gather(EntryBatch& batch) override;
  const Block* WholeBlock(const Bytes* limit) override;
  void PassBlock() override;

 private:
  enum class Direction : uint8_t { kForward, kBackward };

  struct Child {
    std::unique_ptr<EntryCursor> cursor;
    uint64_t rank = kRankMax;
    bool placed = false;              // See (2).
    bool shown = false;               // Whether it is valid and not hidden.
    size_t newer_lists = 0;           // The first of `lists_`, which are those of newer sources.
    std::optional<KeySpan> gap = {};  // Keys that none of those covers.
  };

  static constexpr size_t kRunMin = 4;
  static constexpr uint32_t kSingleGathers = 32;
  // Of a child that is past its end, and possibly of one that is not.
  static constexpr uint64_t kRankMax = ~uint64_t{0};

  void Begin(Direction direction) {
    valid_ = false;
    direction_ = direction;
    all_placed_ = false;
    for (Child& child : children_) child.placed = false;
  }

  // Asks the newest first and stops at the first hit, so that what is older need not even be read. The oldest is moved
  // as `to` says: where it is not on the key, it need not be moved again.
  bool FindExact(Bytes key, SeekTo to) {
    for (size_t i = 0; i < children_.size() && status_.ok(); ++i) {
      Child& child = children_[i];
      if (FirstCovering(NewerThan(child), key)) return false;
      const bool oldest = i + 1 == children_.size();
      child.cursor->Seek(key, oldest ? to : SeekTo::kExact);
      if (child.cursor->valid() || oldest) {
        Rank(child);
        child.placed = true;
      } else {
        status_ = child.cursor->status();
      }
      if (!child.placed || !child.shown || child.cursor->entry().key != key) continue;
      Show(i);
      return true;
    }
    return false;
  }

  template <class Move>
  void Place(Child& child, Move move) {
    move(*child.cursor);
    Rank(child);
    child.placed = true;
  }

  template <class Move>
  void PlaceAll(Direction direction, Move move) {
    Begin(direction);
    for (Child& child : children_) {
      if (!status_.ok()) break;
      Place(child, move);
    }
    all_placed_ = true;
    ShowFirst();
  }

  void Step(Direction direction) {
    LOGWOOD_DEBUG_ASSERT(valid_);
    if (direction_ != direction || !all_placed_) PlaceOthers(direction);
    StepOlderOnSameKey();
    Advance(children_[winner_]);  // Last: until here its storage holds the current key.
    ShowFirst();
  }

  // Makes (2) true for `direction` and all others while the winner stays where it is.
  void PlaceOthers(Direction direction) {
    const bool turns = direction_ != direction;
    direction_ = direction;
    const SeekTo to = direction == Direction::kForward ? SeekTo::kAtOrAfter : SeekTo::kAtOrBefore;
    for (size_t i = 0; i < children_.size() && status_.ok(); ++i) {
      Child& child = children_[i];
      if (i == winner_) {
        Rank(child);
      } else if (turns || !child.placed) {
        Place(child, [this, to](EntryCursor& cursor) { cursor.Seek(entry_.key, to); });
      }
    }
    all_placed_ = true;
  }

  // By (1) newer children are not on the current key.
  void StepOlderOnSameKey() {
    const uint64_t rank = children_[winner_].rank;
    for (size_t i = winner_ + 1; i < children_.size(); ++i) {
      Child& child = children_[i];
      if (child.rank == rank && child.shown && child.cursor->entry().key == entry_.key) Advance(child);
    }
  }

  void Advance(Child& child) {
    if (direction_ == Direction::kForward) {
      child.cursor->Next();
    } else {
      child.cursor->Prev();
    }
    Rank(child);
  }

  void Rank(Child& child) {
    child.shown = child.newer_lists == 0 ? child.cursor->valid() : MoveOffCovered(child);
    if (!child.shown) {
      child.rank = kRankMax;
      if (status_.ok()) status_ = child.cursor->status();
      return;
    }
    const uint64_t head = HeadOf(child.cursor->entry().key);
    child.rank = direction_ == Direction::kForward ? head : ~head;
  }

  [[nodiscard]] std::span<const RangeTombstones> NewerThan(const Child& child) const {
    return std::span(lists_).first(child.newer_lists);
  }

  // Returns whether the child then stands on an entry that is not covered.
  bool MoveOffCovered(Child& child) {
    EntryCursor& cursor = *child.cursor;
    while (cursor.valid()) {
      const Bytes key = cursor.entry().key;
      if (child.gap && child.gap->Contains(key)) return true;
      const std::span<const RangeTombstones> lists = NewerThan(child);
      if (!FirstCovering(lists, key)) {
        child.gap = GapAround(lists, key);
        return true;
      }
      if (direction_ == Direction::kForward) {
        const Bytes end = EndOfCovered(lists, key);
        if (end.empty()) return false;
        cursor.Seek(end, SeekTo::kAtOrAfter);
      } else {
        const Bytes begin = BeginOfCovered(lists, key);
        cursor.Seek(begin, SeekTo::kAtOrBefore);
        if (cursor.valid() && cursor.entry().key == begin) cursor.Prev();
      }
    }
    return false;
  }

  // Up to where the winner's entries follow one another, as far as the other children and the range tombstones of newer
  // sources let them; nullopt: to its end. Requires: all are placed, going forward.
  [[nodiscard]] std::optional<Bytes> LimitOfWinner(const Bytes* limit) const {
    std::optional<Bytes> nearest;
    const auto bring_nearer = [&nearest](Bytes key) {
      if (!nearest || key < *nearest) nearest = key;
    };
    if (limit != nullptr) bring_nearer(*limit);
    const Child& winner = children_[winner_];
    for (const Child& child : children_) {
      if (&child != &winner && child.shown) bring_nearer(child.cursor->entry().key);
    }
    if (winner.newer_lists > 0 && !winner.gap->end.empty()) bring_nearer(winner.gap->end);
    return nearest;
  }

  void ShowFirst() {
    valid_ = false;
    if (!status_.ok() || children_.empty()) return;
    size_t first = 0;
    for (size_t i = 1; i < children_.size(); ++i) {
      if (children_[i].rank > children_[first].rank) continue;
      if (children_[i].rank < children_[first].rank || ComesBefore(children_[i], children_[first])) first = i;
    }
    if (children_[first].shown) Show(first);
  }

  // Where ranks are equal. Not for equal keys: of those the one found first, the newest, stays.
  [[nodiscard]] bool ComesBefore(const Child& a, const Child& b) const {
    if (!a.shown || !b.shown) return a.shown;
    const auto order = a.cursor->entry().key <=> b.cursor->entry().key;
    return direction_ == Direction::kForward ? order < 0 : order > 0;
  }

  void Show(size_t winner) {
    winner_ = winner;
    entry_ = children_[winner].cursor->entry();
    valid_ = true;
  }

  std::vector<Child> children_;         // Newest first.
  std::vector<RangeTombstones> lists_;  // Of all sources, the newest first.
  size_t winner_ = 0;                   // Meaningful when valid.
  std::string sought_;
  Direction direction_ = Direction::kForward;
  bool all_placed_ = false;      // But for the winner.
  uint32_t single_gathers_ = 0;  // To come: see Gather().
};

// The winner's entries up to the next one of any other child, and to where newer range tombstones begin. To find out
// how many these are costs as much as some steps, so it is not asked again for a while where they were few.
void MergingCursor::Gather(EntryBatch& batch) {
  if (!all_placed_ || direction_ != Direction::kForward) return EntryCursor::Gather(batch);
  if (single_gathers_ > 0) {
    --single_gathers_;
    return EntryCursor::Gather(batch);
  }
  const size_t begin = batch.size();
  Child& winner = children_[winner_];
  const std::optional<Bytes> limit = LimitOfWinner(batch.limit());
  if (limit && *limit <= entry_.key) {
    single_gathers_ = kSingleGathers;
    return EntryCursor::Gather(batch);
  }
  const Bytes* const limit_before = batch.SetLimit(limit ? &*limit : nullptr);
  winner.cursor->Gather(batch);
  batch.SetLimit(limit_before);
  if (batch.size() - begin < kRunMin) single_gathers_ = kSingleGathers;
  Rank(winner);
  Show(winner_);
}

const Block* MergingCursor::WholeBlock(const Bytes* limit) {
  if (!all_placed_ || direction_ != Direction::kForward) return nullptr;
  const std::optional<Bytes> nearest = LimitOfWinner(limit);
  return children_[winner_].cursor->WholeBlock(nearest ? &*nearest : nullptr);
}

// None of the others is among its keys.
void MergingCursor::PassBlock() {
  Child& winner = children_[winner_];
  winner.cursor->PassBlock();
  Rank(winner);
  ShowFirst();
}

}  // namespace

std::unique_ptr<EntryCursor> NewMergingCursor(std::vector<MergingSource> sources) {
  if (sources.size() == 1) return std::move(sources.front().cursor);
  return std::make_unique<MergingCursor>(std::move(sources));
}

std::unique_ptr<EntryCursor> NewMergingCursor(std::vector<std::unique_ptr<EntryCursor>> children) {
  std::vector<MergingSource> sources;
  sources.reserve(children.size());
  for (std::unique_ptr<EntryCursor>& child : children) sources.push_back({.cursor = std::move(child)});
  return NewMergingCursor(std::move(sources));
}

}  // namespace logwood
