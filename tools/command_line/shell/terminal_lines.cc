#include "tools/command_line/shell/terminal_lines.h"

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <fcntl.h>
#include <histedit.h>
#include <langinfo.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace logwood::command_line {

struct TerminalLines::State {
  Interrupt& interrupt;
  // The terminal, opened anew so that reads of ours alone do not wait: a Ctrl-C takes away what was there to be read.
  int input = ::open("/dev/tty", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  std::optional<HistoryFile> file;
  Completer complete;
  std::string prompt;
  bool interrupted = false;
  EditLine* editor = nullptr;
  History* history = nullptr;
};

namespace {

TerminalLines::State& StateOf(EditLine* editor) {
  void* state = nullptr;
  el_get(editor, EL_CLIENTDATA, &state);
  return *static_cast<TerminalLines::State*>(state);
}

char* Prompt(EditLine* editor) { return StateOf(editor).prompt.data(); }

void StopWithTerminalPutBack(EditLine* editor) {
  el_set(editor, EL_PREP_TERM, 0);
  std::fputc('\n', stdout);
  std::fflush(stdout);
  Interrupt::Stop();
}

void SetTerminalAgain(EditLine* editor) {
  el_set(editor, EL_PREP_TERM, 0);
  el_set(editor, EL_PREP_TERM, 1);
  std::fputc('\r', stdout);
  el_set(editor, EL_REFRESH);
}

// Ctrl-C: the line so far is left as it stands on the terminal. Returns the error that ends it, whatever key or search
// is begun.
int GiveUpLine(EditLine* editor) {
  StateOf(editor).interrupted = true;
  std::fputs("^C\n", stdout);
  std::fflush(stdout);
  return -1;
}

int InputOf(EditLine* editor) {
  const int input = StateOf(editor).input;
  return input < 0 ? STDIN_FILENO : input;
}

// Waits for the next byte, and answers signals meanwhile. Returns as libedit's readers do: 1 where `byte` is there, 0
// at the end, -1 after an error.
int ReadByte(EditLine* editor, char* byte) {
  for (;;) {
    switch (StateOf(editor).interrupt.Wait(InputOf(editor))) {
      case Interrupt::Event::kEnd: return 0;
      case Interrupt::Event::kInterrupted: return GiveUpLine(editor);
      case Interrupt::Event::kContinued: SetTerminalAgain(editor); continue;
      case Interrupt::Event::kStop: StopWithTerminalPutBack(editor); continue;
      case Interrupt::Event::kResized: el_resize(editor); continue;
      case Interrupt::Event::kInput: break;
    }
    const ssize_t count = ::read(InputOf(editor), byte, 1);
    if (count >= 0) return static_cast<int>(count);
    if (errno != EINTR && errno != EAGAIN) return -1;
  }
}

// libedit's own reader would sleep through a signal that came before it, and leave the terminal in another mode after
// one that came later. Bytes that are no UTF-8 are passed over, as there.
int ReadCharacter(EditLine* editor, wchar_t* character) {
  std::mbstate_t state{};
  for (;;) {
    char byte = 0;
    const int found = ReadByte(editor, &byte);
    if (found != 1) return found;
    size_t used = std::mbrtowc(character, &byte, 1, &state);
    if (used == static_cast<size_t>(-1)) {
      state = {};
      used = std::mbrtowc(character, &byte, 1, &state);
    }
    if (used == 0 || used == 1) return 1;
    if (used == static_cast<size_t>(-1)) state = {};
  }
}

size_t CharactersIn(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

unsigned char Insert(EditLine* editor, const std::string& text) {
  return el_insertstr(editor, text.c_str()) == 0 ? CC_REFRESH : CC_REFRESH_BEEP;
}

void ShowChoices(const std::vector<std::string>& words) {
  std::string text = "\n";
  for (const std::string& word : words) text += word + "  ";
  std::fputs((text + "\n").c_str(), stdout);
}

// TAB: completes as far as there is no choice, else shows the choices.
unsigned char CompleteWord(EditLine* editor, int) {
  const LineInfo* const line = el_line(editor);
  const std::string_view before(line->buffer, static_cast<size_t>(line->cursor - line->buffer));
  const std::optional<Completion> found = StateOf(editor).complete(before);
  if (!found) return Insert(editor, "\t");
  if (found->words.empty()) return CC_REFRESH_BEEP;
  const std::string_view typed = before.substr(found->word_start);
  std::string word = CommonStart(found->words);
  if (found->words.size() == 1) word += ' ';
  if (word.size() <= typed.size() && found->words.size() > 1) {
    ShowChoices(found->words);
    return CC_REDISPLAY;
  }
  if (word.starts_with(typed)) {
    word.erase(0, typed.size());
  } else {
    el_deletestr(editor, static_cast<int>(CharactersIn(typed)));
  }
  return Insert(editor, word);
}

// Keys and values are bytes; libedit reads characters, and needs a locale in which every byte of UTF-8 is part of one.
void ChooseLocale() {
  // NOLINTBEGIN(concurrency-mt-unsafe): called once, before anything is read; nothing else looks at the locale.
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace

TerminalLines::TerminalLines(Interrupt& interrupt, std::optional<HistoryFile> history, Completer completer)
    : state_(new State{.interrupt = interrupt}) {
  ChooseLocale();
  state_->file = std::move(history);
  state_->complete = std::move(completer);
  state_->history = history_init();
  state_->editor = el_init("logwood", stdin, stdout, stderr);
  EditLine* const editor = state_->editor;
  HistEvent event;
  ::history(state_->history, &event, H_SETSIZE, static_cast<int>(kHistoryCommandsMax));
  el_set(editor, EL_CLIENTDATA, state_.get());
  el_set(editor, EL_PROMPT, Prompt);
  el_set(editor, EL_HIST, ::history, state_->history);
  el_wset(editor, EL_GETCFN, ReadCharacter);
  el_set(editor, EL_EDITOR, "emacs");
  // Wide, for libedit never gives back the copies that it makes of others.
  el_wset(editor, EL_ADDFN, L"logwood-complete", L"complete the word", CompleteWord);
  el_set(editor, EL_BIND, "^I", "logwood-complete", nullptr);
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  if (!state_->file) return;
  for (const std::string& command : state_->file->commands()) {
    ::history(state_->history, &event, H_ENTER, command.c_str());
  }
}

TerminalLines::~TerminalLines() {
  el_end(state_->editor);
  history_end(state_->history);
  if (state_->input >= 0) ::close(state_->input);
}

Result<InputLine> TerminalLines::Read(const std::string& prompt) {
  if (!pending_.empty()) return NextPending();
  state_->prompt = prompt;
  state_->interrupted = false;
  const Interrupt::StopGuard guard;
  // libedit shows the prompt first, and what is typed at it at once would still meet the terminal's own line editing.
  el_set(state_->editor, EL_PREP_TERM, 1);
  int count = 0;
  const char* const text = el_gets(state_->editor, &count);
  if (state_->interrupted) return InputLine{.event = InputLine::Event::kInterrupted};
  if (text == nullptr || count <= 0) return InputLine{};
  std::string_view rest(text, static_cast<size_t>(count));
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    pending_.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  pending_.emplace_back(rest);
  return NextPending();
}

InputLine TerminalLines::NextPending() {
  InputLine line{.event = InputLine::Event::kLine, .text = std::move(pending_.front())};
  pending_.pop_front();
  return line;
}

Status TerminalLines::Remember(const std::string& command) {
  HistEvent event;
  if (command.size() <= kHistoryCommandSizeMax) ::history(state_->history, &event, H_ENTER, command.c_str());
  if (!state_->file) return Status::Ok();
  const Status kept = state_->file->Append(command);
  if (!kept.ok()) state_->file.reset();
  return kept;
}

}  // namespace logwood::command_line
