#include "log/log_salvage.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "codec/file_header.h"
#include "log/log_reader.h"
#include "log/pending_commit.h"
#include "logwood/options.h"

namespace logwood {
namespace {

std::string At(FileNumber log, uint64_t offset) {
  return "log file " + std::to_string(log.value()) + " offset " + std::to_string(offset);
}

// A log that is read, up to `limit`.
struct Source {
  FileNumber number;
  uint64_t limit = UINT64_MAX;
  Sequence first{};  // Of its first record.
};

class Salvage {
 public:
  Salvage(Store& store, const LogSalvageInput& input, const std::function<Status(const LogCommit&)>& apply,
          const std::function<void(const LogDamage&)>& on_damage)
      : store_(store), input_(input), apply_(apply), on_damage_(on_damage), last_(input.flushed) {}

  Result<LogSalvage> Run() {
    for (const FileNumber number : input_.candidates) LOGWOOD_RETURN_IF_ERROR(LookAt(number));
    ReportMissing();
    std::ranges::sort(sources_, {}, [](const Source& source) { return std::pair(source.first, source.number); });
    for (const Source& source : sources_) LOGWOOD_RETURN_IF_ERROR(ReadLog(source));
    ReportUnreached();
    result_.last = last_;
    return std::move(result_);
  }

 private:
  // What stands where the commits of a log are read.
  struct Place {
    bool is_between_commits = true;  // Else the next record may be the middle of a commit.
    uint64_t commit_offset = 0;      // Where the pending one begins.
    Sequence next{};                 // What its next record bears.
  };

  Status LookAt(FileNumber number);
  [[nodiscard]] bool IsOurs(const LogReader& reader, const LogEnd* known) const;
  Result<std::optional<Sequence>> FirstSequence(LogReader& reader);
  Status ReadLog(const Source& source);
  // False where nothing that validates follows.
  Result<bool> PassDamage(LogReader& reader, const Source& source, Place& place);
  Status TakeRecord(const LogReader& reader, uint64_t offset, const LogRecord& record, Place& place);
  void GiveUpCommit(FileNumber log, Place& place, const std::string& why);
  Status ApplyPending(FileNumber log, uint64_t offset);
  void ReportGap(FileNumber log, uint64_t offset, Sequence first);
  void ReportMissing();
  void ReportUnreached();
  void Report(FileNumber log, uint64_t offset, uint64_t bytes, const std::string& what, bool loses_commits = true);

  Store& store_;
  const LogSalvageInput& input_;
  const std::function<Status(const LogCommit&)>& apply_;
  const std::function<void(const LogDamage&)>& on_damage_;
  LogSalvage result_;
  std::vector<Source> sources_;
  std::vector<FileNumber> known_found_;
  PendingCommit pending_;
  Sequence last_;
  Sequence mark_;  // The highest seen, and in which log.
  FileNumber mark_log_;
};

// Whether the log is to be read, and how far.
Status Salvage::LookAt(FileNumber number) {
  const auto known_end = std::ranges::find(input_.known, number, &LogEnd::number);
  const LogEnd* const known = known_end == input_.known.end() ? nullptr : &*known_end;
  if (known == nullptr && number < input_.first_log) return Status::Ok();
  const auto opened = LogReader::OpenDamaged(store_, number, FileType::kLog);
  if (opened.status().code() == StatusCode::kNotFound) return Status::Ok();
  if (opened.status().code() == StatusCode::kCorruption) {
    Report(number, 0, 0, std::string(opened.status().message()));
    return Status::Ok();
  }
  if (!opened.ok()) return opened.status();
  LogReader& reader = **opened;
  if (!IsOurs(reader, known)) {
    if (reader.header_damage().ok()) result_.strangers.push_back(number);
    if (!reader.header_damage().ok()) Report(number, 0, reader.file_size(), "no header of a log of this database");
    return Status::Ok();
  }
  if (known != nullptr) known_found_.push_back(number);
  if (!reader.header_damage().ok()) {
    Report(number, 0, kLogDataStart, std::string(reader.header_damage().message()), false);
  }
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<Sequence> first, FirstSequence(reader));
  if (!first) {
    const bool may_hold_some = !reader.header_damage().ok() || !reader.stop_reason().empty();
    if (may_hold_some) Report(number, kLogDataStart, 0, "no record validates");
    return Status::Ok();
  }
  // Of earlier epochs those alone are needed that are known: the others were flushed, or cut.
  if (known == nullptr && first->epoch() < input_.epoch) return Status::Ok();
  sources_.push_back({.number = number, .limit = known == nullptr ? UINT64_MAX : known->end, .first = *first});
  return Status::Ok();
}

bool Salvage::IsOurs(const LogReader& reader, const LogEnd* known) const {
  const FileHeader& file = reader.header().file;
  if (known != nullptr && file.id == known->id) return true;
  return file.database == input_.database;
}

Result<std::optional<Sequence>> Salvage::FirstSequence(LogReader& reader) {
  for (;;) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<LogRecord> record, reader.Next());
    if (record) return std::optional(record->sequence);
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<LogReader::Skipped> skipped, reader.SkipDamage());
    if (!skipped) return std::optional<Sequence>();
  }
}

// 1.
Status Salvage::ReadLog(const Source& source) {
  LOGWOOD_ASSIGN_OR_RETURN(const auto reader, LogReader::OpenDamaged(store_, source.number, FileType::kLog));
  pending_.Clear();
  Place place;
  while (reader->good_end() < source.limit) {
    const uint64_t offset = reader->good_end();
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<LogRecord> record, reader->Next());
    if (record) {
      LOGWOOD_RETURN_IF_ERROR(TakeRecord(*reader, offset, *record, place));
      continue;
    }
    LOGWOOD_ASSIGN_OR_RETURN(const bool goes_on, PassDamage(*reader, source, place));
    if (!goes_on) break;
  }
  if (!pending_.empty()) GiveUpCommit(source.number, place, "a commit without its end");
  result_.logs.push_back({.number = source.number, .id = reader->header().file.id, .end = reader->good_end()});
  return Status::Ok();
}

Result<bool> Salvage::PassDamage(LogReader& reader, const Source& source, Place& place) {
  const uint64_t offset = reader.good_end();
  const std::string reason = reader.stop_reason();
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<LogReader::Skipped> skipped, reader.SkipDamage());
  if (!skipped || offset + skipped->bytes >= source.limit) {
    const uint64_t end = std::min(source.limit, reader.file_size());
    const bool is_cut = source.limit != UINT64_MAX || !reason.empty();
    if (is_cut) {
      Report(source.number, offset, end - std::min(end, offset),
             reason.empty() ? "the good part ends here, expected at " + std::to_string(source.limit) : reason);
    }
    return false;
  }
  Report(source.number, offset, skipped->bytes, reason.empty() ? "zeros where records stood" : reason);
  pending_.Clear();
  place.is_between_commits = skipped->is_end_of_commit;
  return true;
}

// 2.
Status Salvage::TakeRecord(const LogReader& reader, uint64_t offset, const LogRecord& record, Place& place) {
  const FileNumber log = reader.header().file.number;
  if (record.durable_mark > mark_) {
    mark_ = record.durable_mark;
    mark_log_ = log;
  }
  if (!pending_.empty() && record.sequence != place.next) {
    GiveUpCommit(log, place, "sequence " + ToString(record.sequence) + ", expected " + ToString(place.next));
  }
  if (record.type == LogRecordType::kEdit || record.type == LogRecordType::kMark) {
    if (!pending_.empty()) GiveUpCommit(log, place, "a commit without its end");
    place.is_between_commits = true;
    return Status::Ok();
  }
  if (!place.is_between_commits) {
    place.is_between_commits = record.end;
    return Status::Ok();
  }
  if (pending_.empty()) place.commit_offset = offset;
  place.next = record.sequence.Plus(record.count);
  pending_.Add(record);
  if (pending_.size_bytes() > kBatchSizeMax) {
    GiveUpCommit(log, place, "a commit larger than a batch may be");
    place.is_between_commits = record.end;
    return Status::Ok();
  }
  if (!record.end) return Status::Ok();
  return ApplyPending(log, place.commit_offset);
}

// The record at hand may begin a commit, or not.
void Salvage::GiveUpCommit(FileNumber log, Place& place, const std::string& why) {
  Report(log, place.commit_offset, pending_.size_bytes(), why);
  pending_.Clear();
  place.is_between_commits = false;
}

// 3. What the trees hold of a commit may be applied again: nothing that is newer stands there.
Status Salvage::ApplyPending(FileNumber log, uint64_t offset) {
  const LogCommit commit = pending_.View(log);
  if (commit.last > last_) {
    ReportGap(log, offset, commit.first);
    LOGWOOD_RETURN_IF_ERROR(apply_(commit));
    last_ = commit.last;
  }
  pending_.Clear();
  return Status::Ok();
}

// 4.
void Salvage::ReportGap(FileNumber log, uint64_t offset, Sequence first) {
  const Sequence expected =
      last_.epoch() == first.epoch() ? Sequence(last_.value() + 1) : Sequence::Of(first.epoch(), 1);
  if (first <= expected) return;
  Report(log, offset, 0,
         "sequences " + ToString(expected) + " to " + ToString(Sequence(first.value() - 1)) + " are missing");
}

void Salvage::ReportMissing() {
  for (const LogEnd& log : input_.known) {
    if (std::ranges::find(known_found_, log.number) != known_found_.end()) continue;
    Report(log.number, 0, log.end, "the file is needed and is not there");
  }
}

void Salvage::ReportUnreached() {
  if (mark_ <= last_) return;
  Report(mark_log_, 0, 0,
         "it says that all up to sequence " + ToString(mark_) + " was synced, and what is behind " + ToString(last_) +
             " is missing");
}

void Salvage::Report(FileNumber log, uint64_t offset, uint64_t bytes, const std::string& what, bool loses_commits) {
  const std::string place = At(log, offset);
  on_damage_({.log = log,
              .offset = offset,
              .bytes = bytes,
              .what = what.starts_with("log file ") ? what : place + ": " + what,
              .loses_commits = loses_commits});
}

}  // namespace

Result<LogSalvage> SalvageLogs(Store& store, const LogSalvageInput& input,
                               const std::function<Status(const LogCommit&)>& apply,
                               const std::function<void(const LogDamage&)>& on_damage) {
  return Salvage(store, input, apply, on_damage).Run();
}

}  // namespace logwood
