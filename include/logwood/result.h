#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "logwood/status.h"

namespace logwood {

// A value, or the status that says why there is none. Thread-compatible.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // Requires: !status.ok().
  Result(Status status) : status_(std::move(status)) { status_.RequireError(); }
  template <class U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Status> &&
             !std::is_same_v<std::remove_cvref_t<U>, Result>)
  explicit(!std::is_convertible_v<U&&, T>) Result(U&& value) : value_(std::in_place, std::forward<U>(value)) {}

  [[nodiscard]] bool ok() const noexcept { return value_.has_value(); }
  [[nodiscard]] const Status& status() const noexcept { return status_; }

  // The value; throws StatusError when there is none.
  [[nodiscard]] T& value() & {
    status_.Check();
    return *value_;
  }
  [[nodiscard]] const T& value() const& {
    status_.Check();
    return *value_;
  }
  [[nodiscard]] T value() && {
    status_.Check();
    return *std::move(value_);
  }

  // Requires: ok().
  [[nodiscard]] T& operator*() & noexcept { return *value_; }
  [[nodiscard]] const T& operator*() const& noexcept { return *value_; }
  [[nodiscard]] T operator*() && noexcept { return *std::move(value_); }
  [[nodiscard]] T* operator->() noexcept { return &*value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace logwood
