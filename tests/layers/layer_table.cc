#include "tests/layers/layer_table.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace logwood::testing {
namespace {

constexpr std::pair<std::string_view, int> kLayers[] = {
    {"base", 0},     {"codec", 1},   {"store", 1},    {"log", 2},    {"block", 2},  {"cursor", 2},
    {"memtable", 3}, {"kind", 3},    {"tree", 3},     {"values", 3}, {"lsm", 4},    {"btree", 4},
    {"list", 4},     {"segment", 4}, {"manifest", 4}, {"txn", 5},    {"engine", 6}, {"api", 7},
};

constexpr std::string_view kVocabulary[] = {
    "logwood/status.h",  "logwood/result.h", "logwood/bytes.h",      "logwood/options.h", "logwood/version.h",
    "logwood/runtime.h", "logwood/store.h",  "logwood/statistics.h", "logwood/pin.h",     "logwood/salvage.h",
};

// The highest layer that sources of the test library see.
constexpr int kTestingLayerMax = 1;

// The only module that sees all public headers, because it implements them.
constexpr std::string_view kApi = "api";

std::string_view FirstFolder(std::string_view path) { return path.substr(0, path.find('/')); }

// Whether includes of the project may begin with this folder.
bool IsRoot(std::string_view folder) {
  constexpr std::string_view kRoots[] = {"logwood", "testing", "tests", "tools"};
  return LayerOf(folder) || std::find(std::begin(kRoots), std::end(kRoots), folder) != std::end(kRoots);
}

// A public header sees public headers; one of the vocabulary sees the vocabulary alone.
std::optional<std::string> WhyNotFromPublicHeader(std::string_view path, std::string_view included) {
  if (FirstFolder(included) != "logwood") return "a public header includes public headers only";
  const std::string own = "logwood/" + std::string(path.substr(path.rfind('/') + 1));
  if (IsVocabularyHeader(own) && !IsVocabularyHeader(included)) {
    return "a vocabulary header includes only the vocabulary";
  }
  return std::nullopt;
}

std::optional<std::string> WhyNotFromModule(std::string_view module, std::string_view included) {
  const std::string_view other = FirstFolder(included);
  if (other == "logwood") {
    if (module == kApi || IsVocabularyHeader(included)) return std::nullopt;
    return "a module below api includes no public header but the vocabulary";
  }
  const std::optional<int> own_layer = LayerOf(module);
  const std::optional<int> other_layer = LayerOf(other);
  if (!own_layer) return "module " + std::string(module) + " is not in the layer table";
  if (!other_layer) return "a module includes only modules of src and the vocabulary";
  if (other == module || *other_layer < *own_layer) return std::nullopt;
  return std::string(module) + " (layer " + std::to_string(*own_layer) + ") may not see " + std::string(other) +
         " (layer " + std::to_string(*other_layer) + ")";
}

// The installed test library shows users public headers; inside it may use what stores and simulation are made of.
std::optional<std::string> WhyNotFromTesting(std::string_view path, std::string_view included) {
  const std::string_view other = FirstFolder(included);
  if (other == "logwood") return std::nullopt;
  if (path.starts_with("testing/include/")) {
    return "an installed header of the test library includes public headers only";
  }
  const std::optional<int> layer = LayerOf(other);
  if (other == "testing" || (layer && *layer <= kTestingLayerMax)) return std::nullopt;
  return "the test library includes public headers, base, codec, store and itself only";
}

}  // namespace

std::string PartOf(std::string_view path) {
  const std::string_view first = FirstFolder(path);
  if (first != "src") return std::string(first);
  return "src/" + std::string(FirstFolder(path.substr(std::min(path.size(), first.size() + 1))));
}

std::optional<int> LayerOf(std::string_view module) {
  for (const auto& [name, layer] : kLayers) {
    if (name == module) return layer;
  }
  return std::nullopt;
}

bool IsVocabularyHeader(std::string_view included) {
  return std::find(std::begin(kVocabulary), std::end(kVocabulary), included) != std::end(kVocabulary);
}

std::optional<std::string> WhyNotInclude(std::string_view path, const Include& include) {
  const std::string_view other = FirstFolder(include.path);
  if (!include.quoted && other != "logwood" && !LayerOf(other)) return std::nullopt;
  const std::string part = PartOf(path);
  if (!part.starts_with("src/") && part != "include" && part != "testing" && part != "tools") return std::nullopt;
  if (!IsRoot(other)) return "an include is rooted at src, include or the repository";
  if (part == "include") return WhyNotFromPublicHeader(path, include.path);
  if (part == "testing") return WhyNotFromTesting(path, include.path);
  if (part.starts_with("src/")) return WhyNotFromModule(std::string_view(part).substr(4), include.path);
  if (other == "tests") return "only tests include tests";
  return std::nullopt;
}

}  // namespace logwood::testing
