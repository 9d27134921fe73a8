#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "logwood/bytes.h"
#include "logwood/result.h"
#include "tools/command_line/entry_format.h"
#include "tools/command_line/entry_format_csv.h"
#include "tools/command_line/entry_format_jsonl.h"
#include "tools/command_line/entry_format_tsv.h"

namespace logwood::command_line {

// Reads entries from a stream of bytes, whatever the pieces in which it comes. Keeps no more of it than one entry and
// one piece. Thread-compatible.
class EntryReader {
 public:
  // Fills the front of a span and returns how many bytes it took; 0: the stream is at its end.
  using Source = std::function<Result<size_t>(std::span<char>)>;

  struct Entry {
    Bytes key;
    Bytes value;
  };

  // `name` is what errors call the input.
  EntryReader(EntryFormat format, std::string name, Source source);

  // The next entry, nullopt behind the last. Its bytes live until the next call.
  // Errors: kInvalidArgument: "NAME line 3 column 7: expected this, found that", lines and bytes of the line counted
  // from 1; those of the source. After an error: the same again.
  [[nodiscard]] Result<std::optional<Entry>> Next();

  // "NAME line 3": where the entry begins that Next() returned last.
  [[nodiscard]] std::string PlaceOfEntry() const;

  // Bytes of the input behind the entries returned so far.
  [[nodiscard]] uint64_t position() const noexcept { return position_; }
  // False: the last line has no end, and may have been cut short. Requires: Next() returned nullopt.
  [[nodiscard]] bool ends_with_line_end() const noexcept { return ends_with_line_end_; }

 private:
  [[nodiscard]] std::string_view pending() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
  Status Fill();
  Status PassHeader();
  void Consume(size_t size);
  [[nodiscard]] ParsedEntry Parse(const InputText& input);
  [[nodiscard]] Result<ParsedEntry> ParseNext();
  [[nodiscard]] Status FaultAt(const ParsedEntry& fault) const;

  const EntryFormat format_;
  const std::string name_;
  const Source source_;
  TsvParser tsv_;
  CsvParser csv_;
  JsonlParser jsonl_;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // Of what is not parsed yet, in the buffer.
  size_t end_ = 0;
  bool source_is_at_end_ = false;
  bool header_is_passed_ = false;
  bool ends_with_line_end_ = true;
  uint64_t position_ = 0;
  uint64_t line_ = 1;        // In which the pending bytes begin.
  uint64_t entry_line_ = 1;  // In which the entry began that Next() returned last.
  uint64_t column_ = 1;
  Status status_;
};

}  // namespace logwood::command_line
