#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "logwood/raw_cursor.h"
#include "logwood/result.h"
#include "tools/command_line/entry_reader.h"
#include "tools/command_line/progress_bar.h"

namespace logwood::command_line {

// The entries of a reader, which must come in key order, as Database::Ingest() takes them: once, from the first to the
// last. Errors: those of the reader; kInvalidArgument: where a key is not above the one before it, with the line and
// both keys. Confined to one thread.
class SortedInput final : public RawCursor {
 public:
  // What came of it, for whoever has given the cursor away.
  struct Tally {
    uint64_t entries = 0;
    Status status;
  };

  // `first` was read from `reader` last. What is given must outlive it.
  SortedInput(EntryReader& reader, std::optional<EntryReader::Entry> first, ProgressBar& bar, Tally& tally)
      : reader_(reader), bar_(bar), tally_(tally), entry_(first) {
    if (entry_) ++tally_.entries;
  }

  // Stays on the first. Once.
  void First() override {}
  void Next() override;
  // Input does not go back: each makes the cursor invalid with kUnsupported.
  void Last() override { Refuse(); }
  void Seek(Bytes) override { Refuse(); }
  void SeekAtOrBefore(Bytes) override { Refuse(); }
  void Prev() override { Refuse(); }

  [[nodiscard]] bool valid() const override { return entry_.has_value(); }
  [[nodiscard]] Bytes key() const override { return entry_->key; }
  [[nodiscard]] Bytes value() const override { return entry_->value; }
  [[nodiscard]] Status status() const override { return tally_.status; }

 private:
  void Refuse();
  void End(Status status);

  EntryReader& reader_;
  ProgressBar& bar_;
  Tally& tally_;
  std::optional<EntryReader::Entry> entry_;
  std::string before_;  // The key of the entry before.
};

}  // namespace logwood::command_line
