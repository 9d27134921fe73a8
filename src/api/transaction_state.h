#pragma once

#include <memory>

#include "base/ids.h"
#include "cursor/bounded_cursor.h"
#include "engine/engine.h"
#include "engine/open_transaction.h"
#include "logwood/cursor.h"
#include "logwood/transaction.h"

namespace logwood {

// The order of the members is the order of dependence.
struct Transaction::State {
  // All check first that a collection of database `of` is one of the transaction's. Errors: kInvalidArgument.
  [[nodiscard]] Status CheckIsOf(const Engine* of) const;
  Status Write(const Engine* of, const Operation& operation);
  Status DeleteWithin(const Engine* of, CollectionId collection, const KeyRange& range);
  [[nodiscard]] Cursor NewCursor(const Engine* of, CollectionId collection, KeyRange range);

  std::shared_ptr<Engine> engine;
  std::shared_ptr<OpenTransaction> work;
};

}  // namespace logwood
