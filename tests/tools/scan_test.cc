#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

std::string Scan(const std::string& path, std::vector<std::string> options) {
  options.insert(options.begin(), {"scan", path, "keys"});
  const CommandEnd end = RunCommand(options);
  EXPECT_EQ(end.exit_code, 0) << end.err;
  return end.out;
}

class ScanVerb : public ::testing::Test {
 protected:
  ScanVerb() {
    Database database = Database::Open(path_).value();
    Collection keys = database.CreateCollection("keys").value();
    for (const char* key : {"a", "b1", "b2", "b\xff", "c", "\xff\xff", "\xff\xff!"}) keys.Put(key, "v").Check();
  }

  StoredDatabase database_;
  std::string path_ = database_.path();
};

TEST_F(ScanVerb, ShowsAllInKeyOrder) {
  EXPECT_EQ(Scan(path_, {}), "a\tv\nb1\tv\nb2\tv\nb\\xff\tv\nc\tv\n\\xff\\xff\tv\n\\xff\\xff!\tv\n");
  EXPECT_EQ(RunCommand({"scan", path_, "users"}).out, "ada\t1815\ngrace\t1906\n");
}

TEST_F(ScanVerb, KeepsToItsBounds) {
  EXPECT_EQ(Scan(path_, {"--from", "b2", "--to", "c"}), "b2\tv\nb\\xff\tv\n");
  EXPECT_EQ(Scan(path_, {"--prefix", "b"}), "b1\tv\nb2\tv\nb\\xff\tv\n");
  EXPECT_EQ(Scan(path_, {"--prefix", "b", "--from", "b2"}), "b2\tv\nb\\xff\tv\n");
  EXPECT_EQ(Scan(path_, {"--prefix", "b", "--to", "b2"}), "b1\tv\n");
  EXPECT_EQ(Scan(path_, {"--prefix", "b", "--from", "a", "--to", "d"}), "b1\tv\nb2\tv\nb\\xff\tv\n");
  EXPECT_EQ(Scan(path_, {"--from", "c", "--to", "b"}), "");
  EXPECT_EQ(Scan(path_, {"--to", ""}), "");
  EXPECT_EQ(Scan(path_, {"--hex", "--prefix", "ffff"}), "ffff\t76\nffff21\t76\n");
}

TEST_F(ScanVerb, TakesAnEmptyValueForWhatItIs) {
  EXPECT_EQ(Scan(path_, {"--from=", "--to=b2"}), "a\tv\nb1\tv\n");
  EXPECT_EQ(Scan(path_, {"--to=", "--limit=2"}), "");
  EXPECT_EQ(Scan(path_, {"--prefix=", "--reverse", "--limit", "1"}), "\\xff\\xff!\tv\n");
  EXPECT_EQ(RunCommand({"count", "--prefix=", path_, "keys"}).out, "7\n");
  EXPECT_EQ(RunCommand({"export", path_, "keys", "--prefix=", path_ + ".tsv"}).out, "");
  EXPECT_EQ(ReadFile(path_ + ".tsv"), Scan(path_, {}));
  const CommandEnd limit = RunCommand({"scan", path_, "keys", "--limit=", "2"});
  EXPECT_EQ(limit.exit_code, 2);
  EXPECT_NE(limit.err.find("--limit: \"\" is no number"), std::string::npos) << limit.err;
}

TEST_F(ScanVerb, TakesWhatOnlyLooksLikeAnEmptyValueAsItStands) {
  EXPECT_EQ(RunCommand({"put", path_, "keys", "--", "--to=", "1"}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", path_, "keys", "--", "--to="}).out, "1\n");
  EXPECT_EQ(Scan(path_, {"--from", "--to=", "--limit", "1"}), "--to=\t1\n");
}

TEST_F(ScanVerb, ShowsAByteOrderMarkInTheFormThatLoadReads) {
  EXPECT_EQ(RunCommand({"put", "--create", path_, "marked", "\xef\xbb\xbfk", "v"}).exit_code, 0);
  const std::string shown = RunCommand({"scan", path_, "marked"}).out;
  EXPECT_EQ(shown, "\\xef\\xbb\\xbfk\tv\n");
  EXPECT_EQ(RunCommand({"load", path_, "copy"}, {.input = shown}).exit_code, 0);
  EXPECT_EQ(RunCommand({"get", path_, "copy", "\xef\xbb\xbfk"}).out, "v\n");
}

TEST_F(ScanVerb, GoesBackwards) {
  EXPECT_EQ(Scan(path_, {"--reverse", "--limit", "2"}), "\\xff\\xff!\tv\n\\xff\\xff\tv\n");
  EXPECT_EQ(Scan(path_, {"--reverse", "--prefix", "b"}), "b\\xff\tv\nb2\tv\nb1\tv\n");
  EXPECT_EQ(Scan(path_, {"--reverse", "--from", "b1", "--to", "b2"}), "b1\tv\n");
}

TEST_F(ScanVerb, StopsAtItsLimit) {
  EXPECT_EQ(Scan(path_, {"--limit", "1"}), "a\tv\n");
  EXPECT_EQ(Scan(path_, {"--limit", "0"}), "");
}

TEST_F(ScanVerb, ShowsJson) {
  EXPECT_EQ(Scan(path_, {"--json", "--prefix", "b", "--from", "b2"}),
            "{\"key\":\"b2\",\"value\":\"v\"}\n{\"key_base64\":\"Yv8=\",\"value\":\"v\"}\n");
}

TEST_F(ScanVerb, RefusesALimitThatIsNoNumber) {
  for (const char* limit : {"x", "-1", "", "1.5", "7 ", "18446744073709551616"}) {
    const CommandEnd end = RunCommand({"scan", path_, "keys", "--limit", limit});
    EXPECT_EQ(end.exit_code, 2) << limit;
    EXPECT_TRUE(
        end.err.starts_with("logwood scan: --limit: \"" + std::string(limit) + "\" is no number: give one of 0 to "))
        << end.err;
  }
}

TEST_F(ScanVerb, EndsQuietlyWhenNobodyReadsOn) {
  Database database = Database::Open(path_).value();
  Collection many = database.CreateCollection("many").value();
  Batch batch;
  for (int i = 0; i < 50'000; ++i) batch.Put(many, std::to_string(i), "value");
  database.Commit(batch).Check();
  database.Close().Check();
  const CommandEnd end = RunCommandForHead({"scan", path_, "many"}, 8);
  EXPECT_EQ(end.out, "0\tvalue\n");
  EXPECT_EQ(end.err, "");
  EXPECT_EQ(end.exit_code, 0);
}

}  // namespace
}  // namespace logwood::testing
