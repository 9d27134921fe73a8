#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "tools/command_line/entry_reader.h"

// The readers of `load`: the first byte of the input chooses the format, the second the size of the pieces in which the
// rest comes. Whatever the pieces, the reader finds the same; what it found is written and read again as the same; and
// any bytes, taken as key and value, come back.

namespace logwood::fuzz {
namespace {

using command_line::EntryFormat;
using command_line::EntryReader;

struct Found {
  std::vector<std::pair<std::string, std::string>> entries;
  Status status;

  friend bool operator==(const Found&, const Found&) = default;
};

Found Read(EntryFormat format, std::string_view text, size_t piece_size) {
  EntryReader reader(format, "fuzz input", [&](std::span<char> into) -> Result<size_t> {
    const size_t size = text.copy(into.data(), std::min(piece_size, into.size()));
    text.remove_prefix(size);
    return size;
  });
  Found found;
  auto entry = reader.Next();
  for (; entry.ok() && entry->has_value(); entry = reader.Next()) {
    found.entries.emplace_back((*entry)->key.ToString(), (*entry)->value.ToString());
  }
  found.status = entry.status();
  return found;
}

void CheckRoundTrip(EntryFormat format, const Found& found, size_t piece_size) {
  std::string text;
  command_line::AppendHeader(format, text);
  for (const auto& [key, value] : found.entries) command_line::AppendEntry(format, key, value, text);
  const Found again = Read(format, text, piece_size);
  LOGWOOD_ASSERT(again.status.ok());
  LOGWOOD_ASSERT(again.entries == found.entries);
}

void Check(EntryFormat format, std::string_view text, size_t piece_size) {
  const Found found = Read(format, text, text.size() + 1);
  LOGWOOD_ASSERT(Read(format, text, piece_size) == found);
  CheckRoundTrip(format, found, piece_size);
  const size_t middle = text.size() / 2;
  CheckRoundTrip(format, {.entries = {{std::string(text.substr(0, middle)), std::string(text.substr(middle))}}},
                 piece_size);
}

}  // namespace
}  // namespace logwood::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto format = static_cast<logwood::command_line::EntryFormat>(data[0] % 3);
  const std::string text(data + 2, data + size);
  logwood::fuzz::Check(format, text, 1 + data[1] % 16);
  return 0;
}
