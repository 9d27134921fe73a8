#include "tools/command_line/entry_format_jsonl.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "tools/command_line/escape.h"
#include "tools/command_line/json_object.h"

namespace logwood::command_line {
namespace {

// Goes through a text and says how far it went: the JSON reader tells the place of an error, but not that of a member.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char*& reached) noexcept : at_(at), reached_(&reached) {}

  reference operator*() const noexcept { return *at_; }
  CountingIterator& operator++() noexcept {
    *reached_ = ++at_;
    return *this;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) noexcept { return a.at_ == b.at_; }

 private:
  const char* at_;
  const char** reached_;
};

// As much of a text as a message has room for.
std::string Clipped(std::string_view text) {
  constexpr size_t kShownMax = 160;
  return Escape(text.substr(0, kShownMax)) + (text.size() > kShownMax ? "..." : "");
}

// Takes the members of one object from the JSON reader, which stops where a function returns false. Nothing is kept but
// key and value, so neither depth nor length of what is foreign matters.
class MemberTaker {
 public:
  MemberTaker(std::string& key, std::string& value) : key_(&key), value_(&value) {}

  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

  // NOLINTBEGIN(readability-identifier-naming): the reader's own names.
  bool null() { return Refuse("null"); }
  bool boolean(bool) { return Refuse("a boolean"); }
  bool number_integer(int64_t) { return Refuse("a number"); }
  bool number_unsigned(uint64_t) { return Refuse("a number"); }
  bool number_float(double, const std::string&) { return Refuse("a number"); }
  bool binary(nlohmann::json::binary_t&) { return Refuse("bytes"); }
  bool start_array(size_t) { return Refuse("an array"); }
  bool end_array() { return true; }

  bool start_object(size_t) {
    if (in_object_) return Refuse("an object");
    in_object_ = true;
    return true;
  }

  bool key(std::string& name) {
    member_ = name;
    is_base64_ = name.ends_with("_base64");
    const std::string_view stem = std::string_view(name).substr(0, name.size() - (is_base64_ ? 7 : 0));
    if (stem != "key" && stem != "value") {
      return Fail("expected key, value, key_base64 or value_base64, found member \"" + Clipped(name) + "\"");
    }
    bool& has = stem == "key" ? has_key_ : has_value_;
    if (has) return Fail("expected one " + std::string(stem) + ", found a second: member \"" + Clipped(name) + "\"");
    has = true;
    target_ = stem == "key" ? key_ : value_;
    return true;
  }

  bool string(std::string& text) {
    if (!in_object_) return Refuse("a string");
    if (!is_base64_) {
      *target_ = std::move(text);
      return true;
    }
    std::optional<std::string> bytes = FromBase64(text);
    if (!bytes)
      return Fail("expected base64 of RFC 4648 with its padding, found something else in member \"" + Clipped(member_) +
                  "\"");
    *target_ = *std::move(bytes);
    return true;
  }

  bool end_object() {
    if (!has_key_) return Fail("expected a member key or key_base64, found neither");
    if (!has_value_) return Fail("expected a member value or value_base64, found neither");
    return true;
  }

  bool parse_error(size_t, const std::string&, const nlohmann::json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 5: what is wrong; last read: all of a string", or
    // "[json.exception.out_of_range.406] what is wrong".
    std::string_view message = error.what();
    message = message.substr(0, message.find("; last read"));
    message.remove_prefix(std::min(message.find("] ") + 2, message.size()));
    if (message.starts_with("parse error")) message.remove_prefix(std::min(message.find(": ") + 2, message.size()));
    return Fail("expected an object of JSON, found " + Clipped(message));
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  bool Refuse(const std::string& found) {
    if (!in_object_) return Fail("expected an object of JSON, found " + found);
    return Fail("expected a string as member \"" + Clipped(member_) + "\", found " + found);
  }

  bool Fail(std::string fault) {
    fault_ = std::move(fault);
    return false;
  }

  std::string* key_;
  std::string* value_;
  std::string* target_ = nullptr;  // Of the member that was begun.
  std::string member_;
  bool is_base64_ = false;
  bool in_object_ = false;
  bool has_key_ = false;
  bool has_value_ = false;
  std::optional<std::string> fault_;
};

}  // namespace

void AppendJsonlEntry(Bytes key, Bytes value, std::string& out) {
  JsonObject object;
  object.Add("key", key);
  object.Add("value", value);
  out += object.ToString();
  out += '\n';
}

ParsedEntry JsonlParser::Parse(const InputText& input) {
  const InputLine line = FirstLine(input);
  if (line.size == 0) return ParsedEntry::Incomplete();
  const std::string_view text = line.line;
  if (text.empty()) return ParsedEntry::Fault(0, "expected an object of JSON, found an empty line");
  // The JSON reader takes a NUL for the end of the text, and passes over a byte order mark.
  const size_t nul = text.find('\0');
  if (nul != std::string_view::npos) return ParsedEntry::Fault(nul, "expected an object of JSON, found a NUL byte");
  if (text.starts_with(kByteOrderMark))
    return ParsedEntry::Fault(0, "expected an object of JSON, found a byte order mark");
  const char* reached = text.data();
  MemberTaker taker(key_, value_);
  const char* const end = text.data() + text.size();
  nlohmann::json::sax_parse(CountingIterator(text.data(), reached), CountingIterator(end, reached), &taker);
  const auto offset = static_cast<size_t>(reached - text.data());
  if (taker.fault()) return ParsedEntry::Fault(offset == 0 ? 0 : offset - 1, *taker.fault());
  if (auto why = WhyTooLarge(key_.size(), value_.size())) return ParsedEntry::Fault(0, *std::move(why));
  return {.size = line.size, .key = key_, .value = value_};
}

}  // namespace logwood::command_line
