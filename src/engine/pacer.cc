#include "engine/pacer.h"

#include <algorithm>
#include <cmath>

namespace logwood {
namespace {

using std::chrono::nanoseconds;

double SecondsOf(nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

// The time that `bytes` take at a rate, kDelayMax at most.
nanoseconds TimeOf(uint64_t bytes, WriteRate rate) {
  const double seconds = static_cast<double>(bytes) / rate.bytes_per_second;  // Infinite where the rate is 0.
  const double seconds_max = SecondsOf(Pacer::kDelayMax);
  return nanoseconds(std::llround(std::min(seconds, seconds_max) * 1e9));
}

}  // namespace

void Pacer::Speed::Add(uint64_t done, nanoseconds took) {
  constexpr double kPastCounts = 0.875;
  constexpr nanoseconds kTookMin = std::chrono::microseconds(1);  // A coarse clock, or a simulated one, may see none.
  bytes = bytes * kPastCounts + static_cast<double>(done);
  seconds = seconds * kPastCounts + SecondsOf(std::max(took, kTookMin));
}

Pacer::Pacer(Runtime& runtime, uint64_t memtable_size_bytes)
    : runtime_(runtime),
      memtable_size_bytes_(memtable_size_bytes),
      mutex_(runtime, LockRank::kPacer),
      changed_(runtime) {}

void Pacer::OnSealed(uint64_t bytes) {
  const MutexLock lock(mutex_);
  sealed_bytes_ += bytes;
  active_bytes_ = 0;
  LookForWork();
}

void Pacer::OnFlushBegun() {
  const MutexLock lock(mutex_);
  flush_begun_ = runtime_.Now();
}

void Pacer::OnFlushed(uint64_t bytes) {
  const MutexLock lock(mutex_);
  sealed_bytes_ -= std::min(sealed_bytes_, bytes);
  flushing_.Add(bytes, runtime_.Now() - flush_begun_);
  LookForWork();
}

void Pacer::OnMerged(uint64_t bytes, nanoseconds took) {
  const MutexLock lock(mutex_);
  merging_.Add(bytes, took);
}

void Pacer::set_debt(const MergeDebt& debt) {
  const MutexLock lock(mutex_);
  debt_ = debt;
  runs_max_ = std::max(runs_max_, debt.runs);
  LookForWork();
}

void Pacer::LookForWork() {
  has_work_.store(sealed_bytes_ > 0 || debt_.bytes > 0, std::memory_order_relaxed);
  ++changes_;
  changed_.NotifyAll();
}

// A flush counts as done to the part that it should have done by now, but for an eighth until it is.
WriteLoad Pacer::LoadAt(nanoseconds now) const {
  WriteLoad load{.memtable_size_bytes = memtable_size_bytes_,
                 .active_bytes = active_bytes_,
                 .sealed_bytes = sealed_bytes_,
                 .flush_bytes = sealed_bytes_,
                 .flush_bytes_per_second = flushing_.bytes_per_second(),
                 .runs = debt_.runs,
                 .merge_bytes = debt_.bytes,
                 .merge_bytes_per_second = merging_.bytes_per_second()};
  const double done = SecondsOf(now - flush_begun_) * load.flush_bytes_per_second;
  const double done_max = static_cast<double>(std::min(sealed_bytes_, memtable_size_bytes_)) * 7 / 8;
  load.flush_bytes -= static_cast<uint64_t>(std::clamp(done, 0.0, done_max));
  return load;
}

void Pacer::Admit(uint64_t log_bytes, uint64_t active_bytes) {
  unpaced_bytes_ += log_bytes;
  if (!has_work_.load(std::memory_order_relaxed)) {
    unpaced_bytes_ = 0;
    return;
  }
  if (unpaced_bytes_ < kStepBytes) return;
  const MutexLock lock(mutex_);
  active_bytes_ = active_bytes;
  const nanoseconds now = runtime_.Now();
  const WriteRate rate = PacedRate(LoadAt(now));
  // What came in more slowly than it might have gains no right to a burst beyond one delay.
  due_ = std::max(due_, now - kDelayMin) + TimeOf(unpaced_bytes_, rate);
  unpaced_bytes_ = 0;
  if (due_ - now >= kDelayMin) WaitUntilDue(now, rate);
}

// Until the work has changed, too: there may be room again.
void Pacer::WaitUntilDue(nanoseconds now, WriteRate rate) {
  due_ = std::min(due_, now + kDelayMax);
  const nanoseconds begun = now;
  uint64_t changes_seen = changes_;
  while (now < due_ && changed_.WaitFor(mutex_, due_ - now)) {
    now = runtime_.Now();
    if (changes_ == changes_seen) continue;
    changes_seen = changes_;
    const WriteRate changed = PacedRate(LoadAt(now));
    if (changed.bytes_per_second > rate.bytes_per_second * 2) due_ = std::min(due_, now);
  }
  Count(rate.cause, runtime_.Now() - begun);
}

void Pacer::CountWaitForFlush(nanoseconds waited) {
  const MutexLock lock(mutex_);
  Count(PacingCause::kFlushes, waited);
}

void Pacer::Count(PacingCause cause, nanoseconds waited) {
  DelayStatistics& delays = cause == PacingCause::kFlushes ? for_flushes_ : for_merges_;
  const auto nanoseconds_waited = static_cast<uint64_t>(waited.count());
  ++delays.count;
  delays.nanoseconds += nanoseconds_waited;
  delays.nanoseconds_max = std::max(delays.nanoseconds_max, nanoseconds_waited);
}

PacingStatistics Pacer::statistics() const {
  const MutexLock lock(mutex_);
  const WriteRate rate = PacedRate(LoadAt(runtime_.Now()));
  PacingStatistics statistics{.for_flushes = for_flushes_,
                              .for_merges = for_merges_,
                              .runs_max = runs_max_,
                              .debt_bytes = debt_.bytes,
                              .flush_bytes_per_second = static_cast<uint64_t>(flushing_.bytes_per_second()),
                              .merge_bytes_per_second = static_cast<uint64_t>(merging_.bytes_per_second())};
  if (rate.cause != PacingCause::kNone) {
    statistics.is_paced = true;
    // Work of a few bytes lets in more than any number of this type.
    statistics.write_bytes_per_second = static_cast<uint64_t>(std::min(rate.bytes_per_second, 1e18));
  }
  return statistics;
}

}  // namespace logwood
