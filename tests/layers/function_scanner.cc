#include "tests/layers/function_scanner.h"

#include <string>
#include <string_view>
#include <utility>

namespace logwood::testing {
namespace {

enum class Scope { kOuter, kFunction, kData };

class FunctionScanner {
 public:
  std::vector<FunctionSpan> Scan(const SourceFile& file) {
    bool in_directive = false;
    for (const std::string& line : file.code) {
      ++line_;
      const bool directive = in_directive || line.find_first_not_of(" \t") == line.find('#');
      in_directive = directive && line.ends_with('\\');
      if (directive && !line.empty()) continue;  // Macros may hold half a block.
      for (const char c : line) Step(c);
      Step(' ');
    }
    return std::move(functions_);
  }

 private:
  void Step(char c) {
    if (inner_depth_ > 0) {
      if (c == '{') ++inner_depth_;
      if (c == '}' && --inner_depth_ == 0) CloseInner();
    } else if (c == '{') {
      Open();
    } else if (c == '}' || c == ';' || (c == ':' && IsAccess(head_))) {
      StartHead();
    } else if (c != ' ' || !head_.empty()) {
      if (head_.empty()) head_line_ = line_;
      head_.push_back(c);
    }
  }

  void Open() {
    const Scope scope = ScopeOfHead();
    if (scope == Scope::kOuter) {
      StartHead();
      return;
    }
    inner_ = scope;
    inner_depth_ = 1;
    if (head_.empty()) head_line_ = line_;
  }

  void CloseInner() {
    if (inner_ == Scope::kFunction) functions_.push_back({head_line_, line_});
    StartHead();
  }

  void StartHead() { head_.clear(); }

  // What the brace after the head opens.
  [[nodiscard]] Scope ScopeOfHead() const {
    const std::string_view head = WithoutTemplate(head_);
    const bool has_parameters = head.find('(') != std::string_view::npos;
    for (const std::string_view word : {"namespace", "inline namespace", "class", "struct", "union"}) {
      if (head.starts_with(word) && (head.size() == word.size() || head[word.size()] == ' ')) return Scope::kOuter;
    }
    if (head.starts_with("extern") && !has_parameters) return Scope::kOuter;
    if (head.starts_with("enum") || head.ends_with("= ")) return Scope::kData;
    return head.empty() || has_parameters ? Scope::kFunction : Scope::kData;
  }

  static bool IsAccess(std::string_view head) { return head == "public" || head == "protected" || head == "private"; }

  static std::string_view WithoutTemplate(std::string_view head) {
    if (!head.starts_with("template")) return head;
    int depth = 0;
    for (size_t i = head.find('<'); i < head.size(); ++i) {
      if (head[i] == '<') ++depth;
      if (head[i] == '>' && --depth == 0) return TrimmedFront(head.substr(i + 1));
    }
    return head;
  }

  static std::string_view TrimmedFront(std::string_view text) {
    const size_t first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
  }

  std::vector<FunctionSpan> functions_;
  size_t line_ = 0;
  std::string head_;      // What stands since the last brace or semicolon.
  size_t head_line_ = 0;  // Where it begins.
  int inner_depth_ = 0;   // Braces open below namespaces and classes.
  Scope inner_ = Scope::kFunction;
};

}  // namespace

std::vector<FunctionSpan> FindFunctions(const SourceFile& file) { return FunctionScanner().Scan(file); }

}  // namespace logwood::testing
