#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "logwood/collection.h"
#include "logwood/cursor.h"
#include "logwood/result.h"
#include "tools/command_line/form.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own name.
class App;
}

namespace logwood::command_line {

// Keys from `start` on, below `limit` where there is one.
struct KeyBounds {
  std::string start;
  std::optional<std::string> limit;

  // A cursor over the entries within, on the first.
  [[nodiscard]] Cursor ScanOf(const Collection& collection) const;
};

// The entries that a verb looks at, as the command line says: --from, --to and --prefix, of which all that are given
// hold, and --limit.
struct BoundsArguments {
  std::string from;
  std::optional<std::string> to;
  std::string prefix;
  uint64_t limit = std::numeric_limits<uint64_t>::max();  // Entries.

  // Adds the options, which set the fields; this must outlive the parse.
  void AddTo(CLI::App& verb);
  // Errors: kInvalidArgument (no hexadecimal where `form` asks for it).
  [[nodiscard]] Result<KeyBounds> Read(const Form& form) const;
};

}  // namespace logwood::command_line
