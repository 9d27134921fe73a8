#pragma once

#include <cstddef>
#include <vector>

#include "tests/layers/source_file.h"

namespace logwood::testing {

// Where a function stands: from the line of its head to that of its closing brace, both counted from 1.
struct FunctionSpan {
  size_t first_line = 0;
  size_t last_line = 0;
  [[nodiscard]] size_t lines() const { return last_line - first_line + 1; }
};

// The functions of a file, found by their braces: a brace that opens in a namespace or a class behind a parameter list
// begins a function, which ends with the brace that closes it. Lambdas belong to the function around them.
[[nodiscard]] std::vector<FunctionSpan> FindFunctions(const SourceFile& file);

}  // namespace logwood::testing
