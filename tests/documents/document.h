#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace logwood::testing {

// Something that a document names, and the line on which it does, counted from 1.
struct Mention {
  std::string text;
  size_t line = 0;
};

// A test that a document names, as `tests/log/log_reader_test.cc: LogReader.TornTailEndsTheLog`.
struct TestMention {
  std::string path;
  std::string suite;
  std::string name;
  size_t line = 0;
};

// A row of a table, without the spaces around its cells.
struct TableRow {
  std::vector<std::string> cells;
  size_t line = 0;
};

// What a Markdown document says that can be looked up in the repository. Fenced code blocks are left out.
struct Document {
  std::string path;                // From the root of the repository on: "docs/ORIGINS.md".
  std::vector<Mention> paths;      // In backticks, with a slash, relative, without a placeholder like <module>.
  std::vector<Mention> links;      // Relative targets of [text](target), without the #part behind the file.
  std::vector<TestMention> tests;  // In backticks.
  std::vector<TableRow> rows;      // Of all tables, their heads and the lines under them included.
};

// Reads what the document says. Code in backticks may run on over the end of a line, but not of a paragraph.
[[nodiscard]] Document ParseDocument(std::string path, std::string_view text);

// Whether the text of a test program holds the test.
[[nodiscard]] bool HoldsTest(std::string_view text, const TestMention& test);

}  // namespace logwood::testing
