#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace logwood::command_line {

// What the word before the cursor may become.
struct Completion {
  size_t word_start = 0;           // Where in the line the word begins.
  std::vector<std::string> words;  // Whole words, quoted where they need it, sorted.
};

// `line` is what stands before the cursor; `collections` are the names that there are.
[[nodiscard]] Completion Complete(std::string_view line, const std::vector<std::string>& collections);

// The longest text with which all of `words` begin.
[[nodiscard]] std::string CommonStart(const std::vector<std::string>& words);

}  // namespace logwood::command_line
