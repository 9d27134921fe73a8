#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/mutex.h"
#include "logwood/runtime.h"

namespace logwood {

// When what a database does at rest is due. A database is at rest when nobody has written to it for as long as it takes
// from one look at that to the next; the longer it rests, the more work it is worth (WorthAtRest()).
struct RestTuning {
  std::chrono::nanoseconds look = std::chrono::milliseconds(500);
  std::chrono::nanoseconds seal = std::chrono::seconds(10);  // A memtable that holds much is flushed,
  std::chrono::nanoseconds end = std::chrono::seconds(256);  // and any; after that nothing more is done.
};

struct RestWork {
  uint64_t merge_cost_max = 0;  // MergeRequest::cost_max.
  uint64_t memtable_share = 0;  // Memtables are flushed that take 1 / so much of their size, if it is not 0 ...
  bool any_memtable = false;    // ... or that hold anything.
  friend bool operator==(const RestWork&, const RestWork&) = default;
};

// Pure.
[[nodiscard]] RestWork WorthAtRest(std::chrono::nanoseconds rest, const RestTuning& tuning);

// Notices that nobody writes any more: looks from time to time while somebody may be writing, ever more rarely at rest,
// and not at all once the rest has come to its end, so that an idle database costs nothing. Thread-safe.
class RestWatch : public std::enable_shared_from_this<RestWatch> {
 public:
  // Called by one job of the runtime at a time.
  using OnRest = std::function<void(const RestWork& work)>;

  // `runtime` must outlive it.
  static std::shared_ptr<RestWatch> New(Runtime& runtime, const RestTuning& tuning, OnRest on_rest);

  // Somebody begins to write, or has left work behind. One load while that is known.
  void OnWrite() {
    // Relaxed: read late by one write, it is noticed with the next.
    if (!busy_.load(std::memory_order_relaxed)) Notice();
  }
  // Of the work that the rest is worth now; nullopt while there is none.
  [[nodiscard]] std::optional<uint64_t> merge_cost_max() const;
  // Waits for on_rest where it runs. It is not called any more then.
  void Stop();

 private:
  static constexpr uint64_t kNone = UINT64_MAX;

  RestWatch(Runtime& runtime, const RestTuning& tuning, OnRest on_rest);
  void Notice();
  void LookAfter(std::chrono::nanoseconds delay, uint64_t watch);
  void Look(uint64_t watch);

  Runtime& runtime_;
  const RestTuning tuning_;
  const OnRest on_rest_;
  std::atomic<bool> busy_ = false;  // Somebody wrote since the last look.
  std::atomic<uint64_t> merge_cost_max_ = kNone;
  std::atomic<uint64_t> watches_ = 0;  // Each write that ends a rest begins a watch, which ends the one before.
  Mutex mutex_;
  bool stopped_ GUARDED_BY(mutex_) = false;
  std::chrono::nanoseconds rest_begun_ GUARDED_BY(mutex_){0};
};

}  // namespace logwood
