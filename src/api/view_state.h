#pragma once

#include <memory>

#include "engine/engine.h"
#include "logwood/view.h"

namespace logwood {

// What the copies of a view share.
struct View::State {
  ~State();
  // The view, while the database is open.
  [[nodiscard]] Result<ReadView> OpenView() const;

  std::shared_ptr<Engine> engine;
  ReadView view;
};

}  // namespace logwood
