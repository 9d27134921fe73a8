#include <gtest/gtest.h>
#include <string>

#include "logwood/segment.h"
#include "logwood/testing/temporary_directory.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

TEST(SegmentsExample, MergesTwoSegmentsAndAMapAndIngestsTheResult) {
  const CommandEnd end = RunCommand({}, {.program = SEGMENTS_EXAMPLE});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_EQ(end.err, "");
  EXPECT_EQ(end.out,
            "merged, with what was deleted:\n  apples 1.10\n  bread deleted\n  cheese 8.20\n  dates deleted\n"
            "  eggs 3.00\nwhat is sold:\n  apples 1.10\n  cheese 8.20\n  eggs 3.00\nin the database:\n"
            "  apples 1.10\n  cheese 8.20\n  eggs 3.00\n  flour 0.90\n");
}

TEST(DumpVerb, ShowsASegment) {
  const TemporaryDirectory directory;
  const std::unique_ptr<Store> store = OpenFileStore(directory.path().string(), MissingDirectory::kFail).value();
  SegmentBuilder builder = SegmentBuilder::Create(*store, "words").value();
  builder.Add("ada", "1815").Check();
  builder.AddTombstone("alan").Check();
  builder.Finish().Check();
  const CommandEnd end = RunCommand({"dump", directory.path().string() + "/words"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with("# " + directory.path().string() + "/words: segment\n")) << end.out;
  EXPECT_NE(end.out.find("\n-\tput\t-\tada\t1815\n-\ttombstone\t-\talan\t\n"), std::string::npos) << end.out;
}

TEST(DumpVerb, ShowsThatASegmentHasNoEntries) {
  const TemporaryDirectory directory;
  const std::unique_ptr<Store> store = OpenFileStore(directory.path().string(), MissingDirectory::kFail).value();
  SegmentBuilder::Create(*store, "none").value().Finish().Check();
  const CommandEnd end = RunCommand({"dump", directory.path().string() + "/none"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_NE(end.out.find("# offset 48: footer of a segment without entries\n"), std::string::npos) << end.out;
}

TEST(DumpVerb, NamesASegmentWhereItIsDamaged) {
  const TemporaryDirectory directory;
  const std::string path = directory.path().string() + "/words";
  const std::unique_ptr<Store> store = OpenFileStore(directory.path().string(), MissingDirectory::kFail).value();
  SegmentBuilder builder = SegmentBuilder::Create(*store, "words").value();
  builder.Add("ada", "1815").Check();
  builder.Finish().Check();
  Damage(path, 100);
  const CommandEnd damaged = RunCommand({"dump", path});
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_NE(damaged.out.find("# damaged: segment \"" + path + "\" offset 48: block checksum"), std::string::npos)
      << damaged.out;
}

TEST(DumpVerb, SaysThatASegmentWasNeverFinished) {
  const TemporaryDirectory directory;
  const std::string path = directory.path().string() + "/words";
  const std::unique_ptr<Store> store = OpenFileStore(directory.path().string(), MissingDirectory::kFail).value();
  SegmentBuilder builder = SegmentBuilder::Create(*store, "words").value();
  builder.Add("ada", "1815").Check();
  builder.Finish().Check();
  const std::string bytes = ReadFile(path);
  WriteFile(path, bytes.substr(0, 20));
  const CommandEnd begun = RunCommand({"dump", path});
  EXPECT_NE(begun.exit_code, 0);
  EXPECT_NE(begun.err.find(path + ": 20 bytes, and a file header has 48: it was never finished; if it is a segment, "
                                  "build it again under another name"),
            std::string::npos)
      << begun.err;
  WriteFile(path, bytes);
  const std::string whole = RunCommand({"dump", path}).out;
  const std::string last = whole.substr(0, whole.find(": footer, the tree ends\n"));
  WriteFile(path, bytes.substr(0, std::stoul(last.substr(last.rfind(' ')))));
  const CommandEnd cut = RunCommand({"dump", path});
  EXPECT_EQ(cut.exit_code, 1);
  EXPECT_NE(cut.out.find("# the segment has no footer: it was never finished; build it again under another name\n"),
            std::string::npos)
      << cut.out;
}

}  // namespace
}  // namespace logwood::testing
