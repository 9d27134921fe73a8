#include "log/log_recovery.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "codec/byte_writer.h"
#include "log/log_reader.h"
#include "log/pending_commit.h"
#include "logwood/options.h"

// Cost: every byte of the logs is read and hashed once; a commit of one record is not copied, a longer one once.

namespace logwood {

namespace {

std::string At(FileNumber log, uint64_t offset) {
  return "log file " + std::to_string(log.value()) + " offset " + std::to_string(offset);
}

// Where the whole commits of a file end, and why: empty where the file just ends.
struct Stop {
  uint64_t end = 0;
  std::string reason;
};

class Recovery {
 public:
  Recovery(Store& store, const LogRecoveryInput& input, const std::function<Status(const LogCommit&)>& apply)
      : store_(store), input_(input), apply_(apply), last_(input.flushed) {}

  Result<LogRecovery> Run() {
    for (const LogEnd& log : input_.known) LOGWOOD_RETURN_IF_ERROR(ReadKnown(log));
    LOGWOOD_RETURN_IF_ERROR(OpenCandidates());
    LOGWOOD_RETURN_IF_ERROR(FollowChain());
    LOGWOOD_RETURN_IF_ERROR(SearchLeftovers());
    LOGWOOD_RETURN_IF_ERROR(CheckMark());
    result_.last = last_;
    result_.mark = mark_;
    return std::move(result_);
  }

 private:
  using Reader = std::unique_ptr<LogReader>;

  // 1.
  Status ReadKnown(const LogEnd& log);
  // 2.
  Status OpenCandidates();
  Status CheckTornHeader(FileNumber number, const Status& error);
  // 3.
  Status FollowChain();
  [[nodiscard]] Reader TakeFirst();
  [[nodiscard]] Reader TakeSuccessor(const LogEnd& log);
  Result<Stop> ReadCommits(LogReader& reader, uint64_t limit);
  [[nodiscard]] std::string FaultOf(const LogRecord& record, Sequence expected) const;
  Status ApplyPending(FileNumber log, uint64_t offset);
  // 4.
  Status SearchBeyond(LogReader& reader);
  Status SearchLeftovers();
  [[nodiscard]] std::string Gap() const;
  [[nodiscard]] Status CheckMark() const;

  void BeginEpoch(uint32_t epoch);
  void NoteMark(Sequence mark, FileNumber log);

  Store& store_;
  const LogRecoveryInput& input_;
  const std::function<Status(const LogCommit&)>& apply_;
  LogRecovery result_;
  std::vector<Reader> candidates_;  // By number; those that the chain reaches are taken out.
  PendingCommit pending_;
  uint32_t epoch_ = 0;            // Of the file that is being read.
  std::optional<Sequence> next_;  // What the next record of this epoch bears; nullopt before the first.
  Sequence last_;
  std::string gap_;  // Where and why the chain ended; empty where it did not begin.
  Sequence mark_;    // The highest durable mark seen, and in which file.
  FileNumber mark_log_;
};

// The first sequence that neither the trees nor what was read of this epoch hold.
Sequence FirstMissing(std::optional<Sequence> next, uint32_t epoch, Sequence flushed) {
  const Sequence first = flushed.epoch() == epoch ? flushed.Plus(1) : Sequence::Of(epoch, 1);
  return next ? std::max(*next, first) : first;
}

void Recovery::BeginEpoch(uint32_t epoch) {
  if (epoch != epoch_) next_.reset();
  epoch_ = epoch;
}

void Recovery::NoteMark(Sequence mark, FileNumber log) {
  if (mark <= mark_) return;
  mark_ = mark;
  mark_log_ = log;
}

Status Recovery::ReadKnown(const LogEnd& log) {
  auto opened = LogReader::Open(store_, log.number, FileType::kLog);
  if (opened.status().code() == StatusCode::kNotFound) {
    return Status::Corruption(At(log.number, 0) + ": the file is needed and is not there");
  }
  if (!opened.ok()) return opened.status();
  LogReader& reader = **opened;
  const LogFileHeader& header = reader.header();
  if (header.file.id != log.id || header.file.database != input_.database) {
    return Status::Corruption(At(log.number, 0) + ": the file is another than the one that is needed");
  }
  if (header.epoch < epoch_) {
    return Status::Corruption(At(log.number, 0) + ": epoch " + std::to_string(header.epoch) + " after epoch " +
                              std::to_string(epoch_));
  }
  BeginEpoch(header.epoch);
  LOGWOOD_ASSIGN_OR_RETURN(const Stop stop, ReadCommits(reader, log.end));
  if (stop.end != log.end) {
    return Status::Corruption(At(log.number, stop.end) + ": the good part ends here, expected at " +
                              std::to_string(log.end) + (stop.reason.empty() ? "" : ": " + stop.reason));
  }
  result_.logs.push_back(log);
  return Status::Ok();
}

Status Recovery::OpenCandidates() {
  std::vector<FileNumber> numbers = input_.candidates;
  std::ranges::sort(numbers);
  for (const FileNumber number : numbers) {
    auto opened = LogReader::Open(store_, number, FileType::kLog);
    if (opened.ok()) {
      if ((*opened)->header().file.database == input_.database) candidates_.push_back(*std::move(opened));
      continue;
    }
    if (opened.status().code() == StatusCode::kNotFound) continue;
    if (opened.status().code() != StatusCode::kCorruption) return opened.status();
    LOGWOOD_RETURN_IF_ERROR(CheckTornHeader(number, opened.status()));
    result_.leftovers.push_back(number);
  }
  return Status::Ok();
}

// A crash leaves of a header that was never synced a part from the front, nothing, or the header of a removed file
// whose bytes the store reuses. Where its checksum is there, and two of the three fields that are known beforehand are
// right, it had been written whole and was damaged since.
Status Recovery::CheckTornHeader(FileNumber number, const Status& error) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> file, store_.Open(FileName(number, FileType::kLog)));
  std::array<std::byte, kLogDataStart> found;
  LOGWOOD_ASSIGN_OR_RETURN(const size_t size, file->Read(0, found));
  const bool whole = size == found.size() && LoadFixed64(found.data() + kLogDataStart - sizeof(uint64_t)) != 0;
  const bool of_another_file = DecodeLogFileHeader(Bytes(found.data(), size), {}).ok();
  if (!whole || of_another_file) return Status::Ok();
  const FileHeader known{.type = FileType::kLog, .number = number, .id = FileId(), .database = input_.database};
  return FileHeaderResembles(Bytes(found.data(), size), known) ? error : Status::Ok();
}

Status Recovery::FollowChain() {
  BeginEpoch(input_.epoch);
  Reader reader = TakeFirst();
  while (reader != nullptr) {
    const FileNumber number = reader->header().file.number;
    LOGWOOD_ASSIGN_OR_RETURN(const Stop stop, ReadCommits(*reader, UINT64_MAX));
    result_.logs.push_back({.number = number, .id = reader->header().file.id, .end = stop.end});
    Reader successor = TakeSuccessor(result_.logs.back());
    if (successor != nullptr) {
      reader = std::move(successor);
      continue;
    }
    gap_ = At(number, stop.end) + (stop.reason.empty() ? "" : ": " + stop.reason);
    return SearchBeyond(*reader);
  }
  return Status::Ok();
}

Recovery::Reader Recovery::TakeFirst() {
  if (!input_.known.empty()) return TakeSuccessor(input_.known.back());
  const auto first =
      std::ranges::find(candidates_, input_.epoch, [](const Reader& reader) { return reader->header().epoch; });
  if (first == candidates_.end()) return nullptr;
  Reader taken = std::move(*first);
  candidates_.erase(first);
  return taken;
}

// The candidate that goes on exactly where `log` ends.
Recovery::Reader Recovery::TakeSuccessor(const LogEnd& log) {
  for (auto candidate = candidates_.begin(); candidate != candidates_.end(); ++candidate) {
    const LogFileHeader& header = (*candidate)->header();
    const LogEnd predecessor{header.predecessor, header.predecessor_id, header.predecessor_end};
    if (predecessor != log || header.epoch != input_.epoch) continue;
    Reader taken = std::move(*candidate);
    candidates_.erase(candidate);
    return taken;
  }
  return nullptr;
}

Result<Stop> Recovery::ReadCommits(LogReader& reader, uint64_t limit) {
  const FileNumber log = reader.header().file.number;
  pending_.Clear();
  Stop stop{.end = reader.good_end(), .reason = {}};
  std::optional<Sequence> expected = next_;  // Of the next record, those of a pending commit counted.
  while (reader.good_end() < limit) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<LogRecord> record, reader.Next());
    if (!record) {
      stop.reason = reader.stop_reason();
      break;
    }
    NoteMark(record->durable_mark, log);
    stop.reason = reader.good_end() > limit
                      ? "a record runs over the end"
                      : FaultOf(*record, expected.value_or(FirstMissing(next_, epoch_, input_.flushed)));
    if (!stop.reason.empty()) break;
    expected = record->sequence.Plus(record->count);
    if (record->count != 0) pending_.Add(*record);
    if (!record->end) continue;
    if (!pending_.empty()) LOGWOOD_RETURN_IF_ERROR(ApplyPending(log, stop.end));
    next_ = expected;
    stop.end = reader.good_end();
  }
  if (!pending_.empty() && stop.reason.empty()) stop.reason = "a commit without its end";
  return stop;
}

// Why `record` cannot follow what was read; empty where it can.
std::string Recovery::FaultOf(const LogRecord& record, Sequence expected) const {
  if (record.type == LogRecordType::kEdit) return "a record of a manifest";
  if (record.type == LogRecordType::kMark && !pending_.empty()) return "a commit without its end";
  // At the very start of what is left of an epoch, files that the trees hold already may stand.
  const bool flushed_before =
      !next_ && pending_.empty() && record.sequence.epoch() == epoch_ && record.sequence <= input_.flushed;
  if (record.sequence != expected && !flushed_before) {
    return "sequence " + ToString(record.sequence) + ", expected " + ToString(expected);
  }
  if (pending_.size_bytes() + record.body.size() + record.checksum_table.size() > kBatchSizeMax) {
    return "a commit larger than a batch may be";
  }
  return {};
}

// Applies the pending commit, which is whole and began at `offset`.
Status Recovery::ApplyPending(FileNumber log, uint64_t offset) {
  const LogCommit commit = pending_.View(log);
  if (commit.first <= input_.flushed && commit.last > input_.flushed) {
    return Status::Corruption(At(log, offset) + ": the commit of sequences " + ToString(commit.first) + " to " +
                              ToString(commit.last) + " was flushed in part, up to " + ToString(input_.flushed));
  }
  if (commit.last > input_.flushed) {
    LOGWOOD_RETURN_IF_ERROR(apply_(commit));
    last_ = commit.last;
  }
  pending_.Clear();
  return Status::Ok();
}

Status Recovery::SearchBeyond(LogReader& reader) {
  LOGWOOD_ASSIGN_OR_RETURN(const Sequence mark, reader.HighestMarkBeyond());
  NoteMark(mark, reader.header().file.number);
  return Status::Ok();
}

Status Recovery::SearchLeftovers() {
  for (const Reader& reader : candidates_) {
    LOGWOOD_RETURN_IF_ERROR(SearchBeyond(*reader));
    result_.leftovers.push_back(reader->header().file.number);
  }
  std::ranges::sort(result_.leftovers);
  return Status::Ok();
}

// Where and why the chain ends.
std::string Recovery::Gap() const {
  if (!gap_.empty()) return gap_;
  if (input_.known.empty()) return At(mark_log_, 0) + ": its chain has no start";
  return At(input_.known.back().number, input_.known.back().end) + ": no log follows";
}

Status Recovery::CheckMark() const {
  const Sequence missing = FirstMissing(next_, epoch_, input_.flushed);
  if (mark_ < missing) return Status::Ok();
  return Status::Corruption(Gap() + ": sequence " + ToString(missing) + " and more are missing, yet log file " +
                            std::to_string(mark_log_.value()) + " says that " + ToString(mark_) +
                            " was synced: restore a backup, or salvage what is left");
}

}  // namespace

Result<LogRecovery> RecoverLogs(Store& store, const LogRecoveryInput& input,
                                const std::function<Status(const LogCommit&)>& apply) {
  return Recovery(store, input, apply).Run();
}

}  // namespace logwood
