#include "tests/layers/rules.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "tests/layers/function_scanner.h"
#include "tests/layers/layer_table.h"
#include "tests/layers/source_file.h"

// Plants a breach of each rule and sees it found, and sees that what is allowed is let through.
namespace logwood::testing {
namespace {

// The findings of `rule` in a file with this text, one a line.
std::string Findings(Rule rule, std::string path, std::string_view text) {
  std::string all;
  for (const Finding& finding : rule(ParseSource(std::move(path), text))) all.append(ToString(finding)).append("\n");
  return all;
}

std::string LinesOf(size_t count, std::string_view line) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text.append(line).append("\n");
  return text;
}

TEST(CheckIncludes, FindsAnUpwardInclude) {
  EXPECT_EQ(Findings(CheckIncludes, "src/log/log_writer.cc", "#include <vector>\n#include \"engine/engine.h\"\n"),
            "src/log/log_writer.cc:2: engine/engine.h: log (layer 2) may not see engine (layer 6)\n");
}

TEST(CheckIncludes, FindsASibling) {
  EXPECT_EQ(Findings(CheckIncludes, "src/log/log_writer.cc", "#include \"block/block.h\"\n"),
            "src/log/log_writer.cc:1: block/block.h: log (layer 2) may not see block (layer 2)\n");
}

TEST(CheckIncludes, FindsAModuleInAngleBrackets) {
  EXPECT_NE(Findings(CheckIncludes, "src/log/log_writer.cc", "#include <engine/engine.h>\n"), "");
}

TEST(CheckIncludes, FindsAnIncludeWithoutARoot) {
  EXPECT_NE(Findings(CheckIncludes, "src/log/log_writer.cc", "#include \"log_writer.h\"\n"), "");
  EXPECT_NE(Findings(CheckIncludes, "src/log/log_writer.cc", "#include \"src/log/log_writer.h\"\n"), "");
}

TEST(CheckIncludes, FindsAPublicHeaderBelowApi) {
  EXPECT_NE(Findings(CheckIncludes, "src/engine/engine.h", "#include \"logwood/database.h\"\n"), "");
  EXPECT_EQ(Findings(CheckIncludes, "src/api/database.cc", "#include \"logwood/database.h\"\n"), "");
}

TEST(CheckIncludes, FindsAModuleInAPublicHeader) {
  EXPECT_NE(Findings(CheckIncludes, "include/logwood/cursor.h", "#include \"base/arena.h\"\n"), "");
}

TEST(CheckIncludes, FindsAPublicHeaderInTheVocabulary) {
  EXPECT_NE(Findings(CheckIncludes, "include/logwood/store.h", "#include \"logwood/database.h\"\n"), "");
  EXPECT_EQ(Findings(CheckIncludes, "include/logwood/store.h", "#include \"logwood/status.h\"\n"), "");
}

TEST(CheckIncludes, FindsTheEngineInTheTestLibrary) {
  EXPECT_NE(Findings(CheckIncludes, "testing/simulator.cc", "#include \"engine/engine.h\"\n"), "");
  EXPECT_NE(Findings(CheckIncludes, "testing/include/logwood/testing/simulator.h", "#include \"base/mutex.h\"\n"), "");
  EXPECT_EQ(Findings(CheckIncludes, "testing/simulator.cc", "#include \"base/mutex.h\"\n"), "");
  EXPECT_EQ(Findings(CheckIncludes, "testing/simulator.cc", "#include \"store/store_name.h\"\n"), "");
}

TEST(CheckIncludes, FindsATestOutsideTheTests) {
  EXPECT_NE(Findings(CheckIncludes, "tools/dump.cc", "#include \"tests/layers/rules.h\"\n"), "");
}

TEST(CheckIncludes, AllowsLowerModulesTheOwnOneAndTheVocabulary) {
  EXPECT_EQ(Findings(CheckIncludes, "src/tree/tree.cc",
                     "#include \"tree/tree.h\"\n#include \"base/hash.h\"\n#include \"block/block.h\"\n"
                     "#include \"logwood/status.h\"\n#include <xxhash.h>\n"),
            "");
}

TEST(CheckIncludes, PassesOverComments) {
  EXPECT_EQ(Findings(CheckIncludes, "src/log/log_writer.cc", "// #include \"engine/engine.h\"\n"), "");
}

TEST(CheckNoSystemIo, FindsHeadersAndCallsAboveStore) {
  EXPECT_EQ(Findings(CheckNoSystemIo, "src/log/log_reader.cc", "#include <sys/stat.h>\nauto f = fopen(name, mode);\n"),
            "src/log/log_reader.cc:1: <sys/stat.h>: only store asks the operating system for I/O\n"
            "src/log/log_reader.cc:2: fopen: only store asks the operating system for I/O\n");
  EXPECT_NE(Findings(CheckNoSystemIo, "src/engine/engine.cc", "#include <filesystem>\n"), "");
  EXPECT_EQ(Findings(CheckNoSystemIo, "src/store/file_store.cc", "#include <fcntl.h>\n"), "");
}

TEST(CheckNoTimeChanceThreads, FindsHeadersAndClocksAboveBase) {
  EXPECT_NE(Findings(CheckNoTimeChanceThreads, "src/store/memory_store.cc", "#include <thread>\n"), "");
  EXPECT_NE(Findings(CheckNoTimeChanceThreads, "src/txn/pipeline.cc", "auto t = std::chrono::steady_clock::now();\n"),
            "");
  EXPECT_NE(Findings(CheckNoTimeChanceThreads, "src/txn/pipeline.cc", "#include <ctime>\n"), "");
  EXPECT_NE(Findings(CheckNoTimeChanceThreads, "src/txn/pipeline.cc", "#include <mutex>\n"), "");
  EXPECT_EQ(Findings(CheckNoTimeChanceThreads, "src/store/memory_store.cc", "#include <mutex>\n"), "");
  EXPECT_EQ(Findings(CheckNoTimeChanceThreads, "src/store/directory_lock.cc", "#include <ctime>\n"), "");
  EXPECT_EQ(Findings(CheckNoTimeChanceThreads, "src/base/mutex.h", "#include <mutex>\n"), "");
  EXPECT_EQ(Findings(CheckNoTimeChanceThreads, "src/txn/pipeline.cc", "#include <chrono>\n"), "");
}

TEST(CheckNoBareThread, FindsAThreadOutsideBase) {
  EXPECT_NE(Findings(CheckNoBareThread, "tools/get.cc", "std::thread thread(Run);\n"), "");
  EXPECT_EQ(Findings(CheckNoBareThread, "src/base/thread_pool.h", "std::vector<std::thread> threads_;\n"), "");
  EXPECT_EQ(Findings(CheckNoBareThread, "testing/simulator.cc", "std::thread thread_;\n"), "");
}

TEST(CheckNoReinterpretCast, FindsOneOutsideItsPlaces) {
  EXPECT_NE(Findings(CheckNoReinterpretCast, "src/log/log_reader.cc", "p = reinterpret_cast<char*>(q);\n"), "");
  EXPECT_NE(Findings(CheckNoReinterpretCast, "include/logwood/cursor.h", "p = reinterpret_cast<char*>(q);\n"), "");
  EXPECT_EQ(Findings(CheckNoReinterpretCast, "src/codec/fixed.h", "p = reinterpret_cast<char*>(q);\n"), "");
  EXPECT_EQ(Findings(CheckNoReinterpretCast, "include/logwood/bytes.h", "p = reinterpret_cast<char*>(q);\n"), "");
  EXPECT_EQ(Findings(CheckNoReinterpretCast, "src/log/log_reader.cc", "// No reinterpret_cast here.\n"), "");
}

TEST(CheckNoConditionalCompilation, FindsEveryFormOutsideBaseAndStore) {
  for (const std::string_view line : {"#if X\n", "#ifdef X\n", "#ifndef X\n", "  # if X\n"}) {
    EXPECT_NE(Findings(CheckNoConditionalCompilation, "src/log/log_reader.cc", line), "") << line;
    EXPECT_EQ(Findings(CheckNoConditionalCompilation, "src/store/file_store.cc", line), "") << line;
  }
  EXPECT_EQ(Findings(CheckNoConditionalCompilation, "src/log/log_reader.cc", "#include <vector>\n"), "");
}

TEST(CheckFileLength, FindsOneLineTooMany) {
  EXPECT_EQ(Findings(CheckFileLength, "src/log/log.cc", LinesOf(kFileLinesMax, "int a;")), "");
  EXPECT_NE(Findings(CheckFileLength, "src/log/log.cc", LinesOf(kFileLinesMax + 1, "int a;")), "");
}

TEST(CheckFunctionLength, FindsOneLineTooMany) {
  const std::string head = "namespace logwood {\nvoid Log::Append(Bytes payload) {\n";
  const std::string fits = head + LinesOf(kFunctionLinesMax - 2, "  Step();") + "}\n}\n";
  const std::string exceeds = head + LinesOf(kFunctionLinesMax - 1, "  Step();") + "}\n}\n";
  EXPECT_EQ(Findings(CheckFunctionLength, "src/log/log.cc", fits), "");
  EXPECT_EQ(Findings(CheckFunctionLength, "src/log/log.cc", exceeds),
            "src/log/log.cc:2: a function of 71 lines, at most 70: look for the function inside it\n");
}

TEST(CheckTodo, FindsMarksWithoutCondition) {
  EXPECT_NE(Findings(CheckTodo, "src/log/log.cc", "// TODO\n"), "");
  EXPECT_NE(Findings(CheckTodo, "src/log/log.cc", "// TODO: faster\n"), "");
  EXPECT_NE(Findings(CheckTodo, "src/log/log.cc", "int a;  // FIXME later\n"), "");
  EXPECT_EQ(Findings(CheckTodo, "src/log/log.cc", "// TODO: batch these once a log holds 4 GiB.\n"), "");
  EXPECT_EQ(Findings(CheckTodo, "src/log/log.cc", "auto text = \"TODO\";\n"), "");
}

TEST(CheckHeaderForm, FindsWhatIsMissing) {
  EXPECT_NE(Findings(CheckHeaderForm, "src/log/log.h", "// A log.\n#include <vector>\n"), "");
  EXPECT_NE(Findings(CheckHeaderForm, "src/log/log.h", "#pragma once\nusing namespace std;\n"), "");
  EXPECT_EQ(Findings(CheckHeaderForm, "src/log/log.h", "// A log.\n#pragma once\n"), "");
  EXPECT_EQ(Findings(CheckHeaderForm, "src/log/log.cc", "#include <vector>\n"), "");
}

TEST(CheckOwnHeaderFirst, FindsItBehindAnother) {
  EXPECT_EQ(Findings(CheckOwnHeaderFirst, "src/log/log.cc", "#include <vector>\n#include \"log/log.h\"\n"),
            "src/log/log.cc:2: log/log.h is this file's own header and comes first\n");
  EXPECT_EQ(Findings(CheckOwnHeaderFirst, "src/log/log.cc", "#include \"log/log.h\"\n#include <vector>\n"), "");
}

TEST(CheckModuleTarget, FindsSiblingsAndHigherModules) {
  const std::string path = "src/log/CMakeLists.txt";
  EXPECT_TRUE(CheckModuleTarget(path, "logwood_module(log SOURCES log.cc DEPENDS base codec)\n").empty());
  EXPECT_EQ(CheckModuleTarget(path, "logwood_module(log SOURCES log.cc DEPENDS base block engine)\n").size(), 2u);
  EXPECT_EQ(CheckModuleTarget(path, "logwood_module(log DEPENDS\n  nothing_known\n  SOURCES log.cc)\n").size(), 1u);
}

TEST(IsBannedFolder, KnowsNamesThatSayNothing) {
  EXPECT_TRUE(IsBannedFolder("util"));
  EXPECT_TRUE(IsBannedFolder("common"));
  EXPECT_TRUE(IsBannedFolder("misc"));
  EXPECT_FALSE(IsBannedFolder("log"));
}

TEST(LayerOf, RisesFromBaseToApi) {
  EXPECT_EQ(LayerOf("base"), 0);
  EXPECT_EQ(LayerOf("api"), 7);
  EXPECT_EQ(LayerOf("util"), std::nullopt);
}

TEST(ParseSource, SplitsCodeFromCommentsAndQuotes) {
  const SourceFile file = ParseSource("a.cc", "int a = 65'536;  // One.\nchar b = '\\''; /* two */ f(\"x\\\"y\");\n");
  EXPECT_EQ(file.code, (std::vector<std::string>{"int a = 65'536;  ", "char b = '';  f(\"\");"}));
  EXPECT_EQ(file.comments, (std::vector<std::string>{"// One.", "/* two */"}));
}

TEST(ParseSource, KeepsLineNumbersThroughBlocksAndRawStrings) {
  const SourceFile file = ParseSource("a.cc", "/* one\ntwo */ int a;\nauto b = R\"x(\n\" } // )x\";\nint c;");
  EXPECT_EQ(file.code, (std::vector<std::string>{"", " int a;", "auto b = \"", "\";", "int c;"}));
}

TEST(FindFunctions, FindsMethodsConstructorsAndTemplates) {
  const std::string_view text = R"(namespace logwood {
enum class Sync : int {
  kNo = 0,
};
template <class T>
class Log : public Base {
 public:
  explicit Log(int a)
      : a_(a) {
    if (a) {
    }
  }
  template <class U>
  void Put() {}
  int a_ = 0;
};
constexpr int kTable[] = {
    1,
};
extern "C" int Run(int a) {
}
})";
  const std::vector<FunctionSpan> functions = FindFunctions(ParseSource("a.h", text));
  ASSERT_EQ(functions.size(), 3u);
  EXPECT_EQ(functions[0].first_line, 8u);
  EXPECT_EQ(functions[0].last_line, 12u);
  EXPECT_EQ(functions[1].first_line, 13u);
  EXPECT_EQ(functions[1].last_line, 14u);
  EXPECT_EQ(functions[2].first_line, 20u);
  EXPECT_EQ(functions[2].last_line, 21u);
}

}  // namespace
}  // namespace logwood::testing
