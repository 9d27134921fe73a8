#pragma once

#include <atomic>
#include <memory>

namespace logwood {

// An immutable object that is made at the first use by whoever comes first, without a lock, since making it reads from
// the store. Two who come together may both make it; the first to finish is kept. Thread-safe.
template <class T>
class MadeOnce {
 public:
  MadeOnce() = default;
  MadeOnce(const MadeOnce&) = delete;  // Readers point into it.
  MadeOnce& operator=(const MadeOnce&) = delete;
  ~MadeOnce() { const std::unique_ptr<const T> last(object_.load()); }

  // Null before Publish(); then the same for good.
  [[nodiscard]] const T* get() const noexcept {
    return object_.load(std::memory_order_acquire);  // Pairs with the exchange in Publish().
  }
  // Keeps `made` unless there is one already, and returns the one that is kept.
  const T* Publish(std::unique_ptr<const T> made) noexcept {
    const T* kept = nullptr;
    return object_.compare_exchange_strong(kept, made.get()) ? made.release() : kept;
  }

 private:
  std::atomic<const T*> object_ = nullptr;
};

}  // namespace logwood
