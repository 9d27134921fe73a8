#include "base/quoted.h"

#include <algorithm>

namespace logwood {
namespace {

constexpr size_t kShownMax = 64;

void AppendQuoted(std::string& out, std::byte byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto code = static_cast<unsigned>(byte);
  if (code == '"' || code == '\\') {
    out += {'\\', static_cast<char>(code)};
  } else if (code >= ' ' && code <= '~') {
    out += static_cast<char>(code);
  } else {
    out += {'\\', 'x', kDigits[code >> 4], kDigits[code & 15]};
  }
}

}  // namespace

std::string Quoted(Bytes bytes) {
  std::string quoted = "\"";
  for (const std::byte byte : bytes.First(std::min(bytes.size(), kShownMax))) AppendQuoted(quoted, byte);
  quoted += '"';
  if (bytes.size() > kShownMax) quoted += "... (" + std::to_string(bytes.size()) + " bytes)";
  return quoted;
}

}  // namespace logwood
