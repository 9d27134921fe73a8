#pragma once

#include <string>

#include "tools/stress/settings.h"
#include "tools/stress/stress.h"

namespace logwood::stress {

// "  12 s  34,567 operations/s, 89 kills ...": one line, for the moment.
[[nodiscard]] std::string ProgressLine(const Figures& figures);

// The end of a run: figures, verdict, and what was not as it must be; `directory` is where it is kept.
[[nodiscard]] std::string TextOf(const Report& report, const std::string& directory);
// The same as one JSON object.
[[nodiscard]] std::string JsonOf(const Report& report, const Settings& settings);

}  // namespace logwood::stress
