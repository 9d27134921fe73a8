#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <string_view>

#include "base/lock_order.h"
#include "tests/documents/document.h"
#include "tests/layers/source_file.h"

// What the documents say of the repository is looked up in it: files that they name are there, and so are tests.
// document_test.cc shows that nothing they say is passed over.
namespace logwood::testing {
namespace {

constexpr std::array kDocuments = {"README.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md", "docs/GUARANTEES.md",
                                   "docs/ORIGINS.md"};
constexpr std::string_view kOrigins = "docs/ORIGINS.md";

std::filesystem::path Root() { return LOGWOOD_SOURCE_DIR; }

Document Read(std::string_view path) { return ParseDocument(std::string(path), ReadFile(Root() / path)); }

std::string Place(const Document& document, size_t line) { return document.path + ":" + std::to_string(line) + ": "; }

// Paths are written from the root of the repository on, or as an include would be.
bool IsThere(const std::string& path) {
  constexpr std::array kRoots = {"", "include", "src", "testing/include"};
  return std::ranges::any_of(kRoots, [&](const char* root) { return std::filesystem::exists(Root() / root / path); });
}

// The columns of docs/ORIGINS.md.
struct Feature {
  enum Column : size_t { kId = 0, kStatus = 2, kColumns = 6 };
};

// Whether a row is one of a feature: its first cell is a letter and a number.
bool IsFeature(const TableRow& row) {
  const std::string& id = row.cells.empty() ? std::string() : row.cells[Feature::kId];
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  return id.size() > 1 && std::isupper(static_cast<unsigned char>(id[0])) != 0 &&
         std::all_of(id.begin() + 1, id.end(), is_digit);
}

TEST(Documents, NameNoPathThatIsNotThere) {
  for (const char* path : kDocuments) {
    const Document document = Read(path);
    EXPECT_FALSE(document.paths.empty()) << path << ": nothing was found in it";
    for (const Mention& mention : document.paths) {
      EXPECT_TRUE(IsThere(mention.text)) << Place(document, mention.line) << mention.text << " is not there";
    }
  }
}

TEST(Documents, LinkToNoFileThatIsNotThere) {
  for (const char* path : kDocuments) {
    const Document document = Read(path);
    for (const Mention& link : document.links) {
      const std::filesystem::path target = (Root() / path).parent_path() / link.text;
      EXPECT_TRUE(std::filesystem::exists(target)) << Place(document, link.line) << link.text << " is not there";
    }
  }
}

TEST(Documents, NameNoTestThatIsNotThere) {
  for (const char* path : kDocuments) {
    const Document document = Read(path);
    for (const TestMention& test : document.tests) {
      const std::filesystem::path file = Root() / test.path;
      const bool found = std::filesystem::is_regular_file(file) && HoldsTest(ReadFile(file), test);
      EXPECT_TRUE(found) << Place(document, test.line) << test.path << " has no test " << test.suite << "."
                         << test.name;
    }
  }
}

TEST(LockOrderTable, IsThatOfTheCode) {
  const Document document = Read("docs/ARCHITECTURE.md");
  size_t next = 1;
  for (const TableRow& row : document.rows) {
    if (row.cells.size() != 4 || row.cells[0] != std::to_string(next)) continue;
    std::string name = row.cells[1];
    std::erase(name, '`');
    EXPECT_TRUE(name.starts_with(NameOf(static_cast<LockRank>(next)))) << Place(document, row.line) << name;
    ++next;
  }
  EXPECT_EQ(next, kLockRanks) << "all but those that are held alone have a row";
}

TEST(Origins, HaveEveryFeatureOnce) {
  std::map<char, size_t> last;
  const Document document = Read(kOrigins);
  for (const TableRow& row : document.rows) {
    if (!IsFeature(row)) continue;
    const std::string& id = row.cells[Feature::kId];
    EXPECT_EQ(id, id[0] + std::to_string(++last[id[0]])) << Place(document, row.line) << "not the next one";
    EXPECT_EQ(row.cells.size(), size_t{Feature::kColumns}) << Place(document, row.line) << id;
  }
  const std::map<char, size_t> all = {{'B', 11}, {'E', 35}, {'G', 16}, {'L', 35},
                                      {'M', 25}, {'N', 7},  {'P', 16}, {'X', 5}};
  EXPECT_EQ(last, all);
}

// A test, or a program below tests that shows it as a whole.
bool NamesATest(const Document& document, const TableRow& row) {
  const auto is_in_row = [&](const auto& mention) { return mention.line == row.line; };
  const auto is_program = [&](const Mention& path) { return is_in_row(path) && path.text.starts_with("tests/"); };
  return std::ranges::any_of(document.tests, is_in_row) || std::ranges::any_of(document.paths, is_program);
}

TEST(Origins, NameATestForWhatWorks) {
  const Document document = Read(kOrigins);
  for (const TableRow& row : document.rows) {
    if (!IsFeature(row) || row.cells.size() != Feature::kColumns) continue;
    const std::string& status = row.cells[Feature::kStatus];
    const bool works = status == "works" || status == "works in another form";
    EXPECT_TRUE(works || status == "left out" || status.starts_with("planned: "))
        << Place(document, row.line) << status;
    EXPECT_TRUE(!works || NamesATest(document, row)) << Place(document, row.line) << row.cells[Feature::kId];
  }
}

}  // namespace
}  // namespace logwood::testing
