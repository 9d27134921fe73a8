#include "tools/command_line/entry_format.h"

#include "tools/command_line/entry_format_csv.h"
#include "tools/command_line/entry_format_jsonl.h"
#include "tools/command_line/entry_format_tsv.h"

namespace logwood::command_line {
namespace {

std::string TooLarge(std::string_view what, size_t size, size_t size_max) {
  return "expected a " + std::string(what) + " of at most " + std::to_string(size_max) + " bytes, found one of " +
         std::to_string(size);
}

}  // namespace

std::optional<EntryFormat> EntryFormatByName(std::string_view name) {
  if (name == "tsv") return EntryFormat::kTsv;
  if (name == "csv") return EntryFormat::kCsv;
  if (name == "jsonl") return EntryFormat::kJsonl;
  return std::nullopt;
}

EntryFormat EntryFormatOfFile(std::string_view path) {
  if (path.ends_with(".csv")) return EntryFormat::kCsv;
  if (path.ends_with(".jsonl") || path.ends_with(".ndjson")) return EntryFormat::kJsonl;
  return EntryFormat::kTsv;
}

void AppendHeader(EntryFormat format, std::string& out) {
  if (format == EntryFormat::kCsv) AppendCsvHeader(out);
}

void AppendEntry(EntryFormat format, Bytes key, Bytes value, std::string& out) {
  switch (format) {
    case EntryFormat::kTsv: AppendTsvEntry(key, value, out); return;
    case EntryFormat::kCsv: AppendCsvEntry(key, value, out); return;
    case EntryFormat::kJsonl: AppendJsonlEntry(key, value, out); return;
  }
}

InputLine FirstLine(const InputText& input) {
  const size_t end = input.text.find('\n');
  if (end == std::string_view::npos) {
    return input.at_end ? InputLine{.line = input.text, .size = input.text.size()} : InputLine{};
  }
  const bool has_cr = end > 0 && input.text[end - 1] == '\r';
  return {.line = input.text.substr(0, has_cr ? end - 1 : end), .size = end + 1};
}

std::optional<std::string> WhyTooLarge(size_t key_size, size_t value_size) {
  if (key_size > kKeySizeMax) return TooLarge("key", key_size, kKeySizeMax);
  if (value_size > kValueSizeMax) return TooLarge("value", value_size, kValueSizeMax);
  return std::nullopt;
}

}  // namespace logwood::command_line
