#include "tools/command_line/shell/history_file.h"

#include <gtest/gtest.h>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "logwood/testing/temporary_directory.h"
#include "tests/tools/stored_database.h"

namespace logwood::command_line {
namespace {

using Commands = std::vector<std::string>;

class HistoryFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] Commands Kept() const { return HistoryFile::Open(path_).value().commands(); }
  [[nodiscard]] mode_t ModeOf(const std::string& path) const {
    struct stat found = {};
    EXPECT_EQ(::stat(path.c_str(), &found), 0);
    return found.st_mode & 0777;
  }

  testing::TemporaryDirectory directory_;
  std::string path_ = (directory_.path() / "state/logwood/history").string();
};

TEST_F(HistoryFileTest, KeepsCommandsForItsOwnerAlone) {
  HistoryFile history = HistoryFile::Open(path_).value();
  EXPECT_EQ(history.commands(), Commands());
  history.Append("put a \"one\ntwo\\n\t\"").Check();
  history.Append(std::string("get \0\xff\\", 7)).Check();
  EXPECT_EQ(Kept(), (Commands{"put a \"one\ntwo\\n\t\"", std::string("get \0\xff\\", 7)}));
  EXPECT_EQ(ModeOf(path_), 0600u);
  EXPECT_EQ(ModeOf(directory_.path() / "state/logwood"), 0700u);
}

TEST_F(HistoryFileTest, LeavesOutWhatIsLargeOrBeginsWithABlank) {
  HistoryFile history = HistoryFile::Open(path_).value();
  history.Append(" put secret 1").Check();
  history.Append("\tput secret 2").Check();
  history.Append(std::string(kHistoryCommandSizeMax + 1, 'x')).Check();
  history.Append("").Check();
  EXPECT_EQ(Kept(), Commands());
}

TEST_F(HistoryFileTest, IsBounded) {
  HistoryFile::Open(path_).status().Check();
  std::string text;
  for (size_t i = 1; i < 2 * kHistoryCommandsMax; ++i) text += std::to_string(i) + "\n";
  testing::WriteFile(path_, text);
  EXPECT_EQ(Kept().size(), kHistoryCommandsMax);
  EXPECT_EQ(Kept().back(), std::to_string(2 * kHistoryCommandsMax - 1));
  EXPECT_EQ(testing::ReadFile(path_), text);

  testing::WriteFile(path_, text + "last\n");
  const Commands kept = Kept();
  EXPECT_EQ(kept.size(), kHistoryCommandsMax);
  EXPECT_EQ(kept.back(), "last");
  EXPECT_EQ(testing::ReadFile(path_).substr(0, 5), "1001\n");
  EXPECT_EQ(Kept(), kept);
  EXPECT_EQ(ModeOf(path_), 0600u);
}

TEST_F(HistoryFileTest, TakesALineThatItDidNotWriteAsItIs) {
  HistoryFile::Open(path_).status().Check();
  testing::WriteFile(path_, "put a \\q\n\nget b\\\ncut off");
  EXPECT_EQ(Kept(), (Commands{"put a \\q", "get b\\"}));
}

TEST_F(HistoryFileTest, SaysWhatIsInItsPlace) {
  testing::WriteFile(directory_.path() / "state", "");
  const Status status = HistoryFile::Open(path_).status();
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.message().find("state/logwood"), std::string::npos) << status;
}

}  // namespace
}  // namespace logwood::command_line
