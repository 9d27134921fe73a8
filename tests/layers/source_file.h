#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logwood::testing {

// One C++ file as the rules see it: its lines, split into what the compiler reads and what people read. Both parts keep
// the line numbers of the file. Thread-compatible.
struct SourceFile {
  std::string path;                   // From the root of the repository on: "src/log/log_writer.cc".
  std::vector<std::string> lines;     // As they are.
  std::vector<std::string> code;      // Without comments, and with nothing inside quotes.
  std::vector<std::string> comments;  // The comments alone.
};

// Splits `text` into the parts above. Knows line and block comments, literals with their escapes, raw strings, and the
// ' that separates digits.
[[nodiscard]] SourceFile ParseSource(std::string path, std::string_view text);

// All .h and .cc files below `root`/`folder`, in the order of their paths; none where there is no such folder.
// Throws where a file cannot be read.
[[nodiscard]] std::vector<SourceFile> ReadSources(const std::filesystem::path& root, std::string_view folder);

// All of a text file. Throws where it cannot be read.
[[nodiscard]] std::string ReadFile(const std::filesystem::path& path);

// Whether `line` holds `word`, not as a part of a longer identifier. `word` may contain "::".
[[nodiscard]] bool ContainsWord(std::string_view line, std::string_view word);

struct Include {
  std::string_view path;  // Without quotes or brackets; as long as the line.
  bool quoted = false;    // "" and not <>.
};

// What a line includes, if it does.
[[nodiscard]] std::optional<Include> IncludeOf(std::string_view line);

}  // namespace logwood::testing
