#pragma once

#include <string>
#include <vector>

#include "logwood/store.h"

namespace logwood::testing {

// Compares what a store holds with what the manifest in it says: the manifest itself, the files it names, and the logs
// that are needed to open the database, and nothing else. Returns one sentence for each difference. For a database that
// was closed with nothing held.
[[nodiscard]] std::vector<std::string> AuditStore(Store& store);

}  // namespace logwood::testing
