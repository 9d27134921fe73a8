#include "engine/held_views.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/held_cursor.h"

namespace logwood {
namespace {

bool HasMemtablesBeside(const ReadView& view, const ReadState& current) {
  return std::ranges::any_of(view.state->generations, [&](const auto& generation) {
    return std::ranges::find(current.generations, generation) == current.generations.end();
  });
}

// Bytes of what stands beside the current state, each counted once.
class MemtablesBeside {
 public:
  explicit MemtablesBeside(const ReadState& current) {
    for (const auto& generation : current.generations) counted_.insert(generation.get());
  }
  void Add(const ReadView& view) {
    for (const auto& generation : view.state->generations) {
      if (counted_.insert(generation.get()).second) bytes_ += generation->bytes();
    }
  }
  [[nodiscard]] uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::set<const Generation*> counted_;
  uint64_t bytes_ = 0;
};

}  // namespace

template <class Look>
void HeldViews::ForEachHeld(const Look& look) const {
  for (const HeldView* const view : views_) {
    if (view->spilled_ == nullptr) look(*view->original_);
  }
  for (const HeldCursor* cursor = cursors_; cursor != nullptr; cursor = cursor->older_) {
    if (cursor->spilled_.state == nullptr) look(cursor->view_);
  }
}

void HeldViews::Add(HeldCursor& cursor) {
  const MutexLock lock(mutex_);
  cursor.older_ = cursors_;
  if (cursors_ != nullptr) cursors_->newer_ = &cursor;
  cursors_ = &cursor;
}

void HeldViews::Remove(HeldCursor& cursor) {
  const MutexLock lock(mutex_);
  (cursor.newer_ != nullptr ? cursor.newer_->older_ : cursors_) = cursor.older_;
  if (cursor.older_ != nullptr) cursor.older_->newer_ = cursor.newer_;
}

std::optional<ReadView> HeldViews::OldestBeyond(uint64_t bytes_max, const ReadState& current) {
  std::vector<ReadView> let_go;  // Destroyed after the lock is released.
  const MutexLock lock(mutex_);
  LetGoOfReplaced(let_go);
  MemtablesBeside beside(current);
  const ReadView* oldest = nullptr;
  ForEachHeld([&](const ReadView& view) {
    beside.Add(view);
    if (oldest != nullptr && oldest->at <= view.at) return;
    if (HasMemtablesBeside(view, current)) oldest = &view;
  });
  return beside.bytes() > bytes_max ? std::optional(*oldest) : std::nullopt;
}

void HeldViews::Replace(const ReadView& view, const std::shared_ptr<const ReadState>& state) {
  const auto is_it = [&](const ReadView& held) { return held.state == view.state && held.at == view.at; };
  const ReadView spilled{.state = state, .at = view.at};
  std::vector<ReadView> let_go;  // As above.
  const MutexLock lock(mutex_);
  for (HeldView* const each : views_) {
    if (each->spilled_ != nullptr || !is_it(*each->original_)) continue;
    each->spilled_ = std::make_unique<const ReadView>(spilled);
    each->current_.store(each->spilled_.get(), std::memory_order_seq_cst);
  }
  for (HeldCursor* cursor = cursors_; cursor != nullptr; cursor = cursor->older_) {
    if (cursor->spilled_.state != nullptr || !is_it(cursor->view_)) continue;
    cursor->spilled_ = spilled;
    cursor->is_replaced_.store(true, std::memory_order_release);  // Partner: the acquire in HeldCursor::Move().
  }
  LetGoOfReplaced(let_go);
}

void HeldViews::LetGoOfReplaced(std::vector<ReadView>& let_go) {
  for (HeldView* const view : views_) {
    if (view->spilled_ == nullptr || view->original_ == nullptr) continue;
    sections_.Update(view->readers_);
    if (!view->readers_.empty()) continue;
    let_go.push_back(*view->original_);
    view->original_.reset();
  }
  std::vector<HeldCursor*> replaced;
  for (HeldCursor* cursor = cursors_; cursor != nullptr; cursor = cursor->older_) {
    if (cursor->spilled_.state != nullptr && cursor->view_.state != nullptr) replaced.push_back(cursor);
  }
  if (replaced.empty() || !fence_.Heavy()) return;
  for (HeldCursor* const cursor : replaced) {
    if (cursor->IsIdle()) let_go.push_back(cursor->LetGo());
  }
}

std::pair<uint64_t, uint64_t> HeldViews::spilled() const {
  uint64_t views = 0;
  uint64_t bytes = 0;
  std::set<const BlockFile*> files;
  const auto add_spilled = [&](const ReadState& state) {
    ++views;
    for (const auto& [id, tree] : state.spilled) {
      if (files.insert(&tree->file()).second) bytes += tree->file().length();
    }
  };
  const MutexLock lock(mutex_);
  for (const HeldView* const view : views_) {
    if (view->spilled_ != nullptr) add_spilled(*view->spilled_->state);
  }
  for (const HeldCursor* cursor = cursors_; cursor != nullptr; cursor = cursor->older_) {
    if (cursor->spilled_.state != nullptr) add_spilled(*cursor->spilled_.state);
  }
  return {views, bytes};
}

HeldView::HeldView(HeldViews& views, ReadView view)
    : views_(views), original_(std::make_unique<const ReadView>(std::move(view))) {
  current_.store(original_.get(), std::memory_order_seq_cst);
  const MutexLock lock(views_.mutex_);
  place_ = views_.views_.insert(views_.views_.end(), this);
}

HeldView::~HeldView() {
  const MutexLock lock(views_.mutex_);
  views_.views_.erase(place_);
}

Result<std::optional<TreesHit>> HeldView::Get(CollectionId collection, Bytes key) const {
  const ReadSection section(views_.sections_);
  return views_.states_.Get(*current_.load(std::memory_order_seq_cst), collection, key);
}

ReadView HeldView::Load() const {
  const ReadSection section(views_.sections_);
  return *current_.load(std::memory_order_seq_cst);
}

}  // namespace logwood
