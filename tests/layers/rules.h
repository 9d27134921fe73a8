#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/layers/source_file.h"

namespace logwood::testing {

// One breach of a rule. Printed as "src/log/log_reader.cc:12: why".
struct Finding {
  std::string path;
  size_t line = 0;  // Counted from 1.
  std::string why;
};

[[nodiscard]] std::string ToString(const Finding& finding);

// Lines of a file from which on the tests warn, and those it may not exceed.
inline constexpr size_t kFileLinesToWarn = 450;
inline constexpr size_t kFileLinesMax = 600;
// Lines of a function from its head to its closing brace.
inline constexpr size_t kFunctionLinesMax = 70;

// Each rule reads one file and returns its breaches; most look only at some parts of the repository.
using Rule = std::vector<Finding> (*)(const SourceFile& file);

// The layer table: modules include strictly lower modules and the vocabulary, siblings never see one another.
[[nodiscard]] std::vector<Finding> CheckIncludes(const SourceFile& file);
// Only store asks the operating system for I/O.
[[nodiscard]] std::vector<Finding> CheckNoSystemIo(const SourceFile& file);
// Only base reads clocks and random sources, starts threads and waits.
[[nodiscard]] std::vector<Finding> CheckNoTimeChanceThreads(const SourceFile& file);
// Only the executor in base starts threads, in the library and in its tools.
[[nodiscard]] std::vector<Finding> CheckNoBareThread(const SourceFile& file);
// Reinterpreting bytes is left to base, codec, store, memtable and bytes.h.
[[nodiscard]] std::vector<Finding> CheckNoReinterpretCast(const SourceFile& file);
// Only base and store know platforms.
[[nodiscard]] std::vector<Finding> CheckNoConditionalCompilation(const SourceFile& file);
[[nodiscard]] std::vector<Finding> CheckFileLength(const SourceFile& file);
[[nodiscard]] std::vector<Finding> CheckFunctionLength(const SourceFile& file);
// "TODO: the condition under which to do it", and no other marks of that kind.
[[nodiscard]] std::vector<Finding> CheckTodo(const SourceFile& file);
// Headers begin with #pragma once and leave namespaces closed.
[[nodiscard]] std::vector<Finding> CheckHeaderForm(const SourceFile& file);
// x.cc includes x.h of its folder before all else, if there is one: so that the header is known to stand alone.
[[nodiscard]] std::vector<Finding> CheckOwnHeaderFirst(const SourceFile& file);

// What the target of a module links, by the text of its CMakeLists.txt: the layer table holds there too.
[[nodiscard]] std::vector<Finding> CheckModuleTarget(const std::string& path, std::string_view text);

// Names of folders that say nothing about what lies in them.
[[nodiscard]] bool IsBannedFolder(std::string_view name);

}  // namespace logwood::testing
