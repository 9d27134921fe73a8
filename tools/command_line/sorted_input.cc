#include "tools/command_line/sorted_input.h"

#include <utility>

#include "tools/command_line/escape.h"

namespace logwood::command_line {
namespace {

constexpr uint64_t kEntriesBetweenShows = 4096;

}  // namespace

void SortedInput::Next() {
  if (!tally_.status.ok()) return;
  before_.assign(entry_ ? entry_->key.string_view() : std::string_view());
  Result<std::optional<EntryReader::Entry>> next = reader_.Next();
  if (!next.ok()) return End(next.status());
  entry_ = *next;
  if (!entry_) return;
  if (tally_.entries > 0 && entry_->key <= Bytes(before_)) {
    return End(Status::InvalidArgument(reader_.PlaceOfEntry() + ": key \"" + Escape(entry_->key) +
                                       "\" comes after key \"" + Escape(before_) +
                                       "\": --sorted takes each key once, in the order of unsigned bytes, as LC_ALL=C "
                                       "sort -u gives it for keys without escapes; load without --sorted takes any"));
  }
  if (++tally_.entries % kEntriesBetweenShows == 0) bar_.Show(tally_.entries, reader_.position());
}

void SortedInput::Refuse() { End(Status::Unsupported("input that is loaded is read once, forward")); }

void SortedInput::End(Status status) {
  entry_.reset();
  tally_.status = std::move(status);
}

}  // namespace logwood::command_line
