#include "engine/read_state.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/hash.h"
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

Result<std::optional<TreesHit>> ReadState::Get(CollectionId collection, Bytes key, Sequence at) const {
  const auto of_collection = trees.find(collection);
  if (of_collection == trees.end()) return NoSuchCollection(collection);
  for (const std::shared_ptr<const Generation>& generation : generations) {
    const Memtable* const memtable = generation->Find(collection);
    if (memtable == nullptr) continue;
    const std::optional<Memtable::Hit> hit = memtable->Get(key, at);
    if (!hit) continue;
    if (hit->type == EntryType::kTombstone) return std::optional<TreesHit>();
    return std::optional(TreesHit{.type = hit->type, .value = hit->value, .pin = generation});
  }
  if (!spilled.empty()) {
    LOGWOOD_ASSIGN_OR_RETURN(std::optional<TreesHit> hit, GetSpilled(collection, key));
    if (hit && hit->type == EntryType::kTombstone) return std::optional<TreesHit>();
    if (hit) return hit;
  }
  Result<std::optional<TreesHit>> hit = of_collection->second->Get(key);
  if (hit.ok() && *hit && (*hit)->type == EntryType::kTombstone) hit->reset();
  return hit;
}

Result<std::optional<TreesHit>> ReadState::GetSpilled(CollectionId collection, Bytes key) const {
  const auto tree = spilled.find(collection);
  if (tree == spilled.end()) return std::optional<TreesHit>();
  LOGWOOD_ASSIGN_OR_RETURN(std::optional<Tree::Hit> hit, tree->second->Get(key, Hash64(key)));
  if (!hit) return std::optional<TreesHit>();
  if (hit->type == EntryType::kTombstone) return std::optional(TreesHit{.type = hit->type, .value = {}, .pin = {}});
  return std::optional(TreesHit{.type = hit->type, .value = hit->value, .pin = std::move(hit->pin).ToPin()});
}

Result<std::optional<TreesHit>> ReadView::Get(CollectionId collection, Bytes key) const {
  return state->Get(collection, key, at);
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
  if (const auto spilled = state->spilled.find(collection); spilled != state->spilled.end()) {
    const Tree& tree = *spilled->second;
    sources.push_back({.cursor = tree.NewCursor(), .range_tombstones = {tree.range_tombstones()}});
  }
  sources.push_back({.cursor = trees->second->NewCursor()});
  return NewLivingCursor(NewBoundedCursor(NewMergingCursor(std::move(sources)), std::move(range)));
}

// The current state, from the slot of this thread and back into it.
class ReadStates::Borrowed {
 public:
  explicit Borrowed(const ReadStates& states) : slot_(states.SlotOfThisThread()) {
    if (slot_ != nullptr) reference_ = slot_->Take();
    // After Take(): a state that is replaced from here on is not kept.
    if (reference_ == nullptr) reference_ = std::make_unique<const ViewSlot::Reference>(states.Load());
  }
  Borrowed(const Borrowed&) = delete;  // Gives back once.
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    if (slot_ != nullptr) slot_->GiveBack(std::move(reference_));
  }

  [[nodiscard]] const std::shared_ptr<const ReadState>& state() const noexcept { return reference_->state; }

 private:
  ViewSlot* const slot_;
  std::unique_ptr<const ViewSlot::Reference> reference_;
};

ReadStates::ReadStates(Runtime& runtime) : mutex_(runtime), state_(std::make_shared<const ReadState>()) {}

ReadStates::~ReadStates() {
  for (const std::shared_ptr<ViewSlot>& slot : slots_) {
    slot->Orphan();
    slot->Revoke();
  }
}

ReadView ReadStates::View() const {
  const Sequence published(published_.load(std::memory_order_acquire));  // Pairs with the pipeline's release.
  const Borrowed borrowed(*this);
  const Sequence at = std::max(published, borrowed.state()->flushed);
  return {.state = borrowed.state(), .at = at};
}

Result<std::optional<TreesHit>> ReadStates::Get(CollectionId collection, Bytes key) const {
  const Sequence published(published_.load(std::memory_order_acquire));  // As in View().
  const Borrowed borrowed(*this);
  const ReadState& state = *borrowed.state();
  return state.Get(collection, key, std::max(published, state.flushed));
}

std::shared_ptr<const ReadState> ReadStates::Load() const {
  const MutexLock lock(mutex_);
  return state_;
}

void ReadStates::Update(const std::function<void(ReadState&)>& change) {
  std::vector<std::unique_ptr<const ViewSlot::Reference>> revoked;  // Destroyed after the lock is released, as is
  std::shared_ptr<const ReadState> previous;                        // the state.
  const MutexLock lock(mutex_);
  auto next = std::make_shared<ReadState>(*state_);
  change(*next);
  previous = std::exchange(state_, std::move(next));
  for (const std::shared_ptr<ViewSlot>& slot : slots_) revoked.push_back(slot->Revoke());
  ForgetLeftSlots();
}

// Not even for the moment until its thread has let go of it, a slot that nobody revokes any more may have a reference.
void ReadStates::ForgetLeftSlots() const {
  std::erase_if(slots_, [](const std::shared_ptr<ViewSlot>& slot) {
    if (!slot->is_left()) return false;
    slot->Revoke();
    return true;
  });
}

ViewSlot* ReadStates::SlotOfThisThread() const {
  if (ViewSlot* const slot = ViewSlot::OfThisThread(*this)) return slot;
  auto slot = std::make_shared<ViewSlot>(this);
  {
    const MutexLock lock(mutex_);
    ForgetLeftSlots();
    slots_.push_back(slot);
  }
  return ViewSlot::AddToThisThread(slot) ? slot.get() : nullptr;
}

}  // namespace logwood
