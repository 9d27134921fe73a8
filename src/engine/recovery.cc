#include "engine/recovery.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/status_macros.h"
#include "log/log_format.h"
#include "log/log_reader.h"
#include "log/log_writer.h"

namespace logwood {
namespace {

// Numbers beyond the reservation that an open takes before its manifest is durable: for logs that it writes anew.
constexpr uint64_t kFileNumbersBeforeManifestMax = 64;

// The first bytes of a file, as many as it has of a log's header.
Result<std::string> ReadBeginning(Store& store, const std::string& name) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> file, store.Open(name));
  std::array<std::byte, kLogDataStart> bytes;
  LOGWOOD_ASSIGN_OR_RETURN(const size_t count, file->Read(0, bytes));
  return Bytes(bytes.data(), count).ToString();
}

// Sorts the files of a store by what the manifest says of them.
class InventoryTaker {
 public:
  InventoryTaker(Store& store, const Manifest::Loaded& root) : store_(store), root_(root) {}

  Result<Inventory> Take() {
    LOGWOOD_ASSIGN_OR_RETURN(std::vector<std::string> names, store_.List());
    std::ranges::sort(names);
    for (const std::string& name : names) LOGWOOD_RETURN_IF_ERROR(Classify(name));
    return std::move(inventory_);
  }

 private:
  Status Classify(const std::string& name) {
    const std::optional<FileNameParts> parts = ParseFileName(name);
    if (!parts) {
      inventory_.strangers.push_back(name);
      return Status::Ok();
    }
    if (IsNamedByManifest(*parts)) return Status::Ok();
    if (parts->type == FileType::kManifest) return ClassifyManifest(name, *parts);
    return ClassifyByHeader(name, *parts);
  }

  [[nodiscard]] bool IsNamedByManifest(const FileNameParts& parts) const {
    if (parts.type == FileType::kManifest) return parts.number == root_.header.file.number;
    const auto file = root_.state.files.find(parts.number);
    if (file != root_.state.files.end()) return file->second.type == parts.type;
    return parts.type == FileType::kLog &&
           std::ranges::any_of(root_.state.log_ends, [&](const LogEnd& log) { return log.number == parts.number; });
  }

  Status ClassifyManifest(const std::string& name, const FileNameParts& parts) {
    const bool ours = std::ranges::find(root_.leftovers, parts.number) != root_.leftovers.end();
    if (ours) {
      inventory_.leftovers.push_back(parts);
    } else {
      inventory_.strangers.push_back(name);
    }
    return Status::Ok();
  }

  Status ClassifyByHeader(const std::string& name, const FileNameParts& parts) {
    const Result<std::string> read = ReadBeginning(store_, name);
    // Listed and gone: what the manifest does not name may go at any time.
    if (read.status().code() == StatusCode::kNotFound) return Status::Ok();
    if (!read.ok()) return read.status();
    const std::string& beginning = *read;
    const Result<FileHeader> header = DecodeFileHeader(beginning, name);
    const bool ours = header.ok() && header->database == root_.database && header->number == parts.number &&
                      header->type == parts.type;
    const bool ours_unwritten = !header.ok() && MayBeTaken(parts.number) && IsUnwrittenHeader(beginning);
    if (parts.type == FileType::kLog && (ours || IsDamagedLogOfOurs(header, beginning, parts))) {
      return ClassifyLog(beginning, name, parts);
    }
    if (ours || ours_unwritten) {
      inventory_.leftovers.push_back(parts);
    } else {
      inventory_.strangers.push_back(name);
    }
    return Status::Ok();
  }

  // Whether the last process may have taken a number: from its reservation, or before it had one.
  [[nodiscard]] bool MayBeTaken(FileNumber number) const {
    return number.value() < root_.state.file_numbers_reserved.value() + kFileNumbersBeforeManifestMax;
  }

  [[nodiscard]] bool IsDamagedLogOfOurs(const Result<FileHeader>& header, Bytes beginning,
                                        const FileNameParts& parts) const {
    if (header.ok() || beginning.size() < kFileHeaderSize) return false;
    return FileHeaderResembles(
        beginning, {.type = FileType::kLog, .number = parts.number, .id = FileId(), .database = root_.database});
  }

  Status ClassifyLog(const std::string& beginning, const std::string& name, const FileNameParts& parts) {
    const Result<LogFileHeader> header = DecodeLogFileHeader(beginning, name);
    const uint32_t epoch = root_.state.epoch;
    // A log of an epoch is made only when the manifest that reserves the epoch is durable.
    if (header.ok() && header->epoch > epoch) {
      return Status::Corruption(
          name + " is of epoch " + std::to_string(header->epoch) + ", but the newest manifest that counts, number " +
          std::to_string(root_.header.file.number.value()) + ", is of epoch " + std::to_string(epoch) +
          ": a newer manifest is damaged or missing; put it back or restore a backup");
    }
    // One whose header does not read may hold what was synced: recovery tells whether a crash can have left it so.
    const bool may_be_of_epoch = !header.ok() || header->epoch == epoch;
    const bool needed = may_be_of_epoch && parts.number >= root_.state.first_log;
    if (needed) {
      inventory_.logs.push_back(parts.number);
    } else {
      inventory_.leftovers.push_back(parts);
    }
    return Status::Ok();
  }

  Store& store_;
  const Manifest::Loaded& root_;
  Inventory inventory_;
};

// The sequence before the first record of a log; of the same epoch. A log without records has none that are unproven:
// Sequence::Max(), so that the search goes on to the log before it.
Result<Sequence> LastSequenceBefore(Store& store, const LogEnd& log) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<LogReader> reader, LogReader::Open(store, log.number, FileType::kLog));
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<LogRecord> record, reader->Next());
  if (!record) return Sequence::Max();
  return Sequence(record->sequence.value() - 1);
}

// Copies records up to `end`. They bear no mark: the manifest is about to say where the copy ends, which is more.
Status CopyRecords(LogReader& reader, uint64_t end, LogWriter& writer) {
  while (reader.good_end() < end) {
    LOGWOOD_ASSIGN_OR_RETURN(std::optional<LogRecord> record, reader.Next());
    if (!record)
      return Status::Io("log file " + std::to_string(reader.header().file.number.value()) + " offset " +
                        std::to_string(reader.good_end()) + ": read before, and not any more");
    record->durable_mark = Sequence();
    LOGWOOD_RETURN_IF_ERROR(writer.Gather(*record));
  }
  return Status::Ok();
}

// A durable copy of a found log under a new number, and with it a new id.
Result<LogEnd> CopyLog(Store& store, Runtime& runtime, const FoundDatabase& found, size_t index) {
  const LogEnd& log = found.logs.logs[index];
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<LogReader> reader, LogReader::Open(store, log.number, FileType::kLog));
  LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> taken, NumbersTaken(store));
  LogFileHeader header = reader->header();
  header.file.number = FirstFree(taken, found.root.state.file_numbers_reserved);
  header.file.id = FileId(runtime.Random());
  if (index > 0) {
    const LogEnd& predecessor = found.logs.logs[index - 1];
    header.predecessor = predecessor.number;
    header.predecessor_id = predecessor.id;
    header.predecessor_end = predecessor.end;
  }
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<LogWriter> writer, LogWriter::Create(store, header, log.end));
  LOGWOOD_RETURN_IF_ERROR(CopyRecords(*reader, log.end, *writer));
  LOGWOOD_RETURN_IF_ERROR(writer->Finish());
  LOGWOOD_RETURN_IF_ERROR(writer->Sync());
  return LogEnd{.number = header.file.number, .id = header.file.id, .end = writer->size()};
}

// Fills in what the logs of a database hold and the trees do not.
Status ReadLogs(Store& store, const ReplayMeans& means, FoundDatabase& found) {
  LOGWOOD_ASSIGN_OR_RETURN(found.inventory, InventoryTaker(store, found.root).Take());
  const ManifestState& state = found.root.state;
  Replay replay(means.runtime, state, means.tuning, means.pool);
  const LogRecoveryInput input{.database = found.root.database,
                               .known = state.log_ends,
                               .epoch = state.epoch,
                               .candidates = found.inventory.logs,
                               .flushed = state.flushed};
  const auto add = [&](const LogCommit& commit) {
    replay.Add(commit);
    return Status::Ok();
  };
  LOGWOOD_ASSIGN_OR_RETURN(found.logs, RecoverLogs(store, input, add));
  LOGWOOD_ASSIGN_OR_RETURN(found.replayed, replay.Finish());
  for (const FileNumber log : found.logs.leftovers) {
    found.inventory.leftovers.push_back({.number = log, .type = FileType::kLog});
  }
  return Status::Ok();
}

}  // namespace

bool IsUnwrittenHeader(Bytes begins) {
  if (begins.size() < kFileHeaderSize) return FileHeaderMayBegin(begins);
  return std::ranges::all_of(begins.First(kFileHeaderSize), [](std::byte byte) { return byte == std::byte{0}; });
}

Result<std::set<FileNumber>> NumbersTaken(Store& store) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, store.List());
  std::set<FileNumber> numbers;
  for (const std::string& name : names) {
    if (const std::optional<FileNameParts> parts = ParseFileName(name)) numbers.insert(parts->number);
  }
  return numbers;
}

FileNumber FirstFree(const std::set<FileNumber>& taken, FileNumber number) {
  while (taken.contains(number)) number = FileNumber(number.value() + 1);
  return number;
}

Result<FoundDatabase> FindDatabase(Store& store, const KindRegistry& kinds, const ReplayMeans& replay,
                                   std::vector<FileNumber>* unfinished) {
  FoundDatabase found;
  LOGWOOD_ASSIGN_OR_RETURN(found.root, Manifest::Load(store, kinds, unfinished));
  const Status status = ReadLogs(store, replay, found);
  // Not found is the answer that there is no database, and there is one.
  if (status.code() == StatusCode::kNotFound) return Status::Io(std::string(status.message()));
  if (!status.ok()) return status;
  return found;
}

void FoundDatabase::DropEmptyLogs() {
  const auto is_empty = [](const ReplayedGeneration& part) { return part.generation->collections().empty(); };
  if (!std::ranges::all_of(replayed, is_empty)) return;
  replayed.front().generation->set_last(replayed.back().generation->last());
  replayed.resize(1);
  for (const LogEnd& log : logs.logs) inventory.leftovers.push_back({.number = log.number, .type = FileType::kLog});
  logs.logs.clear();
}

Result<DatabaseId> UnfinishedDatabase(Store& store, const std::vector<FileNumber>& unfinished) {
  for (const FileNumber number : unfinished) {
    const std::string name = FileName(number, FileType::kManifest);
    LOGWOOD_ASSIGN_OR_RETURN(const std::string beginning, ReadBeginning(store, name));
    if (const Result<FileHeader> header = DecodeFileHeader(beginning, name); header.ok()) return header->database;
  }
  return DatabaseId();
}

Result<uint64_t> WriteUnprovenLogsAnew(Store& store, Runtime& runtime, FoundDatabase& found) {
  std::vector<LogEnd>& logs = found.logs.logs;
  const size_t known_count = found.root.state.log_ends.size();  // Written anew, or synced by who wrote them, before.
  size_t first = logs.size();
  Sequence last = found.logs.last;
  // When a file begins, all is durable but the file before it: so this goes back by three files at the most.
  while (first > known_count && last > found.logs.mark) {
    --first;
    LOGWOOD_ASSIGN_OR_RETURN(last, LastSequenceBefore(store, logs[first]));
  }
  uint64_t bytes = 0;
  for (size_t i = first; i < logs.size(); ++i) {
    found.inventory.leftovers.push_back({.number = logs[i].number, .type = FileType::kLog});
    const FileNumber original = logs[i].number;
    LOGWOOD_ASSIGN_OR_RETURN(logs[i], CopyLog(store, runtime, found, i));
    bytes += logs[i].end;
    for (ReplayedGeneration& part : found.replayed) {
      if (part.first_log == original) part.first_log = logs[i].number;
    }
  }
  return bytes;
}

Result<std::vector<std::string>> StrangersBeforeCreation(Store& store, const std::vector<FileNumber>& unfinished) {
  LOGWOOD_ASSIGN_OR_RETURN(std::vector<std::string> names, store.List());
  std::erase_if(names, [&](const std::string& name) {
    const std::optional<FileNameParts> parts = ParseFileName(name);
    return parts && parts->type == FileType::kManifest &&
           std::ranges::find(unfinished, parts->number) != unfinished.end();
  });
  std::ranges::sort(names);
  return names;
}

Status SyncFound(Store& store, const FoundDatabase& found) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> manifest,
                           store.Open(FileName(found.root.header.file.number, FileType::kManifest)));
  LOGWOOD_RETURN_IF_ERROR(manifest->Sync());
  for (const LogEnd& log : found.logs.logs) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> file,
                             store.Open(FileName(log.number, FileType::kLog)));
    LOGWOOD_RETURN_IF_ERROR(file->Sync());
  }
  return Status::Ok();
}

}  // namespace logwood
