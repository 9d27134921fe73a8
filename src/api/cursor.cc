#include "logwood/cursor.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/cursor_factory.h"
#include "base/status_macros.h"
#include "cursor/entry_batch.h"
#include "engine/held_cursor.h"

namespace logwood {

struct Cursor::State {
  ~State() {
    cursor.reset();
    mark.reset();
    if (engine == nullptr) return;
    engine->OnCursorEnded();
    engine->OnViewReleased();
  }

  [[nodiscard]] LatencyTimer BeginSeek() {
    is_between_batches = false;
    return engine == nullptr ? LatencyTimer() : engine->CountSeek();
  }

  std::shared_ptr<Engine> engine;  // Null where no database is read.
  std::optional<ViewCensus::Mark> mark;
  std::optional<HeldCursor> cursor;  // Set once.
  EntryBatch batch;
  std::vector<KeyAndValue> shown;   // Of the batch.
  bool is_between_batches = false;  // The cursor inside stands on the last entry of the batch.
};

Cursor::Cursor(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Cursor::~Cursor() = default;

void Cursor::First() {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->BeginSeek();
  state_->cursor->First();
}

void Cursor::Last() {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->BeginSeek();
  state_->cursor->Last();
}

void Cursor::Seek(Bytes key) {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->BeginSeek();
  state_->cursor->Seek(key, SeekTo::kAtOrAfter);
}

void Cursor::SeekAtOrBefore(Bytes key) {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->BeginSeek();
  state_->cursor->Seek(key, SeekTo::kAtOrBefore);
}

void Cursor::SeekExact(Bytes key) {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->BeginSeek();
  state_->cursor->Seek(key, SeekTo::kExact);
}

void Cursor::Next() {
  if (CanMove()) state_->cursor->Next();
}

void Cursor::Prev() {
  if (CanMove()) state_->cursor->Prev();
}

std::span<const Cursor::KeyAndValue> Cursor::NextBatch(size_t count_max) {
  if (count_max == 0 || !CanMove() || !state_->cursor->valid()) return {};
  state_->batch.Begin(count_max);
  state_->cursor->Fill(state_->batch, std::exchange(state_->is_between_batches, true));
  state_->shown.clear();
  for (const Entry& entry : state_->batch.entries()) state_->shown.push_back({.key = entry.key, .value = entry.value});
  return state_->shown;
}

bool Cursor::valid() const noexcept { return !state_->is_between_batches && state_->cursor->valid(); }

Bytes Cursor::key() const noexcept { return state_->cursor->entry().key; }

Bytes Cursor::value() const noexcept { return state_->cursor->entry().value; }

const Status& Cursor::status() const noexcept { return state_->cursor->status(); }

// A closed database ends its cursors: what they would read may be another process's by now.
bool Cursor::CanMove() {
  if (!state_->cursor->is_open()) return false;
  if (state_->engine == nullptr) return true;
  const Status open = state_->engine->CheckOpen();
  if (open.ok()) return true;
  state_->cursor->End(open);
  return false;
}

Cursor CursorFactory::Make(std::shared_ptr<Engine> engine, Result<ReadView> view, CollectionId collection,
                           KeyRange range) {
  auto state = std::make_unique<Cursor::State>();
  state->engine = std::move(engine);
  if (view.ok()) {
    state->mark.emplace(state->engine->view_census(), view->at);
    state->cursor.emplace(state->engine->held_views(), *std::move(view), collection, std::move(range));
  } else {
    state->cursor.emplace(view.status());
  }
  Cursor cursor(std::move(state));
  cursor.First();
  return cursor;
}

Cursor CursorFactory::Make(std::shared_ptr<Engine> engine, Result<std::unique_ptr<EntryCursor>> entries) {
  auto state = std::make_unique<Cursor::State>();
  state->engine = std::move(engine);
  if (entries.ok()) {
    state->cursor.emplace(*std::move(entries));
  } else {
    state->cursor.emplace(entries.status());
  }
  Cursor cursor(std::move(state));
  cursor.First();
  return cursor;
}

Cursor CursorFactory::Make(std::unique_ptr<EntryCursor> entries) {
  auto state = std::make_unique<Cursor::State>();
  state->cursor.emplace(std::move(entries));
  Cursor cursor(std::move(state));
  cursor.First();
  return cursor;
}

Result<std::optional<PinnedValue>> ToPinnedValue(Result<std::optional<TreesHit>> hit) {
  LOGWOOD_RETURN_IF_ERROR(hit.status());
  if (!hit->has_value()) return std::optional<PinnedValue>();
  return std::optional(PinnedValue((*hit)->value, std::move((*hit)->pin)));
}

KeyRange PrefixRange(Bytes prefix) {
  KeyRange range{.start = prefix.ToString(), .limit = std::nullopt};
  // The limit is the prefix with its last byte one higher; a byte that is 0xff already cannot go higher and falls away.
  std::string limit = prefix.ToString();
  while (!limit.empty() && limit.back() == '\xff') limit.pop_back();
  if (limit.empty()) return range;
  limit.back() = static_cast<char>(static_cast<unsigned char>(limit.back()) + 1);
  range.limit = std::move(limit);
  return range;
}

}  // namespace logwood
