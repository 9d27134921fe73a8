#pragma once

#include <cstddef>
#include <new>

namespace logwood {

// Memory that goes back to the system when it is given back: what is large lies in pages of its own. The process's
// allocator keeps what it gets, in pieces among others, and so the budget of a database could not be kept.

// From so many bytes on.
inline constexpr size_t kOwnPagesSizeMin = size_t{64} << 10;
inline constexpr size_t kPageSize = 4096;

// `size` bytes, not initialised, aligned to 64. Ends the process where there is none, as `new` does.
[[nodiscard]] std::byte* AllocateBytes(size_t size);
// Requires: from AllocateBytes(size). Null is allowed.
void FreeBytes(std::byte* bytes, size_t size) noexcept;
// Gives back what lies in pages, which then read as zeros, and keeps the addresses. Requires: whole pages within memory
// from AllocateBytes() of at least kOwnPagesSizeMin.
void DropPages(std::byte* begin, size_t size) noexcept;

// AddressSanitizer is to take memory that lies in a pool for memory that was given back.
void ForbidAccess(const std::byte* begin, size_t size) noexcept;
void AllowAccess(const std::byte* begin, size_t size) noexcept;

// For containers that may become large.
template <class T>
class PageAllocator {
 public:
  using value_type = T;

  PageAllocator() noexcept = default;
  template <class U>
  explicit PageAllocator(const PageAllocator<U>& /*other*/) noexcept {}

  [[nodiscard]] T* allocate(size_t count) { return reinterpret_cast<T*>(AllocateBytes(count * sizeof(T))); }
  void deallocate(T* begin, size_t count) noexcept {
    FreeBytes(reinterpret_cast<std::byte*>(begin), count * sizeof(T));
  }
  friend bool operator==(const PageAllocator&, const PageAllocator&) noexcept { return true; }
};

}  // namespace logwood
