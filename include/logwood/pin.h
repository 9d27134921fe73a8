#pragma once

#include <memory>
#include <utility>

namespace logwood {

// Keeps something in memory until it goes: a share of an object, or a count that somebody else keeps. Movable;
// thread-compatible.
class Pin {
 public:
  using Release = void (*)(const void* object) noexcept;

  Pin() noexcept = default;
  template <class T>
  Pin(std::shared_ptr<T> shared) noexcept : shared_(std::move(shared)) {}
  // Calls `release` once, with `object`, when it goes.
  Pin(const void* object, Release release) noexcept : object_(object), release_(release) {}
  Pin(Pin&& other) noexcept
      : shared_(std::move(other.shared_)), object_(other.object_), release_(std::exchange(other.release_, nullptr)) {}
  Pin& operator=(Pin&& other) noexcept {
    std::swap(shared_, other.shared_);
    std::swap(object_, other.object_);
    std::swap(release_, other.release_);
    return *this;
  }
  ~Pin() {
    if (release_ != nullptr) release_(object_);
  }

 private:
  std::shared_ptr<const void> shared_;
  const void* object_ = nullptr;
  Release release_ = nullptr;  // Null: nothing to call.
};

}  // namespace logwood
