#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

std::string Count(const std::string& path, std::vector<std::string> options) {
  options.insert(options.begin(), {"count", path, "keys"});
  const CommandEnd end = RunCommand(options);
  EXPECT_EQ(end.exit_code, 0) << end.err;
  return end.out;
}

class CountVerb : public ::testing::Test {
 protected:
  CountVerb() {
    Database database = Database::Open(path_).value();
    Collection keys = database.CreateCollection("keys").value();
    for (const char* key : {"a", "b1", "b2", "b\xff", "c", "\xff\xff"}) keys.Put(key, "v").Check();
  }

  StoredDatabase database_;
  std::string path_ = database_.path();
};

TEST_F(CountVerb, CountsWhatLives) {
  EXPECT_EQ(Count(path_, {}), "6\n");
  EXPECT_EQ(RunCommand({"count", path_, "users"}).out, "2\n");
  EXPECT_EQ(RunCommand({"count", path_, "empty"}).out, "0\n");
}

TEST_F(CountVerb, KeepsToItsBoundsAndLimit) {
  EXPECT_EQ(Count(path_, {"--from", "b2", "--to", "c"}), "2\n");
  EXPECT_EQ(Count(path_, {"--prefix", "b"}), "3\n");
  EXPECT_EQ(Count(path_, {"--prefix", "b", "--to", "b2"}), "1\n");
  EXPECT_EQ(Count(path_, {"--from", "c", "--to", "b"}), "0\n");
  EXPECT_EQ(Count(path_, {"--hex", "--prefix", "62ff"}), "1\n");
  EXPECT_EQ(Count(path_, {"--limit", "4"}), "4\n");
  EXPECT_EQ(Count(path_, {"--limit", "0"}), "0\n");
}

TEST_F(CountVerb, ShowsJson) {
  EXPECT_EQ(Count(path_, {"--json", "--prefix", "b"}), "{\"collection\":\"keys\",\"count\":3}\n");
}

}  // namespace
}  // namespace logwood::testing
