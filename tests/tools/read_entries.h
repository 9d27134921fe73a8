#pragma once

#include <string>
#include <utility>
#include <vector>

#include "logwood/result.h"
#include "logwood/status.h"
#include "tools/command_line/entry_format.h"

namespace logwood::testing {

using Entries = std::vector<std::pair<std::string, std::string>>;

inline constexpr command_line::EntryFormat kEntryFormats[] = {
    command_line::EntryFormat::kTsv, command_line::EntryFormat::kCsv, command_line::EntryFormat::kJsonl};

// What a reader makes of a text.
struct ReadEntries {
  Entries entries;
  Status status;
  bool ends_with_line_end = true;
  uint64_t position = 0;
};

// Reads a text that comes in pieces of these sizes, the rest in one; errors call it "input".
[[nodiscard]] ReadEntries ReadText(command_line::EntryFormat format, std::string_view text,
                                   std::vector<size_t> piece_sizes = {});

// Header and entries as `export` writes them.
[[nodiscard]] std::string WriteText(command_line::EntryFormat format, const Entries& entries);

}  // namespace logwood::testing
