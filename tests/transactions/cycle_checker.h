#pragma once

#include <string>
#include <vector>

#include "tests/transactions/history.h"

namespace logwood::testing {

// Looks for what no order of the transactions explains, and trusts nothing that the database says of their order: only
// values count, each of which is written once. A value may be a list, written "a,b,c" by a transaction that read "a,b"
// and appended c: then the order of all writes to the key is known. From it, and from what was read, follows who came
// before whom; a cycle is an anomaly (after Adya, "Weak Consistency", 1999, and Kingsbury & Alvaro, "Elle", VLDB 2020).
// What ended before another began comes before it. Keys may be deleted only where no list is in them.
// Returns what was found: values of transactions that were not committed, values of nobody, lists that do not
// continue one another, cycles.
[[nodiscard]] std::vector<std::string> CheckForCycles(const History& history);

}  // namespace logwood::testing
