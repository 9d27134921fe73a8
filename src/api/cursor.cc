#include "logwood/cursor.h"

#include <optional>
#include <string>
#include <utility>

#include "api/cursor_factory.h"
#include "base/status_macros.h"

namespace logwood {

// The order of the members is the order of dependence: the inner cursor goes first, the engine last.
struct Cursor::State {
  ~State() {
    inner.reset();
    if (engine != nullptr && view.state != nullptr) engine->OnCursorEnded(*view.state);
    view = {};
    mark.reset();
    if (engine != nullptr) engine->OnViewReleased();
  }

  [[nodiscard]] LatencyTimer CountSeek() const { return engine == nullptr ? LatencyTimer() : engine->CountSeek(); }

  std::shared_ptr<Engine> engine;  // Null where no database is read.
  ReadView view;
  std::optional<ViewCensus::Mark> mark;
  std::unique_ptr<EntryCursor> inner;  // Null where there is nothing to read; `status` says why.
  Status status;
};

Cursor::Cursor(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Cursor::~Cursor() = default;

void Cursor::First() {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->CountSeek();
  state_->inner->First();
}

void Cursor::Last() {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->CountSeek();
  state_->inner->Last();
}

void Cursor::Seek(Bytes key) {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->CountSeek();
  state_->inner->Seek(key, SeekTo::kAtOrAfter);
}

void Cursor::SeekAtOrBefore(Bytes key) {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->CountSeek();
  state_->inner->Seek(key, SeekTo::kAtOrBefore);
}

void Cursor::SeekExact(Bytes key) {
  if (!CanMove()) return;
  const LatencyTimer timer = state_->CountSeek();
  state_->inner->Seek(key, SeekTo::kExact);
}

void Cursor::Next() {
  if (CanMove()) state_->inner->Next();
}

void Cursor::Prev() {
  if (CanMove()) state_->inner->Prev();
}

bool Cursor::valid() const noexcept { return state_->inner != nullptr && state_->inner->valid(); }

Bytes Cursor::key() const noexcept { return state_->inner->entry().key; }

Bytes Cursor::value() const noexcept { return state_->inner->entry().value; }

const Status& Cursor::status() const noexcept {
  return state_->inner != nullptr ? state_->inner->status() : state_->status;
}

// A closed database ends its cursors: what they would read may be another process's by now.
bool Cursor::CanMove() {
  if (state_->inner == nullptr) return false;
  if (state_->engine == nullptr) return true;
  const Status open = state_->engine->CheckOpen();
  if (open.ok()) return true;
  state_->status = open;
  state_->inner.reset();
  return false;
}

Cursor CursorFactory::Make(std::shared_ptr<Engine> engine, Result<ReadView> view, CollectionId collection,
                           KeyRange range) {
  auto state = std::make_unique<Cursor::State>();
  state->engine = std::move(engine);
  state->status = view.status();
  if (view.ok()) {
    state->view = *std::move(view);
    state->mark.emplace(state->engine->view_census(), state->view.at);
    Result<std::unique_ptr<EntryCursor>> inner = state->view.NewCursor(collection, std::move(range));
    state->status = inner.status();
    if (inner.ok()) state->inner = *std::move(inner);
  }
  Cursor cursor(std::move(state));
  cursor.First();
  return cursor;
}

Cursor CursorFactory::Make(std::unique_ptr<EntryCursor> entries) {
  auto state = std::make_unique<Cursor::State>();
  state->inner = std::move(entries);
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
