#pragma once

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

// The keys that a verb is asked for by --from, --to and --prefix: those that all options given allow.
struct KeyRange {
  std::string from;
  std::optional<std::string> to;
  std::string prefix;

  // Adds the options, which set the fields; the range must outlive the parse.
  void AddTo(CLI::App& verb);

  // A cursor over these keys on the first of them; `form` says how they are given. Errors: kInvalidArgument.
  [[nodiscard]] Result<Cursor> Scan(const Collection& collection, const Form& form) const;
  // Only what can be wrong with the options.
  [[nodiscard]] Status Check(const Form& form) const;
};

}  // namespace logwood::command_line
