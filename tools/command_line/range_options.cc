#include "tools/command_line/range_options.h"

#include <CLI/CLI.hpp>

#include "base/status_macros.h"
#include "tools/command_line/number.h"

namespace logwood::command_line {
void RangeOptions::AddTo(CLI::App& verb) {
  verb.add_option("--from", from, "only keys at or above this one");
  verb.add_option("--to", to, "only keys below this one");
  verb.add_option("--prefix", prefix, "only keys that begin so");
  verb.add_option("--limit", limit, "at most so many entries")->check(WhyNoNumber);
}

Result<KeyRange> RangeOptions::Read(const Form& form) const {
  KeyBounds bounds;
  LOGWOOD_ASSIGN_OR_RETURN(bounds.from, form.Read(from, "--from"));
  LOGWOOD_ASSIGN_OR_RETURN(bounds.prefix, form.Read(prefix, "--prefix"));
  if (to) {
    LOGWOOD_ASSIGN_OR_RETURN(bounds.to, form.Read(*to, "--to"));
  }
  return RangeOf(bounds);
}

}  // namespace logwood::command_line
