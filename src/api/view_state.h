#pragma once

#include <memory>
#include <optional>

#include "engine/engine.h"
#include "engine/held_views.h"
#include "logwood/view.h"

namespace logwood {

// What the copies of a view share.
struct View::State {
  ~State();
  // Whether the database is open, and a collection of database `of` is one of it.
  // Errors: kClosed, kInvalidArgument (another database's).
  [[nodiscard]] Status CheckOpen(const Engine* of) const;
  // The view after the same checks.
  [[nodiscard]] Result<ReadView> OpenView(const Engine* of) const;

  std::shared_ptr<Engine> engine;
  std::optional<HeldView> view;          // Set once, before anybody reads.
  std::optional<ViewCensus::Mark> mark;  // Of an open one.
};

}  // namespace logwood
