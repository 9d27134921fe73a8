#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "logwood/bytes.h"
#include "tools/command_line/shell/command_parser.h"

// Words that were read, quoted, give the same words; a word being typed begins within the line.

namespace logwood::fuzz {
namespace {

using command_line::CommandParser;

void CheckWords(const std::vector<std::string>& words) {
  if (words.empty()) return;
  std::string line;
  for (const std::string& word : words) line += command_line::QuoteWord(word) + " ";
  CommandParser parser;
  LOGWOOD_ASSERT(parser.AddLine(line).value() == CommandParser::Progress::kComplete);
  LOGWOOD_ASSERT(parser.TakeWords() == words);
}

void Run(std::string_view text) {
  CommandParser parser;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
    const auto partial = command_line::ParsePartialCommand(line);
    if (partial) LOGWOOD_ASSERT(partial->word_start <= line.size());
    const auto progress = parser.AddLine(line);
    LOGWOOD_ASSERT(progress.ok() || parser.missing().empty());
    if (!progress.ok()) continue;
    LOGWOOD_ASSERT((*progress == CommandParser::Progress::kOpen) == !parser.missing().empty());
    if (*progress == CommandParser::Progress::kComplete) CheckWords(parser.TakeWords());
  }
}

}  // namespace
}  // namespace logwood::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  logwood::fuzz::Run(logwood::Bytes(bytes).string_view());
  return 0;
}
