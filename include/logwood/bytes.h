#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iosfwd>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace logwood {

// A pointer and a size: bytes that somebody else owns. Cheap to copy; must not outlive what it points into.
// Compares as unsigned bytes, a proper prefix before what it is a prefix of. Thread-compatible.
class Bytes {
 public:
  constexpr Bytes() noexcept = default;
  constexpr Bytes(const std::byte* data, size_t size) noexcept : data_(data), size_(size) {}
  // A span, vector or array of bytes.
  template <class Range>
    requires std::is_convertible_v<const Range&, std::span<const std::byte>>
  constexpr Bytes(const Range& bytes) noexcept : data_(std::data(bytes)), size_(std::size(bytes)) {}
  Bytes(std::string_view text) noexcept : data_(reinterpret_cast<const std::byte*>(text.data())), size_(text.size()) {}
  Bytes(const std::string& text) noexcept : Bytes(std::string_view(text)) {}
  // A literal or any C string: ends before the first NUL. Use std::string_view for text that holds NULs.
  Bytes(const char* text) noexcept : Bytes(std::string_view(text)) {}

  [[nodiscard]] constexpr const std::byte* data() const noexcept { return data_; }
  [[nodiscard]] constexpr size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr const std::byte* begin() const noexcept { return data_; }
  [[nodiscard]] constexpr const std::byte* end() const noexcept { return data_ + size_; }
  // Requires: index < size().
  [[nodiscard]] constexpr std::byte operator[](size_t index) const noexcept { return data_[index]; }

  // The first `count` bytes. Requires: count <= size().
  [[nodiscard]] constexpr Bytes First(size_t count) const noexcept { return {data_, count}; }
  // All from `offset` on. Requires: offset <= size().
  [[nodiscard]] constexpr Bytes From(size_t offset) const noexcept { return {data_ + offset, size_ - offset}; }
  [[nodiscard]] bool StartsWith(Bytes prefix) const noexcept {
    return size_ >= prefix.size_ && First(prefix.size_) == prefix;
  }

  [[nodiscard]] std::string_view string_view() const noexcept { return {reinterpret_cast<const char*>(data_), size_}; }
  [[nodiscard]] std::string ToString() const { return std::string(string_view()); }

  friend bool operator==(Bytes a, Bytes b) noexcept {
    return a.size_ == b.size_ && (a.size_ == 0 || std::memcmp(a.data_, b.data_, a.size_) == 0);
  }
  friend std::strong_ordering operator<=>(Bytes a, Bytes b) noexcept {
    const size_t common = a.size_ < b.size_ ? a.size_ : b.size_;
    const int order = common == 0 ? 0 : std::memcmp(a.data_, b.data_, common);
    if (order != 0) return order <=> 0;
    return a.size_ <=> b.size_;
  }
  // Writes the bytes as they are.
  friend std::ostream& operator<<(std::ostream& out, Bytes bytes);

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace logwood
