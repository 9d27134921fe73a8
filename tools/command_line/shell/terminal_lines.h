#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tools/command_line/shell/completion.h"
#include "tools/command_line/shell/history_file.h"
#include "tools/command_line/shell/interrupt.h"
#include "tools/command_line/shell/line_source.h"

namespace logwood::command_line {

// Lines that somebody types and edits at a terminal, through libedit: TAB completes, the arrows go through history.
class TerminalLines final : public LineSource {
 public:
  // What the word before the cursor may become, by what stands before the cursor; nullopt where TAB is a character like
  // others.
  using Completer = std::function<std::optional<Completion>(std::string_view)>;

  // Without `history` what is typed is remembered until the end only. Standard input and output are a terminal;
  // `interrupt` must outlive this.
  TerminalLines(Interrupt& interrupt, std::optional<HistoryFile> history, Completer completer);
  ~TerminalLines() override;

  Result<InputLine> Read(const std::string& prompt) override;
  Status Remember(const std::string& command) override;

  struct State;

 private:
  InputLine NextPending();

  std::unique_ptr<State> state_;
  std::deque<std::string>
      pending_;  // A command of several lines that came back from history: the lines after the first.
};

}  // namespace logwood::command_line
