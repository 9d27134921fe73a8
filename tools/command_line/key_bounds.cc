#include "tools/command_line/key_bounds.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <system_error>

#include "base/status_macros.h"
#include "tools/command_line/escape.h"

namespace logwood::command_line {
namespace {

// The smallest key above all that begin with `prefix`; nullopt where there is none.
std::optional<std::string> EndOfPrefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  ++prefix.back();
  return prefix;
}

// Empty where `text` is a number of entries, else what is wrong with it.
std::string WhyNoCount(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return "\"" + Escape(text) + "\" is no number of entries: give one of 0 to " +
         std::to_string(std::numeric_limits<uint64_t>::max()) + ", in digits";
}

}  // namespace

Cursor KeyBounds::ScanOf(const Collection& collection) const {
  if (!limit) return collection.ScanFrom(start);
  return collection.Scan(start, *limit);
}

void BoundsArguments::AddTo(CLI::App& verb) {
  verb.add_option("--from", from, "only keys at or above this one");
  verb.add_option("--to", to, "only keys below this one");
  verb.add_option("--prefix", prefix, "only keys that begin so");
  verb.add_option("--limit", limit, "at most so many entries")->check(WhyNoCount);
}

Result<KeyBounds> BoundsArguments::Read(const Form& form) const {
  LOGWOOD_ASSIGN_OR_RETURN(const std::string start, form.Read(from, "--from"));
  LOGWOOD_ASSIGN_OR_RETURN(const std::string begins, form.Read(prefix, "--prefix"));
  KeyBounds bounds{.start = Bytes(start) < Bytes(begins) ? begins : start, .limit = EndOfPrefix(begins)};
  if (!to) return bounds;
  LOGWOOD_ASSIGN_OR_RETURN(const std::string end, form.Read(*to, "--to"));
  if (!bounds.limit || Bytes(end) < Bytes(*bounds.limit)) bounds.limit = end;
  return bounds;
}

}  // namespace logwood::command_line
