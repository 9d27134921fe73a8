#pragma once

#include "logwood/batch.h"         // IWYU pragma: export
#include "logwood/bytes.h"         // IWYU pragma: export
#include "logwood/collection.h"    // IWYU pragma: export
#include "logwood/cursor.h"        // IWYU pragma: export
#include "logwood/database.h"      // IWYU pragma: export
#include "logwood/options.h"       // IWYU pragma: export
#include "logwood/pinned_value.h"  // IWYU pragma: export
#include "logwood/raw_cursor.h"    // IWYU pragma: export
#include "logwood/result.h"        // IWYU pragma: export
#include "logwood/runtime.h"       // IWYU pragma: export
#include "logwood/salvage.h"       // IWYU pragma: export
#include "logwood/segment.h"       // IWYU pragma: export
#include "logwood/statistics.h"    // IWYU pragma: export
#include "logwood/status.h"        // IWYU pragma: export
#include "logwood/store.h"         // IWYU pragma: export
#include "logwood/transaction.h"   // IWYU pragma: export
#include "logwood/version.h"       // IWYU pragma: export
#include "logwood/view.h"          // IWYU pragma: export
