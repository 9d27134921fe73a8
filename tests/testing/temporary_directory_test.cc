#include "logwood/testing/temporary_directory.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>

namespace logwood::testing {
namespace {

TEST(TemporaryDirectory, IsEmptyAtFirstAndGoneWithItsFilesAtTheEnd) {
  std::optional<TemporaryDirectory> directory(std::in_place);
  const std::filesystem::path path = directory->path();
  ASSERT_TRUE(std::filesystem::is_directory(path));
  EXPECT_TRUE(std::filesystem::is_empty(path));
  std::filesystem::create_directory(path / "inner");
  std::ofstream(path / "inner" / "file") << "text";
  directory.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryDirectory, IsAnotherOneEachTime) {
  const TemporaryDirectory a;
  const TemporaryDirectory b;
  EXPECT_NE(a.path(), b.path());
}

}  // namespace
}  // namespace logwood::testing
