#pragma once

#include <functional>
#include <memory>

#include "base/ids.h"
#include "engine/engine.h"
#include "engine/open_transaction.h"
#include "logwood/options.h"
#include "logwood/result.h"

namespace logwood {

// Begins a transaction, has `work` read and write with it, and commits it; repeats all of that after a conflict or a
// deadlock, each time after a random wait of up to twice as long, 100 ms at most. By the time that a conflict is told,
// what it is with is published: the next attempt begins behind it. Returns where the commit stands, or the last error;
// any other error of `work` ends it at once. `engine` must outlive what is begun. Errors: kInvalidArgument (no
// attempts), as OpenTransaction::Begin() and Commit(), and what `work` returns.
[[nodiscard]] Result<Sequence> Transact(Engine& engine, const TransactOptions& options,
                                        const std::function<Status(const std::shared_ptr<OpenTransaction>&)>& work);

}  // namespace logwood
