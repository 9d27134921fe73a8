#pragma once

#include <string>

#include "tools/command_line/entry_format.h"

namespace logwood::command_line {

// Entries as comma-separated values, RFC 4180 with two columns:
//
//   file   = [byte order mark] header *record
//   header = "key" "," "value" end          (the names may be quoted)
//   record = field "," field end
//   end    = CR LF | LF | the end of the input
//   field  = bare | quoted
//   bare   = *(any byte but '"', ",", CR and LF)
//   quoted = '"' *(any byte but '"' | two '"') '"'
//
// The RFC allows printable ASCII only; here a byte is a byte, so every key and value has a form: NUL and what is no
// UTF-8 stand as they are. Written with CR LF, and quoted where a reader could take it apart or trim it.
void AppendCsvHeader(std::string& out);
void AppendCsvEntry(Bytes key, Bytes value, std::string& out);

// Thread-compatible.
class CsvParser {
 public:
  // One record. Requires: !input.text.empty().
  [[nodiscard]] ParsedEntry Parse(const InputText& input);
  // The header: an entry of those names.
  [[nodiscard]] ParsedEntry ParseHeader(const InputText& input);

 private:
  std::string key_;  // What quotes stand around.
  std::string value_;
};

}  // namespace logwood::command_line
