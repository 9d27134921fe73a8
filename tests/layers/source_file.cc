#include "tests/layers/source_file.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace logwood::testing {
namespace {

bool IsIdentifierCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Cuts a text into code and comments, one character after the other.
class Splitter {
 public:
  Splitter(std::string path, std::string_view text) : text_(text) { file_.path = std::move(path); }

  SourceFile Split() {
    StartLine();
    while (at_ < text_.size()) Step();
    if (file_.lines.back().empty()) {  // What follows the last newline is not a line.
      file_.lines.pop_back();
      file_.code.pop_back();
      file_.comments.pop_back();
    }
    return std::move(file_);
  }

 private:
  void Step() {
    if (LooksAt("//")) {
      TakeUntil("\n", file_.comments);
    } else if (LooksAt("/*")) {
      TakeThrough("*/", file_.comments);
    } else if (LooksAt("R\"") && !InIdentifier()) {
      SkipRawString();
    } else if (LooksAt("\"") || (LooksAt("'") && !InNumber())) {
      SkipLiteral();
    } else {
      Take(file_.code);
    }
  }

  [[nodiscard]] bool LooksAt(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  // Whether what stands before the cursor is an identifier that goes on here; a prefix of a raw string is none.
  [[nodiscard]] bool InIdentifier() const {
    const size_t begin = TokenBegin();
    const std::string_view token = text_.substr(begin, at_ - begin);
    return !token.empty() && token != "u" && token != "U" && token != "L" && token != "u8";
  }

  [[nodiscard]] bool InNumber() const {
    const size_t begin = TokenBegin();
    return begin < at_ && std::isdigit(static_cast<unsigned char>(text_[begin])) != 0;
  }

  [[nodiscard]] size_t TokenBegin() const {
    size_t begin = at_;
    while (begin > 0 && (IsIdentifierCharacter(text_[begin - 1]) || text_[begin - 1] == '\'')) --begin;
    return begin;
  }

  void StartLine() {
    file_.lines.emplace_back();
    file_.code.emplace_back();
    file_.comments.emplace_back();
  }

  // Moves over one character, which goes to the last line of `part` too.
  void Take(std::vector<std::string>& part) {
    const char c = text_[at_++];
    if (c == '\n') {
      StartLine();
      return;
    }
    file_.lines.back().push_back(c);
    part.back().push_back(c);
  }

  // Moves over one character that belongs to neither part.
  void Skip() {
    const char c = text_[at_++];
    if (c == '\n') {
      StartLine();
    } else {
      file_.lines.back().push_back(c);
    }
  }

  void TakeUntil(std::string_view end, std::vector<std::string>& part) {
    while (at_ < text_.size() && !LooksAt(end)) Take(part);
  }

  void TakeThrough(std::string_view end, std::vector<std::string>& part) {
    Take(part);
    Take(part);
    TakeUntil(end, part);
    for (size_t i = 0; i < end.size() && at_ < text_.size(); ++i) Take(part);
  }

  // The quotes stay in the code, so that it still reads as a literal.
  void SkipLiteral() {
    const char quote = text_[at_];
    Take(file_.code);
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) Skip();
      Skip();
    }
    if (at_ < text_.size() && text_[at_] == quote) Take(file_.code);
  }

  void SkipRawString() {
    Skip();
    Take(file_.code);
    std::string end = ")";
    while (at_ < text_.size() && text_[at_] != '(') {
      end.push_back(text_[at_]);
      Skip();
    }
    while (at_ < text_.size() && !LooksAt(end)) Skip();
    for (size_t i = 0; i < end.size() && at_ < text_.size(); ++i) Skip();
    if (at_ < text_.size()) Take(file_.code);
  }

  const std::string_view text_;
  size_t at_ = 0;
  SourceFile file_;
};

}  // namespace

SourceFile ParseSource(std::string path, std::string_view text) { return Splitter(std::move(path), text).Split(); }

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<SourceFile> ReadSources(const std::filesystem::path& root, std::string_view folder) {
  std::vector<SourceFile> files;
  if (!std::filesystem::exists(root / folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
    const std::filesystem::path& path = entry.path();
    if (!entry.is_regular_file() || (path.extension() != ".h" && path.extension() != ".cc")) continue;
    files.push_back(ParseSource(path.lexically_relative(root).generic_string(), ReadFile(path)));
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

bool ContainsWord(std::string_view line, std::string_view word) {
  for (size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || !IsIdentifierCharacter(line[at - 1]);
    const bool ends = end == line.size() || !IsIdentifierCharacter(line[end]);
    if (begins && ends) return true;
  }
  return false;
}

std::optional<Include> IncludeOf(std::string_view line) {
  const size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string_view::npos || line[hash] != '#') return std::nullopt;
  const size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string_view::npos || !line.substr(word).starts_with("include")) return std::nullopt;
  const size_t open = line.find_first_of("\"<", word);
  if (open == std::string_view::npos) return std::nullopt;
  const bool quoted = line[open] == '"';
  const size_t close = line.find(quoted ? '"' : '>', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  return Include{line.substr(open + 1, close - open - 1), quoted};
}

}  // namespace logwood::testing
