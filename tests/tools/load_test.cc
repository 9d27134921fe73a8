#include <array>
#include <filesystem>
#include <gtest/gtest.h>
#include <pty.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include "logwood/database.h"
#include "tests/tools/command.h"
#include "tests/tools/stored_database.h"

namespace logwood::testing {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class LoadVerb : public ::testing::Test {
 protected:
  // Loads `input` by a pipe into collection `c`.
  CommandEnd Load(const std::string& input, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"load", path_, "c"});
    return RunCommand(options, {.input = input});
  }

  std::string Scan() { return RunCommand({"scan", path_, "c"}).out; }

  // Loads what must be refused, with all of `parts` in the message, and `kept` entries loaded before it.
  void ExpectRefusal(const std::string& input, const std::string& format, const std::vector<std::string>& parts,
                     int kept) {
    std::filesystem::remove_all(path_);
    const CommandEnd end = Load(input, {"--format", format});
    EXPECT_EQ(end.exit_code, 2) << input;
    EXPECT_EQ(end.out, "");
    EXPECT_TRUE(end.err.starts_with("logwood load: standard input line ")) << end.err;
    for (const std::string& part : parts) EXPECT_TRUE(Has(end.err, part)) << part << "\n" << end.err;
    EXPECT_TRUE(Has(end.err, "\nEntries loaded before that: " + std::to_string(kept))) << end.err;
    EXPECT_EQ(std::filesystem::exists(path_), kept > 0);
    EXPECT_EQ(RunCommand({"scan", path_, "c"}).out, kept > 0 ? "k\tv\n" : "");
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() / "data";
};

// Entries enough for several commits.
std::string ManyLines() {
  std::string text;
  for (int i = 100'000; i < 130'000; ++i) text += std::to_string(i) + "\tvalue of " + std::to_string(i) + "\n";
  return text;
}

TEST_F(LoadVerb, ReadsStandardInputAndMakesWhatIsMissing) {
  const CommandEnd end = Load("b\t2\na\\x00\t1\n");
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.out, "");
  EXPECT_TRUE(end.err.starts_with("Loaded 2 entries, 12 bytes, ")) << end.err;
  EXPECT_TRUE(end.err.ends_with(" s.\n")) << end.err;
  EXPECT_EQ(Scan(), "a\\x00\t1\nb\t2\n");
  EXPECT_EQ(Load("c\t3\nb\tnew\n", {"-"}).exit_code, 0);
  EXPECT_EQ(Scan(), "a\\x00\t1\nb\tnew\nc\t3\n");
}

TEST_F(LoadVerb, ReadsFilesInTheFormatOfTheirEnding) {
  const std::string file = directory_.path() / "entries";
  WriteFile(file + ".csv", "key,value\na,1\n");
  WriteFile(file + ".jsonl", "{\"key\":\"b\",\"value\":\"2\"}\n");
  WriteFile(file, "c\t3\n");
  WriteFile(file + ".tsv", "key,value\nd,4\n");
  EXPECT_EQ(Load("", {file + ".csv"}).exit_code, 0);
  EXPECT_EQ(Load("", {file + ".jsonl"}).exit_code, 0);
  EXPECT_EQ(Load("", {file}).exit_code, 0);
  EXPECT_EQ(Load("", {file + ".tsv", "--format", "csv"}).exit_code, 0);
  EXPECT_EQ(Scan(), "a\t1\nb\t2\nc\t3\nd\t4\n");
}

// Standard input of a process from here on: what has `text` in it, and never ends. A second later the process does.
void ReadFromSlowSource(const std::string& text) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) ::_exit(125);
  if (::write(ends[1], text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(125);
  if (::dup2(ends[0], STDIN_FILENO) < 0) ::_exit(125);
  ::alarm(1);
}

TEST_F(LoadVerb, CommitsWhatCameBeforeItWaits) {
  const auto in_child = [] { ReadFromSlowSource("a\t1\nb\t2\nc\t3\nd"); };
  const CommandEnd end = RunCommand({"load", path_, "c"}, {.in_child = in_child});
  EXPECT_EQ(end.exit_code, -1);
  EXPECT_EQ(Scan(), "a\t1\nb\t2\nc\t3\n");
}

TEST_F(LoadVerb, LoadsManyBatchesAndKeepsTheLastValueOfAKey) {
  const CommandEnd end = Load(ManyLines() + "100000\tlast\n", {"--quiet"});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.err, "");
  Database database = Database::Open(path_, {.mode = OpenMode::kReadOnly}).value();
  const Collection collection = database.OpenCollection("c").value();
  EXPECT_EQ(collection.Get("100000").value()->bytes(), Bytes("last"));
  Cursor cursor = collection.Scan();
  int count = 0;
  for (; cursor.valid(); cursor.Next()) ++count;
  EXPECT_EQ(count, 30'000);
}

TEST_F(LoadVerb, MakesAnEmptyCollectionOfAnEmptyInput) {
  EXPECT_EQ(Load("").exit_code, 0);
  const CommandEnd scan = RunCommand({"scan", path_, "c"});
  EXPECT_EQ(scan.exit_code, 0) << scan.err;
  EXPECT_EQ(scan.out, "");
}

TEST_F(LoadVerb, ShowsJson) {
  const CommandEnd end = Load("a\t1\n", {"--json", "--quiet"});
  EXPECT_TRUE(end.out.starts_with("{\"entries\":1,\"bytes\":4,\"milliseconds\":")) << end.out;
  EXPECT_EQ(end.err, "");
}

TEST_F(LoadVerb, WarnsOfALastLineWithoutAnEnd) {
  const CommandEnd end = Load("a\t1\nb\t2");
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_TRUE(Has(end.err, "standard input: the last line has no line end")) << end.err;
  EXPECT_EQ(Scan(), "a\t1\nb\t2\n");
}

TEST_F(LoadVerb, TellsWhereItsInputIsWrongAndKeepsWhatStandsBefore) {
  ExpectRefusal("k\tv\nb\\q\t1\n", "tsv", {"line 2 column 2: ", "found \"\\q\""}, 1);
  ExpectRefusal("k\tv\na\tb\tc\n", "tsv", {"line 2 column 4: ", "second tab"}, 1);
  ExpectRefusal("k\tv\n\nb\t2\n", "tsv", {"line 2 column 1: ", "an empty line"}, 1);
  ExpectRefusal("k\tv\ncut", "tsv", {"line 2 column 4: ", "a line without a tab"}, 1);
  ExpectRefusal("no tab\n", "tsv", {"line 1 column 7: "}, 0);
  ExpectRefusal("key,value\nk,v\n\"b,1\nc,2\n", "csv", {"line 3 column 1: ", "the end of the input"}, 1);
  ExpectRefusal("key,value\nk,v\na,b,c\n", "csv", {"line 3 column 4: ", "third field"}, 1);
  ExpectRefusal("k,v\n", "csv", {"line 1 column 1: expected the header key,value"}, 0);
  ExpectRefusal("{\"key\":\"k\",\"value\":\"v\"}\n{\"key_base64\":\"Y\",\"value\":\"\"}\n", "jsonl",
                {"line 2 column 17: expected base64"}, 1);
  ExpectRefusal("{\"key\":\"k\",\"value\":\"v\"}\n{\"key\":\"a\",", "jsonl", {"line 2 column 11: "}, 1);
}

TEST_F(LoadVerb, RefusesWhatIsTooLarge) {
  ExpectRefusal("k\tv\n" + std::string(65'537, 'k') + "\tv\n", "tsv",
                {"line 2 column 1: expected a key of at most 65536 bytes, found one of 65537"}, 1);
  ExpectRefusal("k\tv\nb\t" + std::string(16'777'217, 'v') + "\n", "tsv",
                {"line 2 column 3: expected a value of at most 16777216 bytes, found one of 16777217"}, 1);
}

TEST_F(LoadVerb, KeepsAllThatStandsBeforeAFaultFarIntoTheInput) {
  const CommandEnd end = Load(ManyLines() + "bad\n");
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, "line 30001 column 4: ")) << end.err;
  EXPECT_TRUE(Has(end.err, "Entries loaded before that: 30000; they stay")) << end.err;
  EXPECT_EQ(Scan(), ManyLines());
}

TEST_F(LoadVerb, LoadsSortedInputOverWhatIsThere) {
  ASSERT_EQ(Load("a\told\nb\told\n").exit_code, 0);
  const CommandEnd end = Load("\tempty\nb\tnew\nc\t3\n", {"--sorted", "--json"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(end.out.starts_with("{\"entries\":3,\"bytes\":17,")) << end.out;
  EXPECT_EQ(Scan(), "\tempty\na\told\nb\tnew\nc\t3\n");
  EXPECT_EQ(RunCommand({"verify", path_}).exit_code, 0);
}

TEST_F(LoadVerb, LoadsMuchSortedInputAndLeavesNoneOfItInTheLog) {
  EXPECT_EQ(Load(ManyLines(), {"--sorted"}).exit_code, 0);
  EXPECT_EQ(Scan(), ManyLines());
  EXPECT_EQ(RunCommand({"dump", path_, "--log"}).out.find("value of"), std::string::npos);
}

TEST_F(LoadVerb, LoadsNothingOfWhatIsNotSorted) {
  ASSERT_EQ(Load("a\told\n").exit_code, 0);
  const CommandEnd end = Load(ManyLines() + "12\tx\n", {"--sorted"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, "standard input line 30001: key \"12\" comes after key \"129999\"")) << end.err;
  EXPECT_TRUE(Has(end.err, "\nNothing was loaded.")) << end.err;
  EXPECT_EQ(Scan(), "a\told\n");
  const CommandEnd twice = Load("b\t1\nb\t2\n", {"--sorted"});
  EXPECT_TRUE(Has(twice.err, "line 2: key \"b\" comes after key \"b\"")) << twice.err;
  EXPECT_EQ(Load("b\t1\nno tab\n", {"--sorted"}).exit_code, 2);
  EXPECT_EQ(Scan(), "a\told\n");
}

TEST_F(LoadVerb, MakesNoCollectionOfWhatIsNotSorted) {
  EXPECT_EQ(Load("b\t1\na\t2\n", {"--sorted"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"collections", path_}).out, "");
}

TEST_F(LoadVerb, MakesNoDatabaseOfSortedInputThatIsWrongFromTheStart) {
  const CommandEnd end = Load("no tab\nb\t2\n", {"--sorted"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, "line 1 column 7: ")) << end.err;
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(LoadVerb, NamesTheLineInWhichAnUnsortedEntryBegins) {
  const CommandEnd end = Load("key,value\nb,\"two\nlines\"\na,1\n", {"--sorted", "--format", "csv"});
  EXPECT_TRUE(Has(end.err, "standard input line 4: key \"a\" comes after key \"b\"")) << end.err;
}

TEST_F(LoadVerb, RefusesAFileThatCannotBeReadAndMakesNothing) {
  const std::string missing = directory_.path() / "none.tsv";
  const CommandEnd end = Load("", {missing});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, missing + ": no such file")) << end.err;
  const CommandEnd folder = Load("", {directory_.path()});
  EXPECT_EQ(folder.exit_code, 2);
  EXPECT_TRUE(Has(folder.err, "is a directory; name a file")) << folder.err;
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(LoadVerb, RefusesAFormatThatThereIsNot) {
  const CommandEnd end = Load("", {"--format", "xml"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, "jsonl")) << end.err;
}

TEST_F(LoadVerb, TellsHowMuchWasLoadedWhenTheDatabaseMayNotGrow) {
  const auto limit = [] {
    const rlimit size{.rlim_cur = 600'000, .rlim_max = 600'000};
    if (::setrlimit(RLIMIT_FSIZE, &size) != 0) ::_exit(125);
  };
  const CommandEnd end = RunCommand({"load", path_, "c"}, {.input = ManyLines(), .in_child = limit});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_TRUE(Has(end.err, "ulimit -f")) << end.err;
  EXPECT_TRUE(Has(end.err, "Entries loaded before that: ")) << end.err;
  EXPECT_EQ(RunCommand({"verify", path_}).exit_code, 0);
  EXPECT_TRUE(ManyLines().starts_with(Scan()));
}

// What a command writes to a terminal of `columns` columns as its standard error.
std::string OnTerminal(const std::vector<std::string>& arguments, const std::string& input, unsigned short columns) {
  int ours = -1;
  int theirs = -1;
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  EXPECT_EQ(::openpty(&ours, &theirs, nullptr, nullptr, &size), 0);
  const auto take_terminal = [theirs] {
    if (::dup2(theirs, STDERR_FILENO) < 0) ::_exit(125);
  };
  EXPECT_EQ(RunCommand(arguments, {.input = input, .in_child = take_terminal}).exit_code, 0);
  ::close(theirs);
  std::string shown;
  std::array<char, 4096> piece;
  for (ssize_t count = 0; (count = ::read(ours, piece.data(), piece.size())) > 0;) {
    shown.append(piece.data(), static_cast<size_t>(count));
  }
  ::close(ours);
  return shown;
}

TEST_F(LoadVerb, ShowsABarOnATerminalAndTakesItAway) {
  const std::string file = directory_.path() / "many.tsv";
  WriteFile(file, ManyLines());
  const std::string shown = OnTerminal({"load", path_, "c", file}, "", 100);
  EXPECT_TRUE(shown.starts_with("\r\x1b[K ")) << shown;
  EXPECT_TRUE(Has(shown, "% [#")) << shown;
  EXPECT_TRUE(Has(shown, " entries/s, ")) << shown;
  EXPECT_TRUE(Has(shown, " MB/s, ")) << shown;
  EXPECT_TRUE(Has(shown, " left")) << shown;
  const size_t last = shown.rfind("\r\x1b[K");
  EXPECT_TRUE(shown.substr(last).starts_with("\r\x1b[KLoaded 30,000 entries, 690,000 bytes, ")) << shown;
}

TEST_F(LoadVerb, ShowsNoShareOfAPipeAndNothingWhenQuiet) {
  const std::string shown = OnTerminal({"load", path_, "c"}, ManyLines(), 30);
  EXPECT_TRUE(Has(shown, " entries, ")) << shown;
  EXPECT_FALSE(Has(shown, "%")) << shown;
  EXPECT_FALSE(Has(shown, "MB/s")) << "wider than the terminal: " << shown;
  EXPECT_EQ(OnTerminal({"load", path_, "c", "--quiet"}, ManyLines(), 80), "");
}

}  // namespace
}  // namespace logwood::testing
