#pragma once

#include <cstdint>
#include <string>

namespace logwood {

// How messages show a checksum or an id: "0x00000000000012ab", always all 16 digits.
[[nodiscard]] std::string HexNumber(uint64_t value);

}  // namespace logwood
