#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/options.h"
#include "logwood/result.h"

namespace logwood::command_line {

// How the shell's commands are written:
//
//   command  = word { blank word } line-end | '#' anything line-end
//   word     = { bare | "'" raw "'" | '"' { any | escape } '"' | escape }      parts side by side are one word
//   escape   = \n \t \r \xHH, or \ before one of \ " ' # < and space: that character
//   blank    = space, tab, carriage return
//
// An open quote goes on in the next line, and the line end belongs to the word; a \ before a line end joins two lines.
// A bare last word <<END stands for the lines that follow, each with its end, up to a line that is END.

// Most bytes of one command's words: a key and a value in hexadecimal, and room for the rest.
inline constexpr size_t kCommandSizeMax = 2 * (kKeySizeMax + kValueSizeMax) + 4096;

// Reads commands line by line. Cost: linear in the bytes of a command, over however many lines it goes.
// Thread-compatible.
class CommandParser {
 public:
  enum class Progress : uint8_t {
    kComplete = 0,  // TakeWords() has the command; no words: an empty line or a comment.
    kOpen = 1,      // The next line belongs to it.
  };

  // Takes the next line, without its end. Errors: kInvalidArgument, "column 7: ..."; all of the command is forgotten.
  [[nodiscard]] Result<Progress> AddLine(std::string_view line);
  // The words of the command. Requires: AddLine() said kComplete.
  [[nodiscard]] std::vector<std::string> TakeWords();
  // Forgets what was begun.
  void Clear();

  // What a command that is begun waits for, as in "a closing \""; empty between commands.
  [[nodiscard]] std::string missing() const;

 private:
  friend std::optional<struct PartialCommand> ParsePartialCommand(std::string_view line);

  enum class State : uint8_t {
    kBetweenWords = 0,
    kBare = 1,
    kDoubleQuotes = 2,
    kSingleQuotes = 3,
    kLines = 4,  // That <<END stands for.
  };

  [[nodiscard]] bool is_in_quotes() const noexcept {
    return state_ == State::kDoubleQuotes || state_ == State::kSingleQuotes;
  }
  Status ReadCharacters(std::string_view line);
  void ReadCharacter(char c, size_t column);
  void ReadOutsideQuotes(char c, size_t column);
  [[nodiscard]] Result<size_t> ReadEscape(std::string_view line, size_t at);
  Progress AddRawLine(std::string_view line);
  void BeginWord(size_t column);
  void EndWord();
  Progress EndLine();
  [[nodiscard]] Status CheckSize() const;

  State state_ = State::kBetweenWords;
  bool continued_ = false;  // The last line ended with a backslash.
  std::vector<std::string> words_;
  size_t words_size_ = 0;  // Bytes of words_.
  std::string word_;       // The one being read.
  size_t word_start_ = 0;  // Its column, from 0.
  bool is_bare_ = false;   // Of the word read last: it has neither quotes nor escapes.
  std::string end_line_;   // That ends the raw lines.
};

// A command of one line that is still being typed.
struct PartialCommand {
  std::vector<std::string> words;  // Those that are complete.
  std::string word;                // What the last one stands for so far.
  size_t word_start = 0;           // Where in the line it begins.
};

// Nullopt where the line is no command, and never becomes one.
[[nodiscard]] std::optional<PartialCommand> ParsePartialCommand(std::string_view line);

// A word that the parser reads as `text`.
[[nodiscard]] std::string QuoteWord(const std::string& text);

}  // namespace logwood::command_line
