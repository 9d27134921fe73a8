#pragma once

#include <string>
#include <vector>

#include "tests/transactions/history.h"

namespace logwood::testing {

// Replays committed transactions one after the other, in the order that the database told, against a map, and compares
// what each was told with what it would have read there. Returns what differs. Requires: each committed one has its
// place.
[[nodiscard]] std::vector<std::string> CheckCommitOrder(const History& history);

}  // namespace logwood::testing
