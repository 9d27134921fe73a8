#include "tools/command_line/empty_values.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace logwood::command_line {
namespace {

// Null where `word` is no verb.
const CLI::App* FindVerb(const CLI::App& program, const std::string& word) {
  const std::vector<const CLI::App*> verbs = program.get_subcommands({});
  const auto found = std::ranges::find_if(verbs, [&](const CLI::App* verb) { return verb->get_name() == word; });
  return found == verbs.end() ? nullptr : *found;
}

// False of a flag, and of what is no option.
bool TakesValue(const CLI::App* verb, const std::string& option) {
  if (verb == nullptr || !option.starts_with("--")) return false;
  const CLI::Option* const found = verb->get_option_no_throw(option);
  return found != nullptr && found->get_expected_min() > 0;
}

}  // namespace

std::vector<std::string> WithEmptyValues(const CLI::App& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> split;
  const CLI::App* verb = nullptr;
  bool is_value = false;  // Of the option before, whatever it looks like.
  bool is_behind_options = false;
  for (const std::string& argument : arguments) {
    if (verb == nullptr) verb = FindVerb(program, argument);
    is_behind_options = is_behind_options || (argument == "--" && !is_value);
    const std::string name = argument.substr(0, argument.empty() ? 0 : argument.size() - 1);
    const bool may_be_option = !is_behind_options && !is_value;
    is_value = may_be_option && TakesValue(verb, argument);
    if (may_be_option && argument.ends_with('=') && TakesValue(verb, name)) {
      split.push_back(name);
      split.emplace_back();
    } else {
      split.push_back(argument);
    }
  }
  return split;
}

}  // namespace logwood::command_line
