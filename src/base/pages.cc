#include "base/pages.h"

#include <cstdint>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define LOGWOOD_WITH_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOGWOOD_WITH_ADDRESS_SANITIZER
#endif
#endif
#if defined(LOGWOOD_WITH_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#endif

namespace logwood {
namespace {

constexpr std::align_val_t kAlignment{64};

}  // namespace

std::byte* AllocateBytes(size_t size) {
  if (size < kOwnPagesSizeMin) return static_cast<std::byte*>(::operator new[](size, kAlignment));
  void* const mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(mapped);
}

void FreeBytes(std::byte* bytes, size_t size) noexcept {
  if (bytes == nullptr) return;
  if (size < kOwnPagesSizeMin) {
    ::operator delete[](bytes, kAlignment);
  } else {
    AllowAccess(bytes, size);  // Others may get the addresses.
    ::munmap(bytes, size);
  }
}

void DropPages(std::byte* begin, size_t size) noexcept { ::madvise(begin, size, MADV_DONTNEED); }

void ForbidAccess([[maybe_unused]] const std::byte* begin, [[maybe_unused]] size_t size) noexcept {
#if defined(LOGWOOD_WITH_ADDRESS_SANITIZER)
  ASAN_POISON_MEMORY_REGION(begin, size);
#endif
}

void AllowAccess([[maybe_unused]] const std::byte* begin, [[maybe_unused]] size_t size) noexcept {
#if defined(LOGWOOD_WITH_ADDRESS_SANITIZER)
  ASAN_UNPOISON_MEMORY_REGION(begin, size);
#endif
}

}  // namespace logwood
