#pragma once

#include <span>

#include "tools/bench/operations.h"

namespace logwood::bench {

// Rows of the table. Some write --num entries once by batches and once by transactions, each thread under keys of its
// own, to tell what a transaction costs where nobody is in the way. The others are repeated by Database::Transact()
// until they are committed, and check in the end what only serializable transactions leave.
[[nodiscard]] std::span<const Operation> TransactionOperations();

}  // namespace logwood::bench
