#include "engine/transact.h"

#include <algorithm>
#include <chrono>

#include "base/status_macros.h"

namespace logwood {
namespace {

constexpr std::chrono::nanoseconds kWaitMin = std::chrono::microseconds(10);
constexpr std::chrono::nanoseconds kWaitMax = std::chrono::milliseconds(100);
constexpr uint32_t kDoublingsMax = 14;  // From the one to more than the other.
static_assert(kWaitMin * (1 << kDoublingsMax) >= kWaitMax);

}  // namespace

Result<Sequence> Transact(Engine& engine, const TransactOptions& options,
                          const std::function<Status(const std::shared_ptr<OpenTransaction>&)>& work) {
  if (options.attempts_max == 0) return Status::InvalidArgument("transact: attempts_max is 0; it may be 1 or more");
  for (uint32_t attempt = 1;; ++attempt) {
    LOGWOOD_ASSIGN_OR_RETURN(const auto transaction, OpenTransaction::Begin(engine, options.transaction));
    const Status worked = work(transaction);
    const Result<Sequence> committed = worked.ok() ? transaction->Commit(options.commit.sync) : worked;
    transaction->Rollback();  // Nobody waits for its keys meanwhile.
    const StatusCode code = committed.status().code();
    const bool may_repeat = code == StatusCode::kConflict || code == StatusCode::kDeadlock;
    if (!may_repeat || attempt == options.attempts_max) return committed;
    engine.WaitAtRandom(std::min(kWaitMax, kWaitMin * (1 << std::min(attempt, kDoublingsMax))));
  }
}

}  // namespace logwood
