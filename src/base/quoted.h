#pragma once

#include <string>

#include "logwood/bytes.h"

namespace logwood {

// Bytes for a message: in quotes, what is no printable ASCII as \xNN, and no more than the first 64 of them, with the
// number of all behind.
[[nodiscard]] std::string Quoted(Bytes bytes);

}  // namespace logwood
