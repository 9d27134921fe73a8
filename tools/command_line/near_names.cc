#include "tools/command_line/near_names.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace logwood::command_line {
namespace {

constexpr size_t kNamesMax = 3;
constexpr size_t kBytesForAnEdit = 3;

std::string InLowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Row by row of the table of distances between beginnings (Wagner and Fischer, 1974); one row is kept.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> NamesNear(std::string_view name, const std::vector<std::string>& names) {
  const std::string wanted = InLowerCase(name);
  std::vector<std::pair<size_t, std::string>> near;
  for (const std::string& other : names) {
    const std::string candidate = InLowerCase(other);
    const size_t distance = EditDistance(wanted, candidate);
    const size_t edits_max = (std::max(wanted.size(), candidate.size()) + kBytesForAnEdit - 1) / kBytesForAnEdit;
    const bool begins_so = !wanted.empty() && candidate.starts_with(wanted);
    if (distance <= edits_max || begins_so) near.emplace_back(distance, other);
  }
  std::ranges::sort(near);
  std::vector<std::string> found;
  for (size_t i = 0; i < std::min(near.size(), kNamesMax); ++i) found.push_back(std::move(near[i].second));
  return found;
}

}  // namespace logwood::command_line
