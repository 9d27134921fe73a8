#include "cursor/range_tombstone.h"

#include <algorithm>

namespace logwood {
namespace {

// The smaller of two ends.
Bytes SmallerEnd(Bytes a, Bytes b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return std::min(a, b);
}

}  // namespace

size_t RangeTombstones::FindEndingBehind(Bytes key) const noexcept {
  const auto found = std::ranges::partition_point(
      tombstones_, [key](const RangeTombstone& tombstone) { return !tombstone.EndsBehind(key); });
  return static_cast<size_t>(found - tombstones_.begin());
}

size_t RangeTombstones::FindReaching(Bytes key) const noexcept {
  const auto found = std::ranges::partition_point(tombstones_, [key](const RangeTombstone& tombstone) {
    return !tombstone.EndsBehind(key) && tombstone.end != key;
  });
  return static_cast<size_t>(found - tombstones_.begin());
}

const RangeTombstone* RangeTombstones::Covering(Bytes key) const noexcept {
  const size_t index = FindEndingBehind(key);
  return index < size() && tombstones_[index].begin <= key ? &tombstones_[index] : nullptr;
}

KeySpan GapAround(std::span<const RangeTombstones> lists, Bytes key) noexcept {
  KeySpan gap;
  for (const RangeTombstones& list : lists) {
    const size_t index = list.FindEndingBehind(key);
    if (index > 0) gap.begin = std::max(gap.begin, list[index - 1].end);
    if (index == list.size()) continue;
    if (list[index].begin > key) {
      gap.end = SmallerEnd(gap.end, list[index].begin);
    } else {
      gap.begin = std::max(gap.begin, list[index].begin);
      gap.end = SmallerEnd(gap.end, list[index].end);
    }
  }
  return gap;
}

std::optional<size_t> FirstCovering(std::span<const RangeTombstones> lists, Bytes key) noexcept {
  for (size_t i = 0; i < lists.size(); ++i) {
    if (lists[i].Covering(key) != nullptr) return i;
  }
  return std::nullopt;
}

// A memtable's lists may hold many that touch, each added behind the one before: those cost no lookup each.
Bytes EndOfCovered(std::span<const RangeTombstones> lists, Bytes covered) noexcept {
  Bytes end = covered;
  for (std::optional<size_t> list = FirstCovering(lists, end); list; list = FirstCovering(lists, end)) {
    const RangeTombstones& tombstones = lists[*list];
    size_t index = tombstones.FindEndingBehind(end);
    while (index + 1 < tombstones.size() && tombstones[index + 1].begin == tombstones[index].end) ++index;
    end = tombstones[index].end;
    if (end.empty()) break;
  }
  return end;
}

Bytes BeginOfCovered(std::span<const RangeTombstones> lists, Bytes covered) noexcept {
  Bytes begin = covered;
  if (const std::optional<size_t> list = FirstCovering(lists, covered)) begin = lists[*list].Covering(covered)->begin;
  for (bool grown = true; grown;) {
    grown = false;
    for (const RangeTombstones& list : lists) {
      size_t index = list.FindReaching(begin);
      if (index == list.size() || list[index].begin >= begin) continue;
      while (index > 0 && list[index - 1].end == list[index].begin) --index;
      begin = list[index].begin;
      grown = true;
    }
  }
  return begin;
}

std::vector<RangeTombstone> Unite(std::span<const RangeTombstones> lists) {
  std::vector<RangeTombstone> all;
  for (const RangeTombstones& list : lists) all.insert(all.end(), list.begin(), list.end());
  if (lists.size() > 1) {
    std::ranges::sort(all, [](const RangeTombstone& a, const RangeTombstone& b) { return a.begin < b.begin; });
  }
  std::vector<RangeTombstone> united;
  for (const RangeTombstone& tombstone : all) AppendUnited(united, tombstone);
  return united;
}

void AppendUnited(std::vector<RangeTombstone>& united, const RangeTombstone& next) {
  if (united.empty() || !(united.back().EndsBehind(next.begin) || united.back().end == next.begin)) {
    united.push_back(next);
  } else if (!united.back().end.empty() && next.EndsBehind(united.back().end)) {
    united.back().end = next.end;
  }
}

std::vector<RangeTombstone> Clip(RangeTombstones tombstones, const RangeTombstone& range) {
  std::vector<RangeTombstone> clipped;
  for (size_t i = tombstones.FindEndingBehind(range.begin); i < tombstones.size(); ++i) {
    const RangeTombstone& tombstone = tombstones[i];
    if (!range.EndsBehind(tombstone.begin)) break;
    clipped.push_back({std::max(tombstone.begin, range.begin), SmallerEnd(tombstone.end, range.end)});
  }
  return clipped;
}

}  // namespace logwood
