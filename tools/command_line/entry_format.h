#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logwood/bytes.h"
#include "logwood/options.h"

namespace logwood::command_line {

// The forms in which `export` writes entries and `load` reads them. What is written in one of them reads back as the
// same entries, whatever bytes they hold:
//
//   tsv    KEY <TAB> VALUE <LF>. \t \n \r \\ stand for those bytes, \xHH for any byte. See entry_format_tsv.h.
//   csv    RFC 4180: the header key,value, then KEY,VALUE <CR LF>; bytes as they are. See entry_format_csv.h.
//   jsonl  {"key":KEY,"value":VALUE} <LF>; what is no UTF-8 as key_base64, value_base64. See entry_format_jsonl.h.
//
// Common to all: a line ends with LF or CR LF, the last one perhaps with the end of the input; an empty line is an
// error; a byte order mark at the very start is passed over.
enum class EntryFormat : uint8_t { kTsv = 0, kCsv = 1, kJsonl = 2 };

// "tsv", "csv", "jsonl"; nullopt for any other name.
[[nodiscard]] std::optional<EntryFormat> EntryFormatByName(std::string_view name);
// By how the name of a file ends: .csv, .jsonl, .ndjson; else tsv.
[[nodiscard]] EntryFormat EntryFormatOfFile(std::string_view path);

// Appends what stands before the first entry.
void AppendHeader(EntryFormat format, std::string& out);
// Appends one entry with its line end.
void AppendEntry(EntryFormat format, Bytes key, Bytes value, std::string& out);

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Where a parser looks: what is left of the input, as far as it has been read.
struct InputText {
  std::string_view text{};
  bool at_end = false;  // Nothing comes behind it.
};

// What a parser found at the start of a text.
struct ParsedEntry {
  enum class State : uint8_t {
    kEntry = 0,
    kIncomplete = 1,  // The text ends before the entry does, and is not the end of the input.
    kFault = 2,
  };

  State state = State::kEntry;
  size_t size = 0;  // Bytes of the text that the entry takes with its line end; of a fault: its offset.
  // Live until the parser is called again or the text goes.
  Bytes key{};
  Bytes value{};
  std::string fault{};  // "expected this, found that".

  [[nodiscard]] static ParsedEntry Incomplete() { return {.state = State::kIncomplete}; }
  [[nodiscard]] static ParsedEntry Fault(size_t offset, std::string what) {
    return {.state = State::kFault, .size = offset, .fault = std::move(what)};
  }
};

// The first line of an input's text, for formats in which an entry is a line.
struct InputLine {
  std::string_view line{};  // Without its end.
  size_t size = 0;          // With it; 0: the text ends before the line does.
};
[[nodiscard]] InputLine FirstLine(const InputText& input);

// Why a key or value is refused; nullopt where it is not.
[[nodiscard]] std::optional<std::string> WhyTooLarge(size_t key_size, size_t value_size);

}  // namespace logwood::command_line
