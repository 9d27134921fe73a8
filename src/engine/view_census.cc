#include "engine/view_census.h"

#include <algorithm>
#include <functional>

namespace logwood {

ViewCensus::Mark::Mark(ViewCensus& views, Sequence at) : place_(views.Claim(*this)) {
  const auto now = static_cast<uint64_t>(views.runtime_.Now().count());
  place_.at.store(at.value(), std::memory_order_relaxed);
  place_.taken.store(now + kTakenMin, std::memory_order_release);  // Partner: Summarize().
}

// Where the search begins depends on the address of the mark, which allocators spread over threads.
ViewCensus::Place& ViewCensus::Claim(const Mark& mark) {
  constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;
  const size_t begin = std::hash<const Mark*>()(&mark) * kGolden >> 32;
  for (Places* places = &first_;; places = &PlacesBehind(*places)) {
    for (size_t i = 0; i < kPlaces; ++i) {
      Place& place = places->places[(begin + i) % kPlaces];
      uint64_t expected = kFree;
      if (place.taken.load(std::memory_order_relaxed) != kFree) continue;
      if (place.taken.compare_exchange_strong(expected, kClaimed, std::memory_order_acquire)) return place;
    }
  }
}

ViewCensus::Places& ViewCensus::PlacesBehind(Places& places) {
  if (Places* const next = places.next.load(std::memory_order_acquire)) return *next;
  const MutexLock lock(mutex_);
  if (Places* const next = places.next.load(std::memory_order_relaxed)) return *next;  // Made meanwhile.
  Places* const made = more_.emplace_back(std::make_unique<Places>()).get();
  places.next.store(made, std::memory_order_release);
  return *made;
}

ViewCensus::Summary ViewCensus::Summarize() const {
  Summary summary;
  uint64_t first_taken = 0;
  for (const Places* places = &first_; places != nullptr; places = places->next.load(std::memory_order_acquire)) {
    for (const Place& place : places->places) {
      const uint64_t taken = place.taken.load(std::memory_order_acquire);
      if (taken < kTakenMin) continue;
      if (summary.count++ > 0 && taken >= first_taken) continue;
      first_taken = taken;
      summary.oldest = Sequence(place.at.load(std::memory_order_relaxed));
    }
  }
  if (summary.count == 0) return summary;
  const auto now = static_cast<uint64_t>(runtime_.Now().count()) + kTakenMin;
  summary.age_max = std::chrono::nanoseconds(now - std::min(now, first_taken));
  return summary;
}

}  // namespace logwood
