#pragma once

#include <string>

#include "tools/bench/bench.h"
#include "tools/bench/environment.h"
#include "tools/bench/settings.h"

namespace logwood::bench {

// What is shown of a benchmark: lines of text for people, or one JSON object on one line for each part.

// Machine, build and options; the text ends with the line that names the columns.
[[nodiscard]] std::string TextOf(const Environment& environment, const Settings& settings);
[[nodiscard]] std::string JsonOf(const Environment& environment, const Settings& settings);

[[nodiscard]] std::string TextOf(const Measurement& measurement);
// A ratio or a duration that there is none of is null.
[[nodiscard]] std::string JsonOf(const Measurement& measurement);

}  // namespace logwood::bench
