#pragma once

#include <string>

#include "tools/command_line/entry_format.h"

namespace logwood::command_line {

// Entries as lines of tab-separated values:
//
//   line   = key TAB value (LF | CR LF)
//   key    = value = *(escape | any byte but TAB, LF and backslash)
//   escape = "\t" | "\n" | "\r" | "\\" | "\x" HEXDIGIT HEXDIGIT
//
// Written is what `scan` shows: UTF-8 as it is, control characters and all other bytes as escapes. Read is any byte,
// NUL and lone CR too. A key that begins with a byte order mark is written as escapes, so that the mark of an editor
// at the start of a file is never taken for part of a key.
void AppendTsvEntry(Bytes key, Bytes value, std::string& out);

// Thread-compatible.
class TsvParser {
 public:
  // Requires: !input.text.empty().
  [[nodiscard]] ParsedEntry Parse(const InputText& input);

 private:
  std::string key_;  // What escapes stand for.
  std::string value_;
};

}  // namespace logwood::command_line
