#include "tools/command_line/shell/completion.h"

#include <algorithm>
#include <optional>

#include "tools/command_line/shell/command_parser.h"
#include "tools/command_line/shell/command_table.h"

namespace logwood::command_line {
namespace {

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool IsFixed(const std::string& word) { return word.front() >= 'a' && word.front() <= 'z'; }

std::vector<std::string> CommandNames() {
  std::vector<std::string> names;
  for (const Command& command : Commands()) names.emplace_back(command.name);
  return names;
}

// What may stand in place of one word of Command::arguments.
std::vector<std::string> ValuesOf(const std::string& form, const std::vector<std::string>& collections) {
  if (form == "COLLECTION") return collections;
  if (form == "COMMAND") return CommandNames();
  return IsFixed(form) ? Split(form, '|') : std::vector<std::string>();
}

// Options may stand in any order: the words right behind an opening bracket, but not where one waits for its value.
std::vector<std::string> OptionsAfter(const std::string& previous, const std::vector<std::string>& groups) {
  std::vector<std::string> options;
  for (const std::string& group : groups) {
    const std::vector<std::string> words = Split(group, ' ');
    if (words.empty()) continue;
    if (words[0] == previous && words.size() > 1) return {};
    options.push_back(words[0]);
  }
  return options;
}

std::vector<std::string> Candidates(const PartialCommand& typed, const std::vector<std::string>& collections) {
  if (typed.words.empty()) return CommandNames();
  const Command* const command = FindCommand(typed.words[0]);
  if (command == nullptr) return {};
  std::string form(command->arguments);
  const bool has_options = form.starts_with('[') && form.size() > 1 && IsFixed(form.substr(1));
  std::ranges::replace(form, '[', ']');
  if (has_options) return OptionsAfter(typed.words.back(), Split(form, ']'));
  std::erase(form, ']');
  const std::vector<std::string> forms = Split(form, ' ');
  const size_t at = typed.words.size() - 1;
  return at < forms.size() ? ValuesOf(forms[at], collections) : std::vector<std::string>();
}

}  // namespace

Completion Complete(std::string_view line, const std::vector<std::string>& collections) {
  const std::optional<PartialCommand> typed = ParsePartialCommand(line);
  if (!typed) return {.word_start = line.size()};
  Completion completion{.word_start = typed->word_start};
  for (const std::string& candidate : Candidates(*typed, collections)) {
    if (candidate.starts_with(typed->word)) completion.words.push_back(QuoteWord(candidate));
  }
  std::ranges::sort(completion.words);
  return completion;
}

std::string CommonStart(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string common = words.front();
  for (const std::string& word : words) {
    const auto ends = std::ranges::mismatch(common, word);
    common.erase(ends.in1, common.end());
  }
  return common;
}

}  // namespace logwood::command_line
