#include "tools/command_line/entry_format_tsv.h"

#include <algorithm>
#include <utility>

#include "tools/command_line/escape.h"

namespace logwood::command_line {
namespace {

// What an escape stands for, and how many bytes it takes; 0 where it is none.
struct Escaped {
  char byte = 0;
  size_t size = 0;
};

// Requires: `text` begins with a backslash.
Escaped EscapedAtStartOf(std::string_view text) {
  if (text.size() < 2) return {};
  switch (text[1]) {
    case 't': return {'\t', 2};
    case 'n': return {'\n', 2};
    case 'r': return {'\r', 2};
    case '\\': return {'\\', 2};
    default: break;
  }
  const auto byte = text[1] == 'x' && text.size() >= 4 ? FromHex(text.substr(2, 2)) : std::nullopt;
  return byte ? Escaped{byte->front(), 4} : Escaped{};
}

// The bytes that `field` stands for: itself, or what `unescaped` then holds. Returns the offset of an escape that is
// none, or npos.
size_t Unescape(std::string_view field, std::string& unescaped, Bytes& bytes) {
  size_t at = field.find('\\');
  if (at == std::string_view::npos) {
    bytes = field;
    return std::string_view::npos;
  }
  unescaped.clear();
  size_t begin = 0;  // Of what is not copied yet.
  for (; at != std::string_view::npos; at = field.find('\\', begin)) {
    const Escaped escaped = EscapedAtStartOf(field.substr(at));
    if (escaped.size == 0) return at;
    unescaped.append(field, begin, at - begin);
    unescaped += escaped.byte;
    begin = at + escaped.size;
  }
  unescaped.append(field, begin);
  bytes = unescaped;
  return std::string_view::npos;
}

ParsedEntry BadEscape(size_t offset, std::string_view text) {
  const std::string_view shown = text.substr(0, text.size() > 1 && text[1] == 'x' ? 4 : 2);
  return ParsedEntry::Fault(offset, R"(expected \t, \n, \r, \\ or \x with two hexadecimal digits, found ")" +
                                        Escape(shown.substr(0, 1)).substr(1) + Escape(shown.substr(1)) + "\"");
}

void AppendField(Bytes field, std::string& out) { out += Escape(field); }

}  // namespace

void AppendTsvEntry(Bytes key, Bytes value, std::string& out) {
  if (key.StartsWith(kByteOrderMark)) {
    // None of its bytes is UTF-8 alone.
    for (size_t i = 0; i < kByteOrderMark.size(); ++i) AppendField(key.From(i).First(1), out);
    key = key.From(kByteOrderMark.size());
  }
  AppendField(key, out);
  out += '\t';
  AppendField(value, out);
  out += '\n';
}

ParsedEntry TsvParser::Parse(const InputText& input) {
  const InputLine line = FirstLine(input);
  if (line.size == 0) return ParsedEntry::Incomplete();
  if (line.line.empty()) return ParsedEntry::Fault(0, "expected KEY<TAB>VALUE, found an empty line");
  const size_t tab = line.line.find('\t');
  if (tab == std::string_view::npos) {
    return ParsedEntry::Fault(line.line.size(), "expected KEY<TAB>VALUE, found a line without a tab");
  }
  const size_t value_at = tab + 1;
  const size_t second = line.line.find('\t', value_at);
  if (second != std::string_view::npos) {
    return ParsedEntry::Fault(second,
                              R"(expected the end of the line, found a second tab: one in a key or value is \t)");
  }
  ParsedEntry entry{.size = line.size};
  const size_t bad_in_key = Unescape(line.line.substr(0, tab), key_, entry.key);
  if (bad_in_key != std::string_view::npos)
    return BadEscape(bad_in_key, line.line.substr(bad_in_key, tab - bad_in_key));
  const size_t bad_in_value = Unescape(line.line.substr(value_at), value_, entry.value);
  if (bad_in_value != std::string_view::npos) {
    return BadEscape(value_at + bad_in_value, line.line.substr(value_at + bad_in_value));
  }
  if (auto why = WhyTooLarge(entry.key.size(), entry.value.size())) {
    return ParsedEntry::Fault(entry.key.size() > kKeySizeMax ? 0 : value_at, *std::move(why));
  }
  return entry;
}

}  // namespace logwood::command_line
