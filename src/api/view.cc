#include "logwood/view.h"

#include <utility>

#include "api/cursor_factory.h"
#include "api/view_state.h"
#include "base/status_macros.h"

namespace logwood {

View::State::~State() {
  view.reset();
  mark.reset();
  engine->OnViewReleased();
}

View::View(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
View::View(const View&) = default;
View::View(View&&) noexcept = default;
View& View::operator=(const View&) = default;
View& View::operator=(View&&) noexcept = default;
View::~View() = default;

Status View::State::CheckOpen(const Engine* of) const {
  if (of != engine.get()) return Status::InvalidArgument("view: a collection of another database");
  return engine->CheckOpen();
}

Result<ReadView> View::State::OpenView(const Engine* of) const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen(of));
  return view->Load();
}

Result<std::optional<PinnedValue>> View::Get(const Collection& collection, Bytes key) const {
  LOGWOOD_RETURN_IF_ERROR(state_->CheckOpen(collection.engine_.get()));
  return ToPinnedValue(state_->view->Get(CollectionId(collection.id_), key));
}

Cursor View::Scan(const Collection& collection) const {
  return CursorFactory::Make(state_->engine, state_->OpenView(collection.engine_.get()), CollectionId(collection.id_),
                             {});
}

Cursor View::Scan(const Collection& collection, Bytes start, Bytes limit) const {
  return CursorFactory::Make(state_->engine, state_->OpenView(collection.engine_.get()), CollectionId(collection.id_),
                             {.start = start.ToString(), .limit = limit.ToString()});
}

Cursor View::ScanFrom(const Collection& collection, Bytes start) const {
  return CursorFactory::Make(state_->engine, state_->OpenView(collection.engine_.get()), CollectionId(collection.id_),
                             {.start = start.ToString(), .limit = std::nullopt});
}

Cursor View::ScanPrefix(const Collection& collection, Bytes prefix) const {
  return CursorFactory::Make(state_->engine, state_->OpenView(collection.engine_.get()), CollectionId(collection.id_),
                             PrefixRange(prefix));
}

}  // namespace logwood
