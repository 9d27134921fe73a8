#include "tests/tools/read_entries.h"

#include <algorithm>

#include "tools/command_line/entry_reader.h"

namespace logwood::testing {

ReadEntries ReadText(command_line::EntryFormat format, std::string_view text, std::vector<size_t> piece_sizes) {
  std::ranges::reverse(piece_sizes);
  const auto source = [&](std::span<char> into) -> Result<size_t> {
    size_t size = std::min(into.size(), text.size());
    if (!piece_sizes.empty()) {
      size = std::min(size, piece_sizes.back());
      piece_sizes.pop_back();
    }
    text.copy(into.data(), size);
    text.remove_prefix(size);
    return size;
  };
  command_line::EntryReader reader(format, "input", source);
  ReadEntries read;
  auto entry = reader.Next();
  for (; entry.ok() && entry->has_value(); entry = reader.Next()) {
    read.entries.emplace_back((*entry)->key.ToString(), (*entry)->value.ToString());
  }
  read.status = entry.status();
  read.ends_with_line_end = reader.ends_with_line_end();
  read.position = reader.position();
  return read;
}

std::string WriteText(command_line::EntryFormat format, const Entries& entries) {
  std::string text;
  command_line::AppendHeader(format, text);
  for (const auto& [key, value] : entries) command_line::AppendEntry(format, key, value, text);
  return text;
}

}  // namespace logwood::testing
