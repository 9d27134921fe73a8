#include "engine/read_state.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "cursor/living_cursor.h"
#include "cursor/merging_cursor.h"

namespace logwood {
namespace {

Status NoSuchCollection(CollectionId collection) {
  return Status::NotFound("collection " + std::to_string(collection.value()) +
                          " is not in this view: it was dropped, or created later");
}

}  // namespace

Result<std::optional<TreesHit>> ReadView::Get(CollectionId collection, Bytes key) const {
  const auto trees = state->trees.find(collection);
  if (trees == state->trees.end()) return NoSuchCollection(collection);
  for (const std::shared_ptr<const Generation>& generation : state->generations) {
    const Memtable* const memtable = generation->Find(collection);
    if (memtable == nullptr) continue;
    const std::optional<Memtable::Hit> hit = memtable->Get(key, at);
    if (!hit) continue;
    if (hit->type == EntryType::kTombstone) return std::optional<TreesHit>();
    return std::optional(TreesHit{.type = hit->type, .value = hit->value, .pin = generation});
  }
  LOGWOOD_ASSIGN_OR_RETURN(std::optional<TreesHit> hit, trees->second->Get(key));
  if (hit && hit->type == EntryType::kTombstone) hit.reset();
  return hit;
}

Result<std::unique_ptr<EntryCursor>> ReadView::NewCursor(CollectionId collection, KeyRange range) const {
  const auto trees = state->trees.find(collection);
  if (trees == state->trees.end()) return NoSuchCollection(collection);
  std::vector<MergingSource> sources;
  for (const std::shared_ptr<const Generation>& generation : state->generations) {
    const Memtable* const memtable = generation->Find(collection);
    if (memtable == nullptr) continue;
    sources.push_back({.cursor = memtable->NewCursor(at), .range_tombstones = memtable->RangeTombstonesAt(at)});
  }
  sources.push_back({.cursor = trees->second->NewCursor()});
  return NewLivingCursor(NewBoundedCursor(NewMergingCursor(std::move(sources)), std::move(range)));
}

ReadStates::ReadStates(Runtime& runtime) : mutex_(runtime), state_(std::make_shared<const ReadState>()) {}

ReadView ReadStates::View() const {
  const Sequence published(published_.load(std::memory_order_acquire));  // Pairs with the pipeline's release.
  std::shared_ptr<const ReadState> state = Load();
  const Sequence at = std::max(published, state->flushed);
  return {.state = std::move(state), .at = at};
}

std::shared_ptr<const ReadState> ReadStates::Load() const {
  const MutexLock lock(mutex_);
  return state_;
}

void ReadStates::Update(const std::function<void(ReadState&)>& change) {
  std::shared_ptr<const ReadState> previous;  // Destroyed after the lock is released.
  const MutexLock lock(mutex_);
  auto next = std::make_shared<ReadState>(*state_);
  change(*next);
  previous = std::exchange(state_, std::move(next));
}

}  // namespace logwood
