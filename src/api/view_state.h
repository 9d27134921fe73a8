#pragma once

#include <memory>

#include "engine/engine.h"
#include "logwood/view.h"

namespace logwood {

// What the copies of a view share.
struct View::State {
  ~State();
  // The view, while the database is open, for a collection of database `of`.
  // Errors: kClosed, kInvalidArgument (another database's).
  [[nodiscard]] Result<ReadView> OpenView(const Engine* of) const;

  std::shared_ptr<Engine> engine;
  ReadView view;
};

}  // namespace logwood
