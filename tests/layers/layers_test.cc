#include <filesystem>
#include <gtest/gtest.h>
#include <iostream>
#include <string>
#include <vector>

#include "tests/layers/layer_table.h"
#include "tests/layers/rules.h"
#include "tests/layers/source_file.h"

// The rules that no compiler checks, applied to every file of the repository. rules_test.cc shows that each of them
// can fail.
namespace logwood::testing {
namespace {

std::filesystem::path Root() { return LOGWOOD_SOURCE_DIR; }

const std::vector<SourceFile>& AllSources() {
  static const std::vector<SourceFile> sources = [] {
    std::vector<SourceFile> all;
    for (const char* folder : {"include", "src", "testing", "tools", "tests", "fuzz", "bench", "examples"}) {
      for (SourceFile& file : ReadSources(Root(), folder)) all.push_back(std::move(file));
    }
    return all;
  }();
  return sources;
}

void ExpectNoFindings(Rule rule) {
  for (const SourceFile& file : AllSources()) {
    for (const Finding& finding : rule(file)) ADD_FAILURE() << ToString(finding);
  }
}

TEST(Repository, HasSourcesToRead) {
  size_t library_files = 0;
  for (const SourceFile& file : AllSources()) library_files += PartOf(file.path).starts_with("src/") ? 1 : 0;
  EXPECT_GT(library_files, 10u) << "no sources below " << Root();
}

TEST(Repository, EveryModuleHasALayer) {
  for (const auto& entry : std::filesystem::directory_iterator(Root() / "src")) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(LayerOf(name).has_value()) << "src/" << name << ": not in tests/layers/layer_table.cc";
  }
}

TEST(Repository, IncludesFollowTheLayerTable) { ExpectNoFindings(CheckIncludes); }

TEST(Repository, TargetsLinkLowerModulesOnly) {
  for (const auto& entry : std::filesystem::directory_iterator(Root() / "src")) {
    const std::filesystem::path path = entry.path() / "CMakeLists.txt";
    if (!std::filesystem::exists(path)) continue;
    const std::string name = path.lexically_relative(Root()).generic_string();
    for (const Finding& finding : CheckModuleTarget(name, ReadFile(path))) ADD_FAILURE() << ToString(finding);
  }
}

TEST(Repository, OnlyStoreDoesSystemIo) { ExpectNoFindings(CheckNoSystemIo); }

TEST(Repository, OnlyBaseKnowsTimeChanceAndThreads) { ExpectNoFindings(CheckNoTimeChanceThreads); }

TEST(Repository, OnlyBaseStartsThreads) { ExpectNoFindings(CheckNoBareThread); }

TEST(Repository, BytesAreReinterpretedInFewPlaces) { ExpectNoFindings(CheckNoReinterpretCast); }

TEST(Repository, OnlyBaseAndStoreKnowPlatforms) { ExpectNoFindings(CheckNoConditionalCompilation); }

TEST(Repository, FilesStayShort) {
  ExpectNoFindings(CheckFileLength);
  for (const SourceFile& file : AllSources()) {
    if (file.lines.size() <= kFileLinesToWarn) continue;
    std::cout << "[  WARNING ] " << file.path << ": " << file.lines.size() << " lines: two nouns?\n";
  }
}

TEST(Repository, FunctionsStayShort) { ExpectNoFindings(CheckFunctionLength); }

TEST(Repository, TodosNameTheirCondition) { ExpectNoFindings(CheckTodo); }

TEST(Repository, HeadersHaveTheirForm) { ExpectNoFindings(CheckHeaderForm); }

TEST(Repository, OwnHeadersComeFirst) { ExpectNoFindings(CheckOwnHeaderFirst); }

TEST(Repository, FoldersAreNamedAfterNouns) {
  for (const char* folder : {"include", "src", "testing", "tools", "tests", "fuzz", "bench", "examples", "docs"}) {
    if (!std::filesystem::exists(Root() / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(Root() / folder)) {
      if (!entry.is_directory()) continue;
      EXPECT_FALSE(IsBannedFolder(entry.path().filename().string())) << entry.path();
    }
  }
}

}  // namespace
}  // namespace logwood::testing
