#pragma once

#include <cstddef>
#include <string_view>

#include "logwood/status.h"

namespace logwood {

inline constexpr size_t kStoreNameSizeMax = 64;

// Whether `name` may name a file of a store: 1 to 64 bytes of [0-9a-z.-], and neither "." nor "..".
[[nodiscard]] bool IsStoreName(std::string_view name);

// kInvalidArgument unless IsStoreName(name). `store` is the description of the store, for the message.
Status CheckStoreName(std::string_view store, std::string_view name);

}  // namespace logwood
