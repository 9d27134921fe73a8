#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace logwood::testing {

// The calls that reach a store, those on its files among them.
enum class StoreCallKind : uint8_t {
  kCreate = 0,
  kOpen = 1,
  kList = 2,
  kRemove = 3,
  kLock = 4,
  kAppend = 5,
  kSync = 6,  // Of an AppendFile or a ReadableFile.
  kFinish = 7,
  kRead = 8,
};

inline constexpr size_t kStoreCallKindCount = 9;

// "store.append" and so on.
[[nodiscard]] std::string_view ToString(StoreCallKind kind);

// A set of kinds; all of them unless told otherwise.
class StoreCallKinds {
 public:
  constexpr StoreCallKinds() = default;
  constexpr StoreCallKinds(std::initializer_list<StoreCallKind> kinds) : bits_(0) {
    for (const StoreCallKind kind : kinds) bits_ = static_cast<uint16_t>(bits_ | Bit(kind));
  }

  [[nodiscard]] constexpr bool contains(StoreCallKind kind) const { return (bits_ & Bit(kind)) != 0; }

 private:
  static constexpr uint16_t Bit(StoreCallKind kind) { return static_cast<uint16_t>(1u << static_cast<unsigned>(kind)); }

  uint16_t bits_ = UINT16_MAX;
};

// The calls that change what a crash may leave.
inline constexpr StoreCallKinds kWritingCalls = {StoreCallKind::kCreate, StoreCallKind::kRemove, StoreCallKind::kAppend,
                                                 StoreCallKind::kSync, StoreCallKind::kFinish};

enum class StoreCallPhase : uint8_t {
  kBefore = 0,  // Nothing of the call has happened.
  kAfter = 1,   // All of it has, or it failed.
};

// One call as an observer sees it.
struct StoreCall {
  uint64_t index = 0;  // 1 for the first call on this store object; the same before and after.
  StoreCallKind kind = StoreCallKind::kList;
  std::string_view name;  // Of the file; empty for kList and kLock. Lives as long as the observer's call.
  StoreCallPhase phase = StoreCallPhase::kBefore;
};

}  // namespace logwood::testing
