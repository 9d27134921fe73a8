#include "store/store_name.h"

#include <gtest/gtest.h>
#include <string>

namespace logwood {
namespace {

TEST(StoreName, TakesOneTo64BytesOfTheAlphabet) {
  EXPECT_TRUE(IsStoreName("0123456789abcdefghijklmnopqrstuvwxyz.-"));
  EXPECT_TRUE(IsStoreName(std::string(64, '-')));
  EXPECT_FALSE(IsStoreName(std::string(65, '-')));
  EXPECT_FALSE(IsStoreName(""));
}

TEST(StoreName, RefusesEveryOtherByte) {
  const std::string alphabet = "0123456789abcdefghijklmnopqrstuvwxyz.-";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name = "x" + std::string(1, static_cast<char>(byte));
    EXPECT_EQ(IsStoreName(name), alphabet.find(static_cast<char>(byte)) != std::string::npos) << byte;
  }
}

TEST(StoreName, RefusesTheDirectoryAndItsParent) {
  EXPECT_FALSE(IsStoreName("."));
  EXPECT_FALSE(IsStoreName(".."));
  EXPECT_TRUE(IsStoreName("..."));
}

TEST(StoreName, MessageShowsNoControlBytes) {
  const Status status = CheckStoreName("/db", "a\x1b[2Jb");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "/db: \"a?[2Jb\" (6 bytes) cannot name a file: use 1 to 64 bytes of [0-9a-z.-]");
}

}  // namespace
}  // namespace logwood
