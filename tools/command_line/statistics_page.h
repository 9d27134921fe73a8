#pragma once

#include <string>

#include "logwood/statistics.h"

namespace logwood::command_line {

// The figures for people: a table of collections, then a line for each of the other parts. Counters of writing are left
// out where nothing was written.
[[nodiscard]] std::string StatisticsAsText(const DatabaseStatistics& statistics);

// All of them as one JSON object on one line, whose members are called as those of the struct.
[[nodiscard]] std::string StatisticsAsJson(const DatabaseStatistics& statistics);

}  // namespace logwood::command_line
