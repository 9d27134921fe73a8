#include "store/store_name.h"

#include <algorithm>
#include <string>

namespace logwood {
namespace {

bool IsNameByte(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-'; }

// The name as a message may show it: it may come from anywhere, so only what cannot harm a terminal is kept.
std::string Printable(std::string_view name) {
  std::string printable(name.substr(0, kStoreNameSizeMax));
  std::replace_if(printable.begin(), printable.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return printable;
}

}  // namespace

bool IsStoreName(std::string_view name) {
  if (name.empty() || name.size() > kStoreNameSizeMax) return false;
  if (name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), IsNameByte);
}

Status CheckStoreName(std::string_view store, std::string_view name) {
  if (IsStoreName(name)) return Status::Ok();
  return Status::InvalidArgument(std::string(store) + ": \"" + Printable(name) + "\" (" + std::to_string(name.size()) +
                                 " bytes) cannot name a file: use 1 to 64 bytes of [0-9a-z.-]");
}

}  // namespace logwood
