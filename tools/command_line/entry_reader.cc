#include "tools/command_line/entry_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/status_macros.h"

namespace logwood::command_line {
namespace {

constexpr size_t kPieceSize = 256 * 1024;

// What one byte may become at most in each format, and what stands around key and value; JSON also takes any number of
// spaces, of which nobody needs more.
size_t EntryTextSizeMax(EntryFormat format) {
  constexpr size_t kBytesMax = kKeySizeMax + kValueSizeMax;
  switch (format) {
    case EntryFormat::kTsv: return kBytesMax * 4 + 3;       // \x00
    case EntryFormat::kCsv: return kBytesMax * 2 + 7;       // ""
    case EntryFormat::kJsonl: return kBytesMax * 6 + 4096;  // \u0000
  }
  return 0;
}

}  // namespace

EntryReader::EntryReader(EntryFormat format, std::string name, Source source)
    : format_(format), name_(std::move(name)), source_(std::move(source)) {}

Result<std::optional<EntryReader::Entry>> EntryReader::Next() {
  LOGWOOD_RETURN_IF_ERROR(status_);
  if (!header_is_passed_) {
    status_ = PassHeader();
    LOGWOOD_RETURN_IF_ERROR(status_);
  }
  Result<ParsedEntry> entry = ParseNext();
  if (!entry.ok()) {
    status_ = entry.status();
    return status_;
  }
  if (entry->size == 0) return std::optional<Entry>();
  entry_line_ = line_;
  Consume(entry->size);
  return std::optional<Entry>({.key = entry->key, .value = entry->value});
}

std::string EntryReader::PlaceOfEntry() const { return name_ + " line " + std::to_string(entry_line_); }

// Reads on until there is twice as much as was pending: an entry that spans many pieces is parsed anew so seldom that
// all of it costs what parsing it once costs, but for a factor. Where a line is an entry, its end is enough: the next
// piece may be long in coming.
Status EntryReader::Fill() {
  const size_t pending_size = end_ - begin_;
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, pending_size);
  begin_ = 0;
  end_ = pending_size;
  buffer_.resize(std::max({buffer_.size(), pending_size * 2, kPieceSize}));
  bool has_line_end = false;
  while (!source_is_at_end_ && !has_line_end && end_ < std::max<size_t>(pending_size * 2, 1)) {
    LOGWOOD_ASSIGN_OR_RETURN(const size_t size, source_(std::span(buffer_).subspan(end_)));
    source_is_at_end_ = size == 0;
    has_line_end = format_ != EntryFormat::kCsv && std::memchr(buffer_.data() + end_, '\n', size) != nullptr;
    end_ += size;
  }
  return Status::Ok();
}

Status EntryReader::PassHeader() {
  header_is_passed_ = true;
  while (end_ < kByteOrderMark.size() && !source_is_at_end_) LOGWOOD_RETURN_IF_ERROR(Fill());
  if (pending().starts_with(kByteOrderMark)) {
    begin_ += kByteOrderMark.size();
    position_ += kByteOrderMark.size();
    column_ += kByteOrderMark.size();
  }
  if (format_ != EntryFormat::kCsv) return Status::Ok();
  for (;;) {
    const ParsedEntry header = csv_.ParseHeader({.text = pending(), .at_end = source_is_at_end_});
    if (header.state == ParsedEntry::State::kEntry) {
      Consume(header.size);
      return Status::Ok();
    }
    if (header.state == ParsedEntry::State::kFault) return FaultAt(header);
    constexpr size_t kHeaderSizeMax = 4096;
    if (end_ - begin_ > kHeaderSizeMax) {
      return FaultAt(ParsedEntry::Fault(0, "expected the header key,value, found a longer line"));
    }
    LOGWOOD_RETURN_IF_ERROR(Fill());
  }
}

void EntryReader::Consume(size_t size) {
  const char* const text = buffer_.data() + begin_;
  // An entry of CSV may span lines.
  line_ += format_ == EntryFormat::kCsv ? static_cast<uint64_t>(std::count(text, text + size, '\n')) : 1;
  column_ = 1;
  ends_with_line_end_ = text[size - 1] == '\n';
  begin_ += size;
  position_ += size;
}

ParsedEntry EntryReader::Parse(const InputText& input) {
  switch (format_) {
    case EntryFormat::kTsv: return tsv_.Parse(input);
    case EntryFormat::kCsv: return csv_.Parse(input);
    case EntryFormat::kJsonl: return jsonl_.Parse(input);
  }
  return {};
}

// An entry of size 0 stands for the end of the input.
Result<ParsedEntry> EntryReader::ParseNext() {
  for (;;) {
    if (begin_ < end_) {
      ParsedEntry entry = Parse({.text = pending(), .at_end = source_is_at_end_});
      if (entry.state == ParsedEntry::State::kEntry) return entry;
      if (entry.state == ParsedEntry::State::kFault) return FaultAt(entry);
      const size_t size_max = EntryTextSizeMax(format_);
      if (end_ - begin_ > size_max) {
        return FaultAt(ParsedEntry::Fault(
            0, "expected an entry, which takes at most " + std::to_string(size_max) + " bytes, found no end of it"));
      }
    } else if (source_is_at_end_) {
      return ParsedEntry();
    }
    LOGWOOD_RETURN_IF_ERROR(Fill());
  }
}

Status EntryReader::FaultAt(const ParsedEntry& fault) const {
  const std::string_view before = pending().substr(0, fault.size);
  const size_t line_end = before.rfind('\n');
  const auto line = line_ + static_cast<uint64_t>(std::ranges::count(before, '\n'));
  const uint64_t column = line_end == std::string_view::npos ? column_ + before.size() : before.size() - line_end;
  return Status::InvalidArgument(name_ + " line " + std::to_string(line) + " column " + std::to_string(column) + ": " +
                                 fault.fault);
}

}  // namespace logwood::command_line
