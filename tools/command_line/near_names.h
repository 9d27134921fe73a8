#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logwood::command_line {

// Those of `names` that somebody may have meant who wrote `name`: up to three, the nearest first. Near are names a few
// edits away (Levenshtein distance, one for every three bytes; capitals are no difference), and those that begin with
// it.
[[nodiscard]] std::vector<std::string> NamesNear(std::string_view name, const std::vector<std::string>& names);

}  // namespace logwood::command_line
