#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "log/log_reader.h"
#include "logwood/result.h"

namespace logwood {

// "manifest file 7 offset 4096".
[[nodiscard]] std::string PlaceInManifest(FileNumber number, uint64_t offset);

// The edits of one manifest file, in order. Thread-compatible.
class EditReader {
 public:
  // `reader` must outlive this.
  explicit EditReader(LogReader& reader) : reader_(reader) {}

  // The next edit's bytes; nullopt behind the last whole one. Errors: kCorruption (valid records that no manifest
  // writes), kIo, kUnsupported.
  [[nodiscard]] Result<std::optional<std::string>> Next();
  // After Next() gave nullopt: that no record that was known to be durable is missing (I9).
  Status CheckNothingMissing();
  // Where the last whole edit, and the marks behind it, end.
  [[nodiscard]] uint64_t good_end() const noexcept { return good_end_; }

 private:
  [[nodiscard]] FileNumber number() const { return reader_.header().file.number; }
  Status Check(const LogRecord& record, bool inside_edit) const;

  LogReader& reader_;
  Sequence next_ = Sequence::Of(0, 1);
  Sequence mark_;
  Sequence last_whole_;
  uint64_t good_end_ = 0;
};

}  // namespace logwood
