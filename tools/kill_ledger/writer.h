#pragma once

#include <cstdint>
#include <string>

#include "logwood/status.h"

namespace logwood::kill_ledger {

// The process that is killed: opens or creates the database at `path`, commits batch `first` and all after it, one at a
// time, and writes the number of each, 8 bytes, to `acknowledgements` as soon as its commit has returned. Ends only by
// an error, or when nobody reads on.
Status WriteBatches(const std::string& path, uint64_t first, int acknowledgements);

}  // namespace logwood::kill_ledger
