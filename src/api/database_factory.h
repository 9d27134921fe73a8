#pragma once

#include "logwood/database.h"
#include "logwood/options.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "lsm/lsm_choice.h"

namespace logwood {

// Opens databases with what is no option.
class DatabaseFactory {
 public:
  // As Database::Open(store, options, runtime), where lsm collections are merged as `tuning` says.
  [[nodiscard]] static Result<Database> Open(Store& store, const Options& options, Runtime& runtime,
                                             const LsmTuning& tuning);
};

}  // namespace logwood
