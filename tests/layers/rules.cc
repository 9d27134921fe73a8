#include "tests/layers/rules.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <sstream>
#include <utility>

#include "tests/layers/function_scanner.h"
#include "tests/layers/layer_table.h"

namespace logwood::testing {
namespace {

using Words = std::initializer_list<std::string_view>;

bool IsOneOf(std::string_view word, Words words) { return std::find(words.begin(), words.end(), word) != words.end(); }

bool IsLibrary(std::string_view part) { return part == "include" || part.starts_with("src/"); }

bool IsProduct(std::string_view part) { return IsLibrary(part) || part == "testing" || part == "tools"; }

// What line `i` includes, if it does and is no comment.
std::optional<Include> IncludeAt(const SourceFile& file, size_t i) {
  return file.code[i].empty() ? std::nullopt : IncludeOf(file.lines[i]);
}

// Every line of code with one of `words`, and every include of one of `headers`; a header that ends in '/' stands for
// all below it.
std::vector<Finding> FindWords(const SourceFile& file, Words words, Words headers, std::string_view why) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.code.size(); ++i) {
    for (const std::string_view word : words) {
      if (!ContainsWord(file.code[i], word)) continue;
      findings.push_back({file.path, i + 1, std::string(word) + ": " + std::string(why)});
    }
    const std::optional<Include> include = IncludeAt(file, i);
    if (!include) continue;
    for (const std::string_view header : headers) {
      if (include->path != header && !(header.ends_with('/') && include->path.starts_with(header))) continue;
      findings.push_back({file.path, i + 1, "<" + std::string(include->path) + ">: " + std::string(why)});
    }
  }
  return findings;
}

std::vector<std::string> WordsOf(std::string_view text) {
  std::istringstream in{std::string(text)};
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

bool MayLink(std::string_view module, std::string_view other) {
  const std::optional<int> layer = LayerOf(module);
  const std::optional<int> other_layer = LayerOf(other);
  return layer && other_layer && *other_layer < *layer;
}

// A mark in a comment is fine as "TODO: " and a condition of three words at least.
bool IsTodoWithCondition(std::string_view comment) {
  const size_t at = comment.find("TODO");
  const std::string_view rest = comment.substr(at + 4);
  return rest.starts_with(": ") && WordsOf(rest.substr(2)).size() >= 3;
}

std::string_view Stem(std::string_view path) { return path.substr(0, path.rfind('.')); }

// Whether `included` names the header that belongs to the source `path`, wherever its root is.
bool IsOwnHeader(std::string_view path, std::string_view included) {
  const std::string_view stem = Stem(path);
  return included.ends_with(".h") && (stem == Stem(included) || stem.ends_with("/" + std::string(Stem(included))));
}

}  // namespace

std::string ToString(const Finding& finding) {
  return finding.path + ":" + std::to_string(finding.line) + ": " + finding.why;
}

std::vector<Finding> CheckIncludes(const SourceFile& file) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::optional<Include> include = IncludeAt(file, i);
    if (!include) continue;
    const std::optional<std::string> why = WhyNotInclude(file.path, *include);
    if (why) findings.push_back({file.path, i + 1, std::string(include->path) + ": " + *why});
  }
  return findings;
}

std::vector<Finding> CheckNoSystemIo(const SourceFile& file) {
  const std::string part = PartOf(file.path);
  if (!IsLibrary(part) || part == "src/base" || part == "src/store") return {};
  return FindWords(file, {"FILE", "fopen", "fwrite", "fread", "printf", "fprintf"},
                   {"fcntl.h", "unistd.h", "dirent.h", "sys/", "linux/", "fstream", "filesystem", "iostream"},
                   "only store asks the operating system for I/O");
}

std::vector<Finding> CheckNoTimeChanceThreads(const SourceFile& file) {
  const std::string part = PartOf(file.path);
  if (!IsLibrary(part) || part == "src/base") return {};
  constexpr std::string_view kWhy = "time, chance, threads and waiting come from base (I12)";
  std::vector<Finding> findings = FindWords(
      file,
      {"steady_clock", "system_clock", "high_resolution_clock", "random_device", "this_thread", "gettimeofday",
       "nanosleep", "usleep"},
      {"thread", "condition_variable", "future", "semaphore", "latch", "barrier", "stop_token", "random", "pthread.h"},
      kWhy);
  // A store is made without a runtime. It guards its tables by mutexes that are never held over anything that waits,
  // and names the time of day at which a lock was taken; it decides nothing by either.
  if (part == "src/store") return findings;
  for (Finding& finding : FindWords(file, {"clock_gettime"}, {"mutex", "shared_mutex", "ctime", "time.h"}, kWhy)) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> CheckNoBareThread(const SourceFile& file) {
  const std::string part = PartOf(file.path);
  if ((!IsLibrary(part) && part != "tools") || part == "src/base") return {};
  return FindWords(file, {"std::thread", "std::jthread", "std::async", "pthread_create"}, {},
                   "only the executor in base starts threads");
}

std::vector<Finding> CheckNoReinterpretCast(const SourceFile& file) {
  const std::string part = PartOf(file.path);
  if (!IsProduct(part) || IsOneOf(part, {"src/base", "src/codec", "src/store", "src/memtable"})) return {};
  if (file.path == "include/logwood/bytes.h") return {};
  return FindWords(file, {"reinterpret_cast"}, {}, "left to base, codec, store, memtable and bytes.h");
}

std::vector<Finding> CheckNoConditionalCompilation(const SourceFile& file) {
  const std::string part = PartOf(file.path);
  if (!IsProduct(part) || IsOneOf(part, {"src/base", "src/store"})) return {};
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.code.size(); ++i) {
    const std::string_view line = file.code[i];
    const size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string_view::npos || line[hash] != '#') continue;
    const size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string_view::npos || !line.substr(word).starts_with("if")) continue;
    findings.push_back({file.path, i + 1, "#if: only base and store know platforms"});
  }
  return findings;
}

std::vector<Finding> CheckFileLength(const SourceFile& file) {
  if (file.lines.size() <= kFileLinesMax) return {};
  return {{file.path, file.lines.size(),
           std::to_string(file.lines.size()) + " lines, at most " + std::to_string(kFileLinesMax) + ": two nouns?"}};
}

std::vector<Finding> CheckFunctionLength(const SourceFile& file) {
  std::vector<Finding> findings;
  for (const FunctionSpan& function : FindFunctions(file)) {
    if (function.lines() <= kFunctionLinesMax) continue;
    findings.push_back({file.path, function.first_line,
                        "a function of " + std::to_string(function.lines()) + " lines, at most " +
                            std::to_string(kFunctionLinesMax) + ": look for the function inside it"});
  }
  return findings;
}

std::vector<Finding> CheckTodo(const SourceFile& file) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.comments.size(); ++i) {
    const std::string_view comment = file.comments[i];
    for (const std::string_view mark : {"FIXME", "XXX", "HACK"}) {
      if (!ContainsWord(comment, mark)) continue;
      findings.push_back(
          {file.path, i + 1, std::string(mark) + ": write \"TODO: the condition under which to do it\""});
    }
    if (!ContainsWord(comment, "TODO") || IsTodoWithCondition(comment)) continue;
    findings.push_back({file.path, i + 1, "TODO without the condition under which to do it"});
  }
  return findings;
}

std::vector<Finding> CheckHeaderForm(const SourceFile& file) {
  if (!file.path.ends_with(".h")) return {};
  const auto first = std::find_if(file.code.begin(), file.code.end(),
                                  [](const std::string& line) { return line.find_first_not_of(' ') != line.npos; });
  std::vector<Finding> findings;
  if (first == file.code.end() || *first != "#pragma once") {
    const auto line = static_cast<size_t>(first - file.code.begin()) + 1;
    findings.push_back({file.path, line, "a header begins with #pragma once"});
  }
  for (size_t i = 0; i < file.code.size(); ++i) {
    if (file.code[i].find("using namespace") == std::string::npos) continue;
    findings.push_back({file.path, i + 1, "using namespace in a header"});
  }
  return findings;
}

std::vector<Finding> CheckOwnHeaderFirst(const SourceFile& file) {
  if (!file.path.ends_with(".cc")) return {};
  std::optional<size_t> first;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::optional<Include> include = IncludeAt(file, i);
    if (!include) continue;
    if (!first) first = i;
    if (i == *first || !include->quoted || !IsOwnHeader(file.path, include->path)) continue;
    return {{file.path, i + 1, std::string(include->path) + " is this file's own header and comes first"}};
  }
  return {};
}

std::vector<Finding> CheckModuleTarget(const std::string& path, std::string_view text) {
  const std::string module = PartOf(path).substr(std::string_view("src/").size());
  std::vector<Finding> findings;
  const size_t call = text.find("logwood_module(");
  const std::string_view arguments = text.substr(std::min(call, text.size()));
  const std::string_view inside = arguments.substr(0, arguments.find(')'));
  bool in_depends = false;
  for (const std::string& word : WordsOf(inside)) {
    if (word == "SOURCES" || word == "DEPENDS") {
      in_depends = word == "DEPENDS";
    } else if (in_depends && !MayLink(module, word)) {
      findings.push_back({path, 1, "DEPENDS " + word + ": a module links strictly lower modules only"});
    }
  }
  return findings;
}

bool IsBannedFolder(std::string_view name) {
  return IsOneOf(name, {"util", "utils", "utility", "utilities", "common", "misc", "helper", "helpers", "shared"});
}

}  // namespace logwood::testing
