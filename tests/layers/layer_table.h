#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/layers/source_file.h"

namespace logwood::testing {

// The part of the repository in which a file lies: "src/log", "include", "testing", "tools", "tests". Modules of src
// count one by one.
[[nodiscard]] std::string PartOf(std::string_view path);

// The number of a module of src: it may include only modules of a strictly lower one. None for an unknown module.
[[nodiscard]] std::optional<int> LayerOf(std::string_view module);

// Whether a public header belongs to the vocabulary, which every module may include.
[[nodiscard]] bool IsVocabularyHeader(std::string_view included);

// Why the file `path` may not include `include`, or none if it may. Headers of the system and of other projects, which
// stand in <>, are not the layer table's business.
[[nodiscard]] std::optional<std::string> WhyNotInclude(std::string_view path, const Include& include);

}  // namespace logwood::testing
