#include "tools/command_line/entry_format_csv.h"

#include <algorithm>
#include <utility>

namespace logwood::command_line {
namespace {

constexpr std::string_view kKeyName = "key";
constexpr std::string_view kValueName = "value";

// What ends a bare field, or must not stand in one.
bool IsSpecial(char c) { return c == ',' || c == '"' || c == '\r' || c == '\n'; }

bool IsSpace(char c) { return c == ' ' || c == '\t'; }

bool NeedsQuotes(std::string_view field) {
  if (field.empty()) return false;
  return IsSpace(field.front()) || IsSpace(field.back()) || std::ranges::any_of(field, IsSpecial);
}

void AppendField(std::string_view field, std::string& out) {
  if (!NeedsQuotes(field)) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

enum class Found : uint8_t { kField, kIncomplete, kFault };

// A field, and where it ends; or where it is wrong.
struct Field {
  Found found = Found::kField;
  size_t end = 0;
  Bytes bytes{};
  std::string fault{};
};

Field QuotedField(const InputText& input, size_t at, std::string& unquoted) {
  const std::string_view text = input.text;
  unquoted.clear();
  size_t begin = at + 1;  // Of what is not copied yet.
  for (;;) {
    const size_t quote = text.find('"', begin);
    if (quote == std::string_view::npos && input.at_end) {
      return {.found = Found::kFault,
              .end = at,
              .fault = "expected a second quote behind this one, found the end of the input"};
    }
    if (quote == std::string_view::npos) return {.found = Found::kIncomplete};
    if (quote + 1 == text.size() && !input.at_end) return {.found = Found::kIncomplete};
    const bool is_doubled = quote + 1 < text.size() && text[quote + 1] == '"';
    if (!is_doubled && unquoted.empty()) return {.end = quote + 1, .bytes = text.substr(begin, quote - begin)};
    unquoted.append(text, begin, quote + (is_doubled ? 1 : 0) - begin);
    if (!is_doubled) return {.end = quote + 1, .bytes = unquoted};
    begin = quote + 2;
  }
}

Field FieldAt(const InputText& input, size_t at, std::string& unquoted) {
  const std::string_view text = input.text;
  if (at < text.size() && text[at] == '"') return QuotedField(input, at, unquoted);
  const auto* const end = std::find_if(text.begin() + at, text.end(), IsSpecial);
  if (end == text.end() && !input.at_end) return {.found = Found::kIncomplete};
  const auto end_at = static_cast<size_t>(end - text.begin());
  if (end != text.end() && *end == '"') {
    return {.found = Found::kFault,
            .end = end_at,
            .fault = "expected a field with quotes around all of it, found a quote inside"};
  }
  return {.end = end_at, .bytes = text.substr(at, end_at - at)};
}

enum class Delimiter : uint8_t { kComma, kLineEnd, kIncomplete, kOther };

struct DelimiterText {
  Delimiter delimiter = Delimiter::kOther;
  size_t size = 0;
};

DelimiterText DelimiterAt(const InputText& input, size_t at) {
  const std::string_view rest = input.text.substr(at);
  if (rest.empty()) return {input.at_end ? Delimiter::kLineEnd : Delimiter::kIncomplete, 0};
  if (rest.front() == ',') return {Delimiter::kComma, 1};
  if (rest.front() == '\n') return {Delimiter::kLineEnd, 1};
  if (rest.front() != '\r') return {};
  if (rest.size() == 1 && !input.at_end) return {Delimiter::kIncomplete, 0};
  if (rest.size() > 1 && rest[1] == '\n') return {Delimiter::kLineEnd, 2};
  return {};
}

// What stands at `at` in place of a comma or line end.
std::string OtherThanDelimiter(std::string_view text, size_t at) {
  if (text[at] == '\r') return "a CR without its LF: a field with one stands in quotes";
  return "more behind the closing quote: a quote inside is doubled";
}

}  // namespace

void AppendCsvHeader(std::string& out) { AppendCsvEntry(kKeyName, kValueName, out); }

void AppendCsvEntry(Bytes key, Bytes value, std::string& out) {
  AppendField(key.string_view(), out);
  out += ',';
  AppendField(value.string_view(), out);
  out += "\r\n";
}

ParsedEntry CsvParser::Parse(const InputText& input) {
  Field key = FieldAt(input, 0, key_);
  if (key.found == Found::kIncomplete) return ParsedEntry::Incomplete();
  if (key.found == Found::kFault) return ParsedEntry::Fault(key.end, std::move(key.fault));
  const DelimiterText behind_key = DelimiterAt(input, key.end);
  switch (behind_key.delimiter) {
    case Delimiter::kComma: break;
    case Delimiter::kIncomplete: return ParsedEntry::Incomplete();
    case Delimiter::kLineEnd:
      return ParsedEntry::Fault(key.end, std::string("expected KEY,VALUE, found ") +
                                             (key.end == 0 ? "an empty line" : "a record of one field"));
    case Delimiter::kOther:
      return ParsedEntry::Fault(key.end, "expected a comma, found " + OtherThanDelimiter(input.text, key.end));
  }
  Field value = FieldAt(input, key.end + 1, value_);
  if (value.found == Found::kIncomplete) return ParsedEntry::Incomplete();
  if (value.found == Found::kFault) return ParsedEntry::Fault(value.end, std::move(value.fault));
  const DelimiterText behind_value = DelimiterAt(input, value.end);
  switch (behind_value.delimiter) {
    case Delimiter::kLineEnd: break;
    case Delimiter::kIncomplete: return ParsedEntry::Incomplete();
    case Delimiter::kComma:
      return ParsedEntry::Fault(
          value.end, "expected the end of the line, found a third field: a comma in a key or value stands in quotes");
    case Delimiter::kOther:
      return ParsedEntry::Fault(value.end,
                                "expected the end of the line, found " + OtherThanDelimiter(input.text, value.end));
  }
  if (auto why = WhyTooLarge(key.bytes.size(), value.bytes.size())) {
    return ParsedEntry::Fault(key.bytes.size() > kKeySizeMax ? 0 : key.end + 1, *std::move(why));
  }
  return {.size = value.end + behind_value.size, .key = key.bytes, .value = value.bytes};
}

ParsedEntry CsvParser::ParseHeader(const InputText& input) {
  ParsedEntry header = Parse(input);
  if (header.state == ParsedEntry::State::kIncomplete) return header;
  const bool is_header =
      header.state == ParsedEntry::State::kEntry && header.key == Bytes(kKeyName) && header.value == Bytes(kValueName);
  if (is_header) return header;
  return ParsedEntry::Fault(0, std::string("expected the header key,value, found ") +
                                   (input.text.empty() ? "the end of the input" : "another line"));
}

}  // namespace logwood::command_line
