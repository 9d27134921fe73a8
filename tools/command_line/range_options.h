#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "logwood/result.h"
#include "tools/command_line/form.h"
#include "tools/command_line/key_range.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own name.
class App;
}

namespace logwood::command_line {

// The entries that a verb looks at, as the command line says: --from, --to and --prefix, of which all that are given
// hold, and --limit.
struct RangeOptions {
  std::string from;
  std::optional<std::string> to;
  std::string prefix;
  uint64_t limit = std::numeric_limits<uint64_t>::max();  // Entries.

  // Adds the options, which set the fields; this must outlive the parse.
  void AddTo(CLI::App& verb);
  // Errors: kInvalidArgument (no hexadecimal where `form` asks for it).
  [[nodiscard]] Result<KeyRange> Read(const Form& form) const;
};

}  // namespace logwood::command_line
