#include "engine/rest_watch.h"

#include <algorithm>
#include <utility>

namespace logwood {
namespace {

using std::chrono::nanoseconds;

constexpr int64_t kMergeCostMax = 64;  // At the end of the rest; before that in proportion.
constexpr uint64_t kMemtableShare = 8;

}  // namespace

RestWork WorthAtRest(nanoseconds rest, const RestTuning& tuning) {
  RestWork work;
  const nanoseconds counted = std::min(rest, tuning.end);
  work.merge_cost_max =
      static_cast<uint64_t>(kMergeCostMax * counted.count() / std::max<int64_t>(1, tuning.end.count()));
  if (rest >= tuning.seal) work.memtable_share = kMemtableShare;
  work.any_memtable = rest >= tuning.end;
  return work;
}

std::shared_ptr<RestWatch> RestWatch::New(Runtime& runtime, const RestTuning& tuning, OnRest on_rest) {
  return std::shared_ptr<RestWatch>(new RestWatch(runtime, tuning, std::move(on_rest)));
}

RestWatch::RestWatch(Runtime& runtime, const RestTuning& tuning, OnRest on_rest)
    : runtime_(runtime), tuning_(tuning), on_rest_(std::move(on_rest)), mutex_(runtime, LockRank::kRestWatch) {}

void RestWatch::Notice() {
  if (busy_.exchange(true, std::memory_order_relaxed)) return;
  merge_cost_max_.store(kNone, std::memory_order_relaxed);
  LookAfter(tuning_.look, watches_.fetch_add(1, std::memory_order_relaxed) + 1);
}

// Whoever closes the database does not wait for the job, which then finds nothing to look at.
void RestWatch::LookAfter(nanoseconds delay, uint64_t watch) {
  runtime_.ExecuteAfter(delay, [watched = weak_from_this(), watch] {
    if (const std::shared_ptr<RestWatch> self = watched.lock()) self->Look(watch);
  });
}

void RestWatch::Look(uint64_t watch) {
  const MutexLock lock(mutex_);
  if (stopped_ || watch != watches_.load(std::memory_order_relaxed)) return;
  const nanoseconds now = runtime_.Now();
  if (busy_.exchange(false, std::memory_order_relaxed)) {
    rest_begun_ = now;
    merge_cost_max_.store(kNone, std::memory_order_relaxed);
    LookAfter(tuning_.look, watch);
    return;
  }
  const nanoseconds rest = now - rest_begun_;
  const RestWork work = WorthAtRest(rest, tuning_);
  merge_cost_max_.store(work.merge_cost_max, std::memory_order_relaxed);
  on_rest_(work);
  if (rest < tuning_.end) LookAfter(std::max(tuning_.look, rest / 4), watch);
}

std::optional<uint64_t> RestWatch::merge_cost_max() const {
  const uint64_t cost = merge_cost_max_.load(std::memory_order_relaxed);
  return cost == kNone ? std::nullopt : std::optional(cost);
}

void RestWatch::Stop() {
  const MutexLock lock(mutex_);
  stopped_ = true;
}

}  // namespace logwood
