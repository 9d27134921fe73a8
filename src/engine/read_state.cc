#include "engine/read_state.h"

#include <algorithm>
#include <chrono>
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

void AddSource(const Generation& generation, CollectionId collection, Sequence at,
               std::vector<MergingSource>& sources) {
  const Memtable* const memtable = generation.Find(collection);
  if (memtable == nullptr) return;
  sources.push_back({.cursor = memtable->NewCursor(at), .range_tombstones = memtable->RangeTombstonesAt(at)});
}

}  // namespace

Result<std::optional<TreesHit>> ReadState::Get(CollectionId collection, Bytes key, Sequence at,
                                               FilterCounters& filters) const {
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
  Result<std::optional<TreesHit>> hit = of_collection->second->Get(key, filters);
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

Result<std::unique_ptr<EntryCursor>> ReadView::NewCursor(CollectionId collection, KeyRange range,
                                                         const OwnLayer& own) const {
  const auto trees = state->trees.find(collection);
  if (trees == state->trees.end()) return NoSuchCollection(collection);
  std::vector<MergingSource> sources;
  if (own.generation != nullptr) AddSource(*own.generation, collection, own.at, sources);
  for (const std::shared_ptr<const Generation>& generation : state->generations) {
    AddSource(*generation, collection, at, sources);
  }
  if (const auto spilled = state->spilled.find(collection); spilled != state->spilled.end()) {
    const Tree& tree = *spilled->second;
    sources.push_back({.cursor = tree.NewCursor(), .range_tombstones = {tree.range_tombstones()}});
  }
  sources.push_back({.cursor = trees->second->NewCursor()});
  // A cursor without memtables does not keep the generation.
  const bool is_in_newest = !state->generations.empty() && state->generations.front()->Find(collection) != nullptr;
  return NewLivingCursor(NewBoundedCursor(NewMergingCursor(std::move(sources)), std::move(range)),
                         is_in_newest ? &state->generations.front()->tombstones_passed() : nullptr);
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
  // Null where the thread is about to end.
  [[nodiscard]] ThreadCounters* counters() const noexcept { return slot_ == nullptr ? nullptr : &slot_->counters(); }

 private:
  ViewSlot* const slot_;
  std::unique_ptr<const ViewSlot::Reference> reference_;
};

ReadStates::ReadStates(Runtime& runtime)
    : runtime_(runtime), mutex_(runtime, LockRank::kReadStates), state_(std::make_shared<const ReadState>()) {}

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
  const Sequence at = std::max(published, state.flushed);
  if (ThreadCounters* const counters = borrowed.counters()) return CountedGet(state, collection, key, at, *counters);
  return CountedApart(state, collection, key, at);
}

Result<std::optional<TreesHit>> ReadStates::Get(const ReadView& view, CollectionId collection, Bytes key) const {
  if (ViewSlot* const slot = SlotOfThisThread()) {
    return CountedGet(*view.state, collection, key, view.at, slot->counters());
  }
  return CountedApart(*view.state, collection, key, view.at);
}

Result<std::optional<TreesHit>> ReadStates::CountedGet(const ReadState& state, CollectionId collection, Bytes key,
                                                       Sequence at, ThreadCounters& counters) const {
  const bool is_timed = counters.gets.Next() % kTimedEvery == 0;
  const std::chrono::nanoseconds begun = is_timed ? runtime_.Now() : std::chrono::nanoseconds();
  Result<std::optional<TreesHit>> hit = state.Get(collection, key, at, counters.filters);
  if (hit.ok() && hit->has_value()) counters.gets_found.Add(1);
  if (is_timed) latencies_.get.Add(runtime_.Now() - begun);
  return hit;
}

Result<std::optional<TreesHit>> ReadStates::CountedApart(const ReadState& state, CollectionId collection, Bytes key,
                                                         Sequence at) const {
  ThreadCounters counters;
  Result<std::optional<TreesHit>> hit = CountedGet(state, collection, key, at, counters);
  const MutexLock lock(mutex_);
  of_others_.Add(counters);
  return hit;
}

LatencyTimer ReadStates::CountSeek() const { return TimerFor(Count(&ThreadCounters::seeks), latencies_.seek); }

LatencyTimer ReadStates::CountCommit() const { return TimerFor(Count(&ThreadCounters::commits), latencies_.commit); }

LatencyTimer ReadStates::TimerFor(uint64_t calls_before, LatencyRecorder& recorder) const {
  return LatencyTimer(runtime_, calls_before % kTimedEvery == 0 ? &recorder : nullptr);
}

uint64_t ReadStates::Count(Counter ThreadCounters::* counter) const {
  if (ViewSlot* const slot = SlotOfThisThread()) return (slot->counters().*counter).Next();
  const MutexLock lock(mutex_);
  return (of_others_.*counter).Next();
}

ReadStates::Counts ReadStates::counts() const {
  ThreadCounters sum;
  {
    const MutexLock lock(mutex_);
    sum.Add(of_others_);
    for (const std::shared_ptr<ViewSlot>& slot : slots_) sum.Add(slot->counters());
  }
  const uint64_t ruled_out = sum.filters.ruled_out.value();
  return {.reads = {.gets = sum.gets.value(), .gets_found = sum.gets_found.value(), .seeks = sum.seeks.value()},
          .filters = {.asked = ruled_out + sum.filters.maybe.value(),
                      .ruled_out = ruled_out,
                      .false_positives = sum.filters.false_positives.value()}};
}

uint64_t ReadStates::pinned_memtables_bytes() const {
  std::vector<std::shared_ptr<const Generation>> alive;  // Outlives the lock: the last owner gives memory back.
  uint64_t bytes = 0;
  const MutexLock lock(mutex_);
  for (const std::weak_ptr<const Generation>& past : past_generations_) {
    if (auto generation = past.lock()) {
      bytes += generation->bytes();
      alive.push_back(std::move(generation));
    }
  }
  return bytes;
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
  KeepTrackOf(previous->generations);
  for (const std::shared_ptr<ViewSlot>& slot : slots_) revoked.push_back(slot->Revoke());
  ForgetLeftSlots();
}

// Those that the state has no more.
void ReadStates::KeepTrackOf(const std::vector<std::shared_ptr<const Generation>>& before) {
  std::erase_if(past_generations_, [](const std::weak_ptr<const Generation>& past) { return past.expired(); });
  for (const std::shared_ptr<const Generation>& generation : before) {
    if (std::ranges::find(state_->generations, generation) == state_->generations.end()) {
      past_generations_.push_back(generation);
    }
  }
}

// Not even for the moment until its thread has let go of it, a slot that nobody revokes any more may have a reference.
void ReadStates::ForgetLeftSlots() const {
  ThreadCounters left;
  std::erase_if(slots_, [&left](const std::shared_ptr<ViewSlot>& slot) {
    if (!slot->is_left()) return false;
    slot->Revoke();
    left.Add(slot->counters());
    return true;
  });
  of_others_.Add(left);
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
