#include "tools/command_line/range_options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <system_error>

#include "base/status_macros.h"
#include "tools/command_line/escape.h"

namespace logwood::command_line {
namespace {

// Empty where `text` is a number of entries, else what is wrong with it.
std::string WhyNoCount(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return "\"" + Escape(text) + "\" is no number of entries: give one of 0 to " +
         std::to_string(std::numeric_limits<uint64_t>::max()) + ", in digits";
}

}  // namespace

void RangeOptions::AddTo(CLI::App& verb) {
  verb.add_option("--from", from, "only keys at or above this one");
  verb.add_option("--to", to, "only keys below this one");
  verb.add_option("--prefix", prefix, "only keys that begin so");
  verb.add_option("--limit", limit, "at most so many entries")->check(WhyNoCount);
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
