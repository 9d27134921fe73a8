#pragma once

#include <string>

#include "tools/command_line/entry_format.h"

namespace logwood::command_line {

// Entries as lines of JSON, RFC 8259, an object each:
//
//   "key"    or "key_base64"      exactly one of the two, a string
//   "value"  or "value_base64"    exactly one of the two, a string
//
// in any order, each once, and no other members. Base64 is that of RFC 4648, section 4, with its padding, in the only
// form that its bytes have. Written is base64 for what is no UTF-8, as JSON strings cannot hold it.
void AppendJsonlEntry(Bytes key, Bytes value, std::string& out);

// Thread-compatible.
class JsonlParser {
 public:
  // Requires: !input.text.empty().
  [[nodiscard]] ParsedEntry Parse(const InputText& input);

 private:
  std::string key_;
  std::string value_;
};

}  // namespace logwood::command_line
