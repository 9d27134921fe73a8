#include "tools/command_line/shell/command_parser.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "tools/command_line/escape.h"

namespace logwood::command_line {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kRawLinesMark = "<<";
constexpr std::string_view kEscapes = R"(\n \t \r \xHH \\ \" \' \# \< and \ before a space)";

bool IsBlank(char c) { return kBlanks.find(c) != std::string_view::npos; }

bool IsComment(std::string_view line) {
  const size_t first = line.find_first_not_of(kBlanks);
  return first != std::string_view::npos && line[first] == '#';
}

Status ErrorAt(size_t column, const std::string& what) {
  return Status::InvalidArgument("column " + std::to_string(column + 1) + ": " + what);
}

// What \ before `c` stands for, \x apart.
std::optional<char> Escaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '\\':
    case '"':
    case '\'':
    case '#':
    case '<':
    case ' ': return c;
    default: return std::nullopt;
  }
}

bool NeedsNoQuotes(char c) {
  return c > ' ' && c != 0x7f && std::string_view("\"'\\#<").find(c) == std::string_view::npos;
}

}  // namespace

Result<CommandParser::Progress> CommandParser::AddLine(std::string_view line) {
  if (state_ == State::kLines) {
    const Progress progress = AddRawLine(line);
    const Status size = CheckSize();
    if (size.ok()) return progress;
    Clear();
    return size;
  }
  if (missing().empty() && IsComment(line)) return Progress::kComplete;
  if (is_in_quotes() && !continued_) word_ += '\n';
  continued_ = false;
  Status status = ReadCharacters(line);
  if (status.ok()) status = CheckSize();
  if (!status.ok()) {
    Clear();
    return status;
  }
  return EndLine();
}

std::vector<std::string> CommandParser::TakeWords() {
  std::vector<std::string> words = std::move(words_);
  Clear();
  return words;
}

void CommandParser::Clear() { *this = CommandParser(); }

std::string CommandParser::missing() const {
  switch (state_) {
    case State::kDoubleQuotes: return "a closing \"";
    case State::kSingleQuotes: return "a closing '";
    case State::kLines: return "a line that is " + Escape(end_line_);
    default: return continued_ ? "the line after a \\" : "";
  }
}

Status CommandParser::ReadCharacters(std::string_view line) {
  for (size_t i = 0; i < line.size();) {
    if (line[i] != '\\' || state_ == State::kSingleQuotes) {
      ReadCharacter(line[i], i);
      ++i;
      continue;
    }
    if (i + 1 == line.size()) {
      continued_ = true;
      break;
    }
    if (state_ == State::kBetweenWords) BeginWord(i);
    is_bare_ = false;
    LOGWOOD_ASSIGN_OR_RETURN(const size_t size, ReadEscape(line, i));
    i += size;
  }
  return Status::Ok();
}

void CommandParser::ReadCharacter(char c, size_t column) {
  if (!is_in_quotes()) return ReadOutsideQuotes(c, column);
  const char closing = state_ == State::kDoubleQuotes ? '"' : '\'';
  if (c == closing) {
    state_ = State::kBare;
  } else {
    word_ += c;
  }
}

void CommandParser::ReadOutsideQuotes(char c, size_t column) {
  if (IsBlank(c)) return EndWord();
  if (state_ == State::kBetweenWords) BeginWord(column);
  if (c == '"' || c == '\'') {
    state_ = c == '"' ? State::kDoubleQuotes : State::kSingleQuotes;
    is_bare_ = false;
  } else {
    word_ += c;
  }
}

// Returns the bytes of the escape, which begins with the backslash at `at`. Requires: a byte stands behind it.
Result<size_t> CommandParser::ReadEscape(std::string_view line, size_t at) {
  const char letter = line[at + 1];
  if (letter == 'x') {
    const std::optional<std::string> byte = FromHex(line.substr(at + 2, 2));
    if (!byte || byte->size() != 1) return ErrorAt(at, "\\x needs two digits (0-9, a-f) behind it");
    word_ += *byte;
    return 4;
  }
  const std::optional<char> escaped = Escaped(letter);
  if (!escaped) {
    return ErrorAt(at, "\\" + Escape(std::string(1, letter)) + " is no escape; there are " + std::string(kEscapes) +
                           ", and none in single quotes");
  }
  word_ += *escaped;
  return 2;
}

CommandParser::Progress CommandParser::AddRawLine(std::string_view line) {
  // The lines of a file from Windows end with \r\n, the word that names this one had its \r taken for a blank.
  const std::string_view end = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  if (line == end_line_ || end == end_line_) {
    state_ = State::kBetweenWords;
    return Progress::kComplete;
  }
  words_.back() += line;
  words_.back() += '\n';
  words_size_ += line.size() + 1;
  return Progress::kOpen;
}

void CommandParser::BeginWord(size_t column) {
  state_ = State::kBare;
  word_start_ = column;
  is_bare_ = true;
}

void CommandParser::EndWord() {
  if (state_ != State::kBare) return;
  state_ = State::kBetweenWords;
  words_size_ += word_.size();
  words_.push_back(std::exchange(word_, {}));
}

CommandParser::Progress CommandParser::EndLine() {
  if (continued_ || is_in_quotes()) return Progress::kOpen;
  EndWord();
  if (words_.empty() || !is_bare_ || !words_.back().starts_with(kRawLinesMark)) return Progress::kComplete;
  if (words_.back().size() == kRawLinesMark.size()) return Progress::kComplete;
  end_line_ = words_.back().substr(kRawLinesMark.size());
  words_.back().clear();
  state_ = State::kLines;
  return Progress::kOpen;
}

Status CommandParser::CheckSize() const {
  if (words_size_ + word_.size() <= kCommandSizeMax) return Status::Ok();
  return Status::InvalidArgument("a command of more than " + std::to_string(kCommandSizeMax) +
                                 " bytes: keys may have 65536, values 16777216");
}

std::optional<PartialCommand> ParsePartialCommand(std::string_view line) {
  CommandParser parser;
  if (IsComment(line) || !parser.ReadCharacters(line).ok() || parser.continued_) return std::nullopt;
  const bool is_between = parser.state_ == CommandParser::State::kBetweenWords;
  return PartialCommand{.words = std::move(parser.words_),
                        .word = std::move(parser.word_),
                        .word_start = is_between ? line.size() : parser.word_start_};
}

std::string QuoteWord(const std::string& text) {
  if (!text.empty() && std::ranges::all_of(text, NeedsNoQuotes) && IsUtf8(text)) return text;
  std::string quoted = "\"";
  for (const char c : Escape(text)) quoted += c == '"' ? std::string("\\\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace logwood::command_line
