#pragma once

#include "engine/replay.h"
#include "engine/rest_watch.h"
#include "logwood/database.h"
#include "logwood/options.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "lsm/lsm_choice.h"

namespace logwood {

// What is no option.
struct DatabaseTuning {
  LsmTuning lsm = {};
  ReplayTuning replay = {};
  RestTuning rest = {};
};

// Opens databases that are tuned.
class DatabaseFactory {
 public:
  // As Database::Open(store, options, runtime), where lsm collections are merged, logs replayed and rest used as
  // `tuning` says.
  [[nodiscard]] static Result<Database> Open(Store& store, const Options& options, Runtime& runtime,
                                             const DatabaseTuning& tuning);
};

}  // namespace logwood
