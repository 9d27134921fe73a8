#include "tests/documents/document.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <utility>

namespace logwood::testing {
namespace {

bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool IsIdentifier(std::string_view text) { return !text.empty() && std::ranges::all_of(text, IsWordCharacter); }

// Whether code in backticks is a path of the repository: what begins with a slash lies outside of it, and a placeholder
// stands for many.
bool IsPath(std::string_view code) {
  if (code.find('/') == std::string_view::npos || code.front() == '/') return false;
  return std::ranges::all_of(code, [](char c) { return IsWordCharacter(c) || c == '.' || c == '/' || c == '-'; });
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// "path: Suite.Name", or none.
std::optional<TestMention> TestOf(std::string_view code, size_t line) {
  const size_t colon = code.find(": ");
  if (colon == std::string_view::npos || !IsPath(code.substr(0, colon))) return std::nullopt;
  const std::string_view name = code.substr(colon + 2);
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  if (!IsIdentifier(name.substr(0, dot)) || !IsIdentifier(name.substr(dot + 1))) return std::nullopt;
  return TestMention{std::string(code.substr(0, colon)), std::string(name.substr(0, dot)),
                     std::string(name.substr(dot + 1)), line};
}

// Reads a document line by line; what stands in backticks is gathered over the ends of lines.
class DocumentReader {
 public:
  explicit DocumentReader(std::string path) { document_.path = std::move(path); }

  Document Read(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      ReadLine(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(document_);
  }

 private:
  void ReadLine(std::string_view line) {
    const bool is_fence = Trimmed(line).starts_with("```");
    if (is_fence) in_fence_ = !in_fence_;
    if (is_fence || in_fence_) return;
    const bool continues = in_code_ && !Trimmed(line).empty();
    if (continues) code_.push_back(' ');
    in_code_ = continues;
    if (line.starts_with('|')) ReadRow(line);
    ReadLinks(line);
    for (const char c : line) ReadCharacter(c);
  }

  void ReadRow(std::string_view line) {
    TableRow row{.cells = {}, .line = line_};
    line.remove_prefix(1);
    for (size_t end = line.find('|'); end != std::string_view::npos; end = line.find('|')) {
      row.cells.emplace_back(Trimmed(line.substr(0, end)));
      line.remove_prefix(end + 1);
    }
    document_.rows.push_back(std::move(row));
  }

  void ReadLinks(std::string_view line) {
    for (size_t at = line.find("]("); at != std::string_view::npos; at = line.find("](", at + 1)) {
      const size_t close = line.find(')', at);
      if (close == std::string_view::npos) return;
      const std::string_view target = line.substr(at + 2, close - at - 2);
      const std::string_view file = target.substr(0, target.find('#'));
      if (!file.empty() && target.find("://") == std::string_view::npos) {
        document_.links.push_back({std::string(file), line_});
      }
    }
  }

  void ReadCharacter(char c) {
    if (c != '`') {
      if (in_code_) code_.push_back(c);
      return;
    }
    if (in_code_) EndCode();
    in_code_ = !in_code_;
    code_.clear();
  }

  void EndCode() {
    if (IsPath(code_)) document_.paths.push_back({code_, line_});
    if (std::optional<TestMention> test = TestOf(code_, line_)) document_.tests.push_back(*std::move(test));
  }

  Document document_;
  size_t line_ = 0;
  bool in_fence_ = false;
  bool in_code_ = false;
  std::string code_;  // Since the last backtick, where that opened something.
};

}  // namespace

Document ParseDocument(std::string path, std::string_view text) { return DocumentReader(std::move(path)).Read(text); }

bool HoldsTest(std::string_view text, const TestMention& test) {
  std::string squeezed;  // The formatter may have broken the line between the two names.
  std::ranges::copy_if(text, std::back_inserter(squeezed), [](char c) { return c != ' ' && c != '\n'; });
  for (const std::string_view macro : {"TEST(", "TEST_F(", "TEST_P("}) {
    if (squeezed.find(std::string(macro) + test.suite + "," + test.name + ")") != std::string::npos) return true;
  }
  return false;
}

}  // namespace logwood::testing
