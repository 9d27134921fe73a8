#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logwood/store.h"

namespace logwood::testing {

// Whether files that cannot be told from somebody else's may be there: where lost sectors hold garbage, the header of a
// file that a crash cut short may be lost too.
enum class Strangers : uint8_t { kFound, kAllowed };

// Compares what a store holds with what the manifest in it says: the manifest itself, the files it names, and the logs
// that are needed to open the database, and nothing else. Returns one sentence for each difference. For a database that
// was closed with nothing held.
[[nodiscard]] std::vector<std::string> AuditStore(Store& store, Strangers strangers = Strangers::kFound);

// Partitions of the lsm collections that have more than one. Requires: nobody has the database open.
[[nodiscard]] uint64_t CountPartitions(Store& store);

}  // namespace logwood::testing
