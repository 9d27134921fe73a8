#pragma once

#include <cstdint>

namespace logwood {

// The version of the library, as semantic versioning has it.
inline constexpr int kVersionMajor = 0;
inline constexpr int kVersionMinor = 1;
inline constexpr int kVersionPatch = 0;

// The version that every stored file bears. While it is 0 formats may change without notice.
inline constexpr uint32_t kFormatVersion = 0;

}  // namespace logwood
