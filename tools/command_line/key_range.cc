#include "tools/command_line/key_range.h"

#include <CLI/CLI.hpp>

#include "base/status_macros.h"
#include "logwood/bytes.h"

namespace logwood::command_line {
namespace {

// Keys from `start` on, below `limit` where there is one.
struct Bounds {
  std::string start;
  std::optional<std::string> limit;
};

// The smallest key above all that begin with `prefix`; nullopt where there is none.
std::optional<std::string> EndOfPrefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  ++prefix.back();
  return prefix;
}

Result<Bounds> BoundsOf(const KeyRange& range, const Form& form) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::string from, form.Read(range.from, "--from"));
  LOGWOOD_ASSIGN_OR_RETURN(const std::string prefix, form.Read(range.prefix, "--prefix"));
  Bounds bounds{.start = Bytes(from) < Bytes(prefix) ? prefix : from, .limit = EndOfPrefix(prefix)};
  if (!range.to) return bounds;
  LOGWOOD_ASSIGN_OR_RETURN(const std::string to, form.Read(*range.to, "--to"));
  if (!bounds.limit || Bytes(to) < Bytes(*bounds.limit)) bounds.limit = to;
  return bounds;
}

}  // namespace

void KeyRange::AddTo(CLI::App& verb) {
  verb.add_option("--from", from, "only keys at or above this one");
  verb.add_option("--to", to, "only keys below this one");
  verb.add_option("--prefix", prefix, "only keys that begin so");
}

Result<Cursor> KeyRange::Scan(const Collection& collection, const Form& form) const {
  LOGWOOD_ASSIGN_OR_RETURN(const Bounds bounds, BoundsOf(*this, form));
  if (!bounds.limit) return collection.ScanFrom(bounds.start);
  return collection.Scan(bounds.start, *bounds.limit);
}

Status KeyRange::Check(const Form& form) const { return BoundsOf(*this, form).status(); }

}  // namespace logwood::command_line
