#pragma once

#include <string>

#include "logwood/statistics.h"

namespace logwood::command_line {

// The figures for people: a table of collections, then a line for each of the other parts, with units. Counters, which
// a process that has just opened the database does not have, stand behind these, and only those of what was done.
[[nodiscard]] std::string StatisticsAsText(const DatabaseStatistics& statistics);

// All of them as one JSON object on one line, whose members are called as those of the struct; docs/statistics.md.
[[nodiscard]] std::string StatisticsAsJson(const DatabaseStatistics& statistics);

[[nodiscard]] std::string NameOf(CollectionKind kind);

}  // namespace logwood::command_line
