#include "memtable/memtable_range_tombstones.h"

#include <algorithm>
#include <memory>
#include <type_traits>

namespace logwood {
namespace {

// The arena runs no destructors.
static_assert(std::is_trivially_destructible_v<MemtableRangeTombstones>);

template <class T>
std::span<const T> CopyTo(Arena& arena, const std::vector<T>& items) {
  T* const copy = reinterpret_cast<T*>(arena.Allocate(items.size() * sizeof(T), alignof(T)));
  std::uninitialized_copy(items.begin(), items.end(), copy);
  return {copy, items.size()};
}

}  // namespace

// A list on its way into the arena.
struct MemtableRangeTombstones::Draft {
  std::vector<RangeTombstone> tombstones;
  std::vector<Sequence> sequences;

  void Add(const RangeTombstone& tombstone, Sequence sequence) {
    tombstones.push_back(tombstone);
    sequences.push_back(sequence);
  }
};

const MemtableRangeTombstones* MemtableRangeTombstones::Add(const MemtableRangeTombstones* before, Sequence sequence,
                                                            const RangeTombstone& tombstone, Arena& arena) {
  Draft draft;
  draft.Add({arena.Copy(tombstone.begin), arena.Copy(tombstone.end)}, sequence);
  MemtableRangeTombstones version;
  version.count_ = (before == nullptr ? 0 : before->count_) + 1;
  version.newest_ = sequence;
  version.behind_ = before;
  while (version.behind_ != nullptr && version.behind_->CountOf(version.level_) == kFanout - 1) {
    for (size_t i = 0; i + 1 < kFanout; ++i) {
      draft = Merge(draft, version.behind_->list_);
      version.behind_ = version.behind_->behind_;
    }
    ++version.level_;
  }
  version.list_ = {CopyTo(arena, draft.tombstones), CopyTo(arena, draft.sequences)};
  version.before_ = before;
  version.far_before_ = before;
  if (before != nullptr && before->far_before_ != nullptr && before->LeapSize() == before->far_before_->LeapSize()) {
    version.far_before_ = before->far_before_->far_before_;
  }
  std::byte* const memory = arena.Allocate(sizeof(version), alignof(MemtableRangeTombstones));
  return std::construct_at(reinterpret_cast<MemtableRangeTombstones*>(memory), version);
}

const MemtableRangeTombstones* MemtableRangeTombstones::At(const MemtableRangeTombstones* newest,
                                                           Sequence at) noexcept {
  while (newest != nullptr && newest->newest_ > at) {
    const MemtableRangeTombstones* const far = newest->far_before_;
    newest = far != nullptr && far->newest_ > at ? far : newest->before_;
  }
  return newest;
}

Sequence MemtableRangeTombstones::Covering(Bytes key, Sequence above) const noexcept {
  for (const MemtableRangeTombstones* list = this; list != nullptr && list->newest_ > above; list = list->behind_) {
    const RangeTombstones tombstones(list->list_.tombstones);
    const size_t index = tombstones.FindEndingBehind(key);
    if (index == tombstones.size() || key < tombstones[index].begin) continue;
    const Sequence sequence = list->list_.sequences[index];
    return sequence > above ? sequence : Sequence();  // Those behind are older.
  }
  return Sequence();
}

std::optional<MemtableRangeTombstones::Newer> MemtableRangeTombstones::FindNewer(const KeySpan& span,
                                                                                 Sequence since) const noexcept {
  for (const MemtableRangeTombstones* list = this; list != nullptr && list->newest_ > since; list = list->behind_) {
    const RangeTombstones tombstones(list->list_.tombstones);
    for (size_t i = tombstones.FindEndingBehind(span.begin);
         i < tombstones.size() && span.EndsBehind(tombstones[i].begin); ++i) {
      if (list->list_.sequences[i] > since)
        return Newer{.begin = tombstones[i].begin, .sequence = list->list_.sequences[i]};
    }
  }
  return std::nullopt;
}

std::vector<RangeTombstones> MemtableRangeTombstones::lists() const {
  std::vector<RangeTombstones> lists;
  for (const MemtableRangeTombstones* version = this; version != nullptr; version = version->behind_) {
    lists.emplace_back(version->list_.tombstones);
  }
  return lists;
}

// Goes over both in key order; what `newer` covers of `older` is left out.
MemtableRangeTombstones::Draft MemtableRangeTombstones::Merge(const Draft& newer, const List& older) {
  Draft merged;
  size_t next = 0;  // Of the newer, to be added.
  const auto add_newer_below = [&](const RangeTombstone& limit) {
    for (; next < newer.tombstones.size() && limit.EndsBehind(newer.tombstones[next].begin); ++next) {
      merged.Add(newer.tombstones[next], newer.sequences[next]);
    }
  };
  for (size_t i = 0; i < older.tombstones.size(); ++i) {
    RangeTombstone rest = older.tombstones[i];
    bool is_left = true;
    size_t over = RangeTombstones(newer.tombstones).FindEndingBehind(rest.begin);
    for (; is_left && over < newer.tombstones.size(); ++over) {
      const RangeTombstone& hiding = newer.tombstones[over];
      if (!rest.EndsBehind(hiding.begin)) break;
      if (rest.begin < hiding.begin) {
        add_newer_below({.begin = {}, .end = hiding.begin});
        merged.Add({rest.begin, hiding.begin}, older.sequences[i]);
      }
      is_left = !hiding.end.empty() && rest.EndsBehind(hiding.end);
      rest.begin = hiding.end;
    }
    if (!is_left) continue;
    if (!rest.begin.empty()) add_newer_below({.begin = {}, .end = rest.begin});
    merged.Add(rest, older.sequences[i]);
  }
  add_newer_below({});
  return merged;
}

size_t MemtableRangeTombstones::CountOf(uint32_t level) const noexcept {
  size_t count = 0;
  for (const MemtableRangeTombstones* list = this; list != nullptr && list->level_ == level; list = list->behind_) {
    ++count;
  }
  return count;
}

}  // namespace logwood
