#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own name.
class App;
}

namespace logwood::command_line {

// `arguments`, with `--name=` of an option that takes a value as the two words `--name` and "". CLI11 would take the
// next argument for the value instead: a script whose variable is empty would ask for something else than it says.
[[nodiscard]] std::vector<std::string> WithEmptyValues(const CLI::App& program,
                                                       const std::vector<std::string>& arguments);

}  // namespace logwood::command_line
